import type { Incarnation } from "@saku/protocol";

/** What a terminal believes of the cloud, as its `hello` says it. */
export type Believed = {
  readonly term: number;
  readonly have: number;
  readonly incs: readonly {
    readonly inc: Incarnation;
    readonly from: number;
    readonly to: number;
    /** Id of event `to`, hexadecimal. */
    readonly tip: string;
    /** Where the terminal no longer holds `from`: the first that it does [N16]. */
    readonly first?: number;
  }[];
};

/** What this database holds of the terminal. */
export type Held = {
  readonly term: number;
  readonly rev: number;
  readonly ackOf: ReadonlyMap<Incarnation, number>;
};

/**
 * Was the terminal promised more than this database holds, by this very lineage? A terminal lets events go, and counts
 * commands, only by the cloud's signed word: then the database was set back to an older state, and no mark in it tells [N15].
 */
export function isSetBack(believed: Believed, held: Held): boolean {
  if (believed.term < held.term) return false;
  const isAhead = believed.incs.some(({ inc, from }) => from > (held.ackOf.get(inc) ?? 0) + 1);
  return believed.term > held.term || isAhead || believed.have > held.rev;
}
