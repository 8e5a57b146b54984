/** The external_aad of a signed object: what it is signed *as*, so that no signature serves twice. */
export type SignedKind =
  | "saku.event.v1"
  | "saku.command.v1"
  | "saku.ack.v1"
  | "saku.roster.v1"
  | "saku.claim.v1"
  /** A stall's question to the hub of its school, and the hub's answer. */
  | "saku.hub-ask.v1"
  | "saku.hub-answer.v1"
  /** What persons decided about an event that could not be booked. */
  | "saku.decision.v1"
  | "saku.receipt.v1";
