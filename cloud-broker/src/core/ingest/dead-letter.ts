import {
  eventId,
  openObject,
  parseEvent,
  toHex,
  type DecisionKind,
  type EventBody,
  type SakuEvent,
} from "@saku/protocol";

/** Why an event is kept as evidence instead of being booked [N10]. */
export type LetterReason =
  | "not-canonical"
  | "wrong-signer"
  | "wrong-place"
  | "bad-signature"
  | "broken-chain"
  /** No event at all: a stretch that neither side holds [N16]. */
  | "missing"
  /** What came before its incarnation is gone [N17]. */
  | "orphan";

/** What can be read of the bytes, whoever signed them. */
export type ReadLetter = {
  /** The id that the terminal itself gave the event; null when the bytes are no signed object. */
  readonly id: string | null;
  readonly event: SakuEvent | null;
};

export function readLetter(bytes: Uint8Array): ReadLetter {
  const opened = openObject("saku.event.v1", bytes);
  if (!opened.ok) return { id: null, event: null };
  const parsed = parseEvent(opened.value.payload);
  return {
    id: toHex(eventId(opened.value.payload)),
    event: parsed.ok ? parsed.value : null,
  };
}

const WITHOUT_MONEY: ReadonlySet<EventBody["type"]> = new Set([
  "boot",
  "enrol",
  "erase-receipt",
  "operator-on",
  "operator-off",
  "day-open",
  "clock-set",
  "key-rotate",
  "end",
]);

/** One person may give up what moves no money; what moves some, cannot be read, or follows what is gone, needs two [N11] [N17]. */
export function personsNeeded({ event }: ReadLetter, reason: LetterReason): 1 | 2 {
  if (reason === "orphan") return 2;
  return event !== null && WITHOUT_MONEY.has(event.body.type) ? 1 : 2;
}

/** A sale that can be read may be paid to its stall from suspense; the child is never charged for it [N11]. */
export function mayDecide({ event }: ReadLetter, what: DecisionKind): boolean {
  return what === "discard" || event?.body.type === "sale";
}

export type Vote = { readonly person: string; readonly what: DecisionKind };

/** The persons whose word carries the decision, oldest first, or null while somebody is missing [N11]. */
export function decidedBy(
  letter: ReadLetter & { readonly reason: LetterReason },
  votes: readonly Vote[],
  what: DecisionKind,
): readonly string[] | null {
  const agreed = votes.filter((vote) => vote.what === what).map(({ person }) => person);
  const persons = [...new Set(agreed)].slice(0, 2);
  return persons.length >= personsNeeded(letter, letter.reason) ? persons : null;
}
