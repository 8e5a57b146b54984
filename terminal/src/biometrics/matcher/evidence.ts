import { EVIDENCE } from "../parameters.ts";
import { fitMotion, moveHull, moveTable, type Motion, type WeightedPair } from "./alignment.ts";
import { logOdds, measure, type Features } from "./features.ts";
import { findMates, toPairs } from "./mates.ts";
import type { SimilarityMatrix } from "./pairs.ts";
import type { Prepared } from "./prepared.ts";

/** What one alignment of probe and candidate explains. */
export type Evidence = {
  /** Probe onto candidate. */
  readonly motion: Motion;
  readonly mates: readonly WeightedPair[];
  readonly features: Features;
  /** Log-odds "same finger", nats. */
  readonly nats: number;
};

/** What is known of the two prints before any alignment. */
export type Likeness = { readonly matrix: SimilarityMatrix; readonly similarity: number };

/** Grows an alignment from a few pairs: fit, collect mates widely, fit again, collect closely, weigh. */
export const gatherEvidence = (
  a: Prepared,
  b: Prepared,
  seed: readonly WeightedPair[],
  likeness: Likeness,
): Evidence => {
  let motion = fitMotion(a.table, b.table, seed);
  for (const widen of EVIDENCE.rounds) {
    const mates = findMates(moveTable(a.table, motion), b.table, widen);
    if (mates.length >= 3) motion = fitMotion(a.table, b.table, toPairs(mates));
  }
  const moved = moveTable(a.table, motion);
  const mates = findMates(moved, b.table, 1);
  const features = measure({
    moved,
    movedHull: moveHull(a.table.hull, motion),
    candidate: b.table,
    mates,
    ...likeness,
  });
  return { motion, mates: toPairs(mates), features, nats: logOdds(features) };
};
