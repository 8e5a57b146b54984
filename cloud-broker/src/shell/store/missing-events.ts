import { schoolDayAt, type Sign } from "@saku/protocol";
import {
  MISSING_PER_DECISION_MAX,
  missingBytes,
  readMissing,
  type Missing,
} from "../../core/ingest/missing.ts";
import type { BatchOwner } from "./books.ts";
import type { Work } from "./committer.ts";
import { hashOfBytes, keepLetter } from "./dead-letters.ts";
import { decisionRow, isKnown } from "./decision-rows.ts";
import { chunked } from "./journals.ts";
import type { Tables } from "./tables.ts";

type LetterRow = Tables["dead_letter"];

/** Keeps a stretch that nobody holds as one letter in its first place [N16]. Answers whether it is new. */
export async function keepMissing(
  work: Work,
  owner: Omit<BatchOwner, "inc">,
  missing: Missing,
): Promise<boolean> {
  const { inc, n } = missing;
  const bytes = missingBytes(owner.device, missing);
  return keepLetter(work, { ...owner, inc }, { n, reason: "missing", bytes });
}

/** One missing number as a letter, so that the signed decision of its place names what is gone from there on. */
function letterAt(
  letter: LetterRow,
  n: number,
  missing: Pick<Missing, "through" | "tip">,
): LetterRow {
  const bytes = missingBytes(letter.device, { ...missing, inc: letter.inc, n });
  return { ...letter, n, bytes, hash: hashOfBytes(bytes) };
}

/**
 * Lets the watermark pass a stretch that nobody holds: a letter, a decision and a `discarded` for every number of it, so that
 * events stay gapless, up to what one decision may pass; what is left becomes the next letter [N16].
 */
export async function passMissing(
  work: Work,
  sign: Sign,
  letter: LetterRow,
  persons: readonly string[],
): Promise<void> {
  const { db, now } = work;
  const { n: first, through, tip } = readMissing(new Uint8Array(letter.bytes));
  const last = Math.min(through, first + MISSING_PER_DECISION_MAX - 1);
  const letters = [letter];
  for (let n = first + 1; n <= last; n++) letters.push(letterAt(letter, n, { through, tip }));
  for (const part of chunked(letters.slice(1)))
    await db.insertInto("dead_letter").values(part).execute();
  const decisions = letters.map((one) => decisionRow(now, sign, one, { what: "discard", persons }));
  for (const part of chunked(decisions)) await db.insertInto("decision").values(part).execute();
  const isTipFree = last === through && tip !== null && !(await isKnown(work, tip));
  await storeDiscarded(work, letters, isTipFree ? tip : null);
  if (last < through)
    await keepMissing(work, letter, { inc: letter.inc, n: last + 1, through, tip });
}

async function storeDiscarded(
  { db, now }: Work,
  letters: readonly LetterRow[],
  tip: string | null,
): Promise<void> {
  const ends = letters.at(-1);
  if (ends === undefined) return;
  const { school, device, inc } = ends;
  const { zone } = await db
    .selectFrom("school")
    .select("zone")
    .where("id", "=", school)
    .executeTakeFirstOrThrow();
  await db
    .insertInto("incarnation")
    // Whatever the next event names as its parent, nobody can check it, unless the terminal knew the last id.
    .values({ school, device, inc, ack: ends.n, tip: tip ?? "" })
    .onConflict((conflict) =>
      conflict.columns(["device", "inc"]).doUpdateSet({ ack: ends.n, tip: tip ?? "" }),
    )
    .execute();
  const rows = letters.map(({ n, hash, bytes, reason }) => ({
    school,
    device,
    inc,
    n,
    id: n === ends.n && tip !== null ? tip : hash,
    // Not zero: that is the parent of the first event of all, which would then have two children.
    parent: "",
    type: "unreadable",
    day: schoolDayAt(now, zone),
    at: now,
    received_at: now,
    verdict: "discarded" as const,
    anomaly: reason,
    bytes,
  }));
  for (const part of chunked(rows)) await db.insertInto("device_event").values(part).execute();
}
