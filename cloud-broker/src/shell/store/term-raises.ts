import type { DeviceId, Incarnation } from "@saku/protocol";
import type { Work } from "./committer.ts";
import { raiseTerm } from "./lineage.ts";

/** A lineage does not begin ten times a day; a terminal that makes it look so is broken or hostile. */
const RAISES_PER_DAY_MAX = 10;
const DAY_MS = 86_400_000;

/**
 * Begins a new lineage because a terminal was promised more than this database holds: it was set back, and nothing in it tells
 * [N15]. Once for each incarnation of a terminal. Answers whether it did.
 */
export async function raiseTermFor(
  work: Work,
  device: DeviceId,
  inc: Incarnation,
): Promise<boolean> {
  const { db, now } = work;
  const rows = await db
    .selectFrom("term_raise")
    .select(["inc", "at"])
    .where("device", "=", device)
    .execute();
  const recent = rows.filter(({ at }) => now - at < DAY_MS);
  if (rows.some((row) => row.inc === inc) || recent.length >= RAISES_PER_DAY_MAX) return false;
  const term = await raiseTerm(work);
  await db.insertInto("term_raise").values({ device, inc, term, at: now }).execute();
  return true;
}
