/** The external_aad of a signed object: what it is signed *as*, so that no signature serves twice. */
export type SignedKind =
  "saku.event.v1" | "saku.command.v1" | "saku.ack.v1" | "saku.roster.v1" | "saku.claim.v1";
