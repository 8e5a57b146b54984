import type { DeviceId, SchoolId } from "@saku/protocol";
import { isAwaited, isWaitOver, mayHaveForgotten } from "../../core/devices/awaited.ts";
import type { Work } from "./committer.ts";

type Asking = Pick<Work, "db" | "now" | "lineage">;

export type AwaitedTerminal = {
  readonly device: DeviceId;
  /** The school's newest journal when its outbox was last found waiting for others; null = it is not. */
  readonly heldSeq: number | null;
};

/** Terminals that may hold what this lineage never heard of, whatever day it is. */
export async function unheardTerminals(
  { db, lineage: { term } }: Pick<Work, "db" | "lineage">,
  school: SchoolId,
): Promise<readonly AwaitedTerminal[]> {
  if (!mayHaveForgotten(term)) return [];
  const rows = await db
    .selectFrom("device")
    .select(["id", "state", "spoken_term", "created_at", "held_seq"])
    .where("school", "=", school)
    .where("spoken_term", "<", term)
    .execute();
  return rows
    .filter((row) =>
      isAwaited({ state: row.state, spokenTerm: row.spoken_term, createdAt: row.created_at }, term),
    )
    .map((row) => ({ device: row.id, heldSeq: row.held_seq }));
}

/** Whom the school's lending waits for; nobody once the day of the restore is over [BK8]. */
export async function awaitedTerminals(
  work: Asking,
  school: SchoolId,
): Promise<readonly AwaitedTerminal[]> {
  const { db, now, lineage } = work;
  if (!mayHaveForgotten(lineage.term)) return [];
  const { zone } = await db
    .selectFrom("school")
    .select("zone")
    .where("id", "=", school)
    .executeTakeFirstOrThrow();
  return isWaitOver(lineage.term, now, zone) ? [] : unheardTerminals(work, school);
}

/** A ledger that may have forgotten leases of today lends no money that may be lent already [BK8]. */
export async function mayLend(work: Asking, school: SchoolId): Promise<boolean> {
  return (await awaitedTerminals(work, school)).length === 0;
}

/**
 * The ledger holds everything that the terminal wrote. Answers whether the school waited for this one alone: then its money
 * may be spread again.
 */
export async function noteSpoken(
  work: Asking,
  { school, device }: { readonly school: SchoolId; readonly device: DeviceId },
): Promise<boolean> {
  const { db, lineage } = work;
  const before = await awaitedTerminals(work, school);
  await db
    .updateTable("device")
    .set({ spoken_term: lineage.term, held_seq: null })
    .where("id", "=", device)
    .where("spoken_term", "<", lineage.term)
    .execute();
  return before.length === 1 && before[0]?.device === device;
}
