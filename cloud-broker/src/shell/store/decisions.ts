import {
  must,
  schoolDayAt,
  toHex,
  ZERO_ID,
  type DecisionKind,
  type Sign,
  type SignedBytes,
} from "@saku/protocol";
import { bookEvent } from "../../core/ingest/booking.ts";
import { readLetter, type ReadLetter } from "../../core/ingest/dead-letter.ts";
import type { IngestPlan } from "../../core/ingest/plan.ts";
import { storePlan } from "./bookings.ts";
import { loadBooks } from "./books.ts";
import type { Work } from "./committer.ts";
import { decisionRow, isKnown } from "./decision-rows.ts";
import { passMissing } from "./missing-events.ts";
import type { Tables } from "./tables.ts";

type LetterRow = Tables["dead_letter"];

export type DecisionOutcome = "done" | "booked-already";

/**
 * Lets the watermark pass an event that could not be booked: the word of persons is signed and stored, then the event takes its
 * place as `discarded`, or, a sale that can be read, as one that suspense pays [N11].
 */
export async function decideLetter(
  work: Work,
  sign: Sign,
  letter: LetterRow,
  word: { readonly what: DecisionKind; readonly persons: readonly string[] },
): Promise<DecisionOutcome> {
  if (letter.reason === "missing") {
    await passMissing(work, sign, letter, word.persons);
    return "done";
  }
  const read = readLetter(new Uint8Array(letter.bytes));
  const isStored = read.id !== null && (await isKnown(work, read.id));
  // The same bytes again in another place: what they say is in the books already.
  if (word.what === "suspense" && isStored) return "booked-already";
  await storeDecision(work, sign, letter, word);
  if (word.what === "suspense") await paySuspense(work, letter, read);
  else await discard(work, letter, isStored ? { id: null, event: read.event } : read);
  return "done";
}

async function storeDecision(
  { db, now }: Work,
  sign: Sign,
  letter: LetterRow,
  word: { readonly what: DecisionKind; readonly persons: readonly string[] },
): Promise<void> {
  await db
    .insertInto("decision")
    .values(decisionRow(now, sign, letter, word))
    .execute();
}

/** The event takes its place with what is known of it, and moves nothing. */
async function discard(work: Work, letter: LetterRow, read: ReadLetter): Promise<void> {
  const { db, now } = work;
  const { school, device, inc, n, hash, bytes, reason } = letter;
  const { zone } = await db
    .selectFrom("school")
    .select("zone")
    .where("id", "=", school)
    .executeTakeFirstOrThrow();
  await db
    .insertInto("incarnation")
    // An empty tip: whatever the next event names as its parent, nobody can check it.
    .values({ school, device, inc, ack: n, tip: read.id ?? "" })
    .onConflict((conflict) =>
      conflict.columns(["device", "inc"]).doUpdateSet({ ack: n, tip: read.id ?? "" }),
    )
    .execute();
  await db
    .insertInto("device_event")
    .values({
      school,
      device,
      inc,
      n,
      id: read.id ?? hash,
      parent: toHex(read.event?.parent ?? ZERO_ID),
      type: read.event?.body.type ?? "unreadable",
      day: schoolDayAt(now, zone),
      at: now,
      received_at: now,
      verdict: "discarded",
      anomaly: reason,
      bytes,
    })
    .execute();
}

/** Leases are left alone: whoever sold this was not proven to be the holder of them. */
async function paySuspense(work: Work, letter: LetterRow, read: ReadLetter): Promise<void> {
  const { device, inc, n, bytes } = letter;
  const body = must(read.event, "Only a sale that can be read is paid");
  const id = must(read.id, "What can be read has an id");
  const event = { ...body, inc, n };
  const verified = { id, event, bytes: new Uint8Array(bytes) as SignedBytes };
  const books = await loadBooks(work, letter, [verified]);
  const booking = bookEvent({ books: { ...books, device, leases: new Map() }, event, id });
  const plan: IngestPlan = {
    accepted: [{ verified, booking: { ...booking, anomaly: letter.reason } }],
    duplicateCount: 0,
    forks: [],
    ack: n,
    tip: id,
    leases: [],
    sales: booking.sale === null ? [] : [booking.sale],
    stop: { kind: "none" },
  };
  await storePlan(work, letter, plan);
}
