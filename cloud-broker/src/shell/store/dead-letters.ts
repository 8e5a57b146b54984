import { createHash } from "node:crypto";
import type { DeviceId, SchoolId } from "@saku/protocol";
import type { LetterReason } from "../../core/ingest/dead-letter.ts";
import type { BatchOwner } from "./books.ts";
import type { Work } from "./committer.ts";
import type { Tables } from "./tables.ts";

/** What one terminal may leave undecided as evidence; more of the same teaches nobody anything. */
const LETTERS_PER_DEVICE_MAX = 200;

export const hashOfBytes = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

export type Letter = {
  readonly n: number;
  readonly reason: LetterReason;
  readonly bytes: Uint8Array;
};

/** Keeps an event that blocks its incarnation, exactly as it came [N10]. Answers whether it is new. */
export async function keepLetter(
  { db, now }: Work,
  { school, device, inc }: BatchOwner,
  { n, reason, bytes }: Letter,
): Promise<boolean> {
  const mark = await db
    .selectFrom("incarnation")
    .select("ack")
    .where("device", "=", device)
    .where("inc", "=", inc)
    .executeTakeFirst();
  // Only the very next event blocks; what stands before the watermark is an old copy, what stands after it will come again.
  if (n !== (mark?.ack ?? 0) + 1) return false;
  const hash = hashOfBytes(bytes);
  const undecided = await db
    .selectFrom("dead_letter")
    .leftJoin("decision", (join) =>
      join
        .onRef("decision.device", "=", "dead_letter.device")
        .onRef("decision.inc", "=", "dead_letter.inc")
        .onRef("decision.n", "=", "dead_letter.n"),
    )
    .select("dead_letter.hash")
    .where("dead_letter.device", "=", device)
    .where("decision.n", "is", null)
    .limit(LETTERS_PER_DEVICE_MAX)
    .execute();
  const before = await db
    .selectFrom("dead_letter")
    .select("hash")
    .where("device", "=", device)
    .where("inc", "=", inc)
    .where("n", "=", n)
    .where("hash", "=", hash)
    .executeTakeFirst();
  if (before !== undefined || undecided.length >= LETTERS_PER_DEVICE_MAX) return false;
  await db
    .insertInto("dead_letter")
    .values({ school, device, inc, n, hash, reason, received_at: now, bytes })
    .execute();
  return true;
}

/** Letters that block their incarnation now: the watermark stands right before them. */
export function blockingLetters(
  { db }: Pick<Work, "db">,
  of: { readonly school: SchoolId } | { readonly device: DeviceId },
): Promise<readonly Tables["dead_letter"][]> {
  const all = db
    .selectFrom("dead_letter")
    .leftJoin("incarnation", (join) =>
      join
        .onRef("incarnation.device", "=", "dead_letter.device")
        .onRef("incarnation.inc", "=", "dead_letter.inc"),
    )
    .selectAll("dead_letter")
    .where((eb) =>
      eb("dead_letter.n", "=", eb(eb.fn.coalesce("incarnation.ack", eb.val(0)), "+", eb.val(1))),
    )
    .orderBy("dead_letter.received_at");
  return "school" in of
    ? all.where("dead_letter.school", "=", of.school).execute()
    : all.where("dead_letter.device", "=", of.device).execute();
}
