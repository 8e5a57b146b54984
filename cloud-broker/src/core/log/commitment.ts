import {
  encodeCbor,
  fromHex,
  hashBytes,
  utf8,
  type CanonicalBytes,
  type CborValue,
  type SchoolId,
} from "@saku/protocol";

/** A journal as the log commits to it. */
export type JournalFacts = {
  readonly school: SchoolId;
  readonly seq: number;
  readonly causeKind: string;
  readonly causeId: string;
  readonly recipe: string;
  readonly day: number;
  readonly postedAt: number;
  readonly actor: string;
  /** In the order of the journal. */
  readonly postings: readonly {
    readonly account: string;
    readonly side: "debit" | "credit";
    readonly amount: number;
  }[];
};

const VERSION = 1;
const ACTOR_BYTES = 16;
const EVENT_ID_PATTERN = /^[0-9a-f]{64}$/;

/** An event's id is written as its 32 bytes: half the room in a receipt. */
function causeOf(id: string): CborValue {
  return (EVENT_ID_PATTERN.test(id) ? fromHex(id) : null) ?? id;
}

/**
 * The entry of the log, bytes that nobody can guess without the salt and that say everything the journal says [M11]:
 *
 *     [1, school, seq, cause kind, cause id, recipe, day, posted at, actor, salt, [account, ±amount, account, ±amount …]]
 *
 * Deterministic CBOR; debits are positive. `actor` is the first half of SHA-256(salt ‖ actor): the school can show later
 * who answered for a journal, a receipt does not say it.
 */
export function commitmentOf(facts: JournalFacts, salt: Uint8Array): CanonicalBytes {
  return encodeCbor([
    VERSION,
    facts.school,
    facts.seq,
    facts.causeKind,
    causeOf(facts.causeId),
    facts.recipe,
    facts.day,
    facts.postedAt,
    hashBytes(salt, utf8(facts.actor)).slice(0, ACTOR_BYTES),
    salt,
    facts.postings.flatMap(({ account, side, amount }) => [
      account,
      side === "debit" ? amount : -amount,
    ]),
  ]);
}
