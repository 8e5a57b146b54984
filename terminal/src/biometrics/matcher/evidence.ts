import { EVIDENCE } from "../parameters.ts";
import { fitMotion, moveHull, movePlaces, type Motion } from "./alignment.ts";
import { logOdds, measure, type Features } from "./features.ts";
import { findMates } from "./mates.ts";
import type { Prepared } from "./prepared.ts";
import type { SimilarityMatrix } from "./similarity-matrix.ts";
import type { Workspace } from "./workspace.ts";

/** A minutia of the probe and the one of the candidate it lies on. */
export type MatePair = { readonly a: number; readonly b: number };

/** What one alignment of probe and candidate explains. */
export type Evidence = {
  /** Probe onto candidate. */
  readonly motion: Motion;
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
  workspace: Workspace,
  likeness: Likeness,
): Evidence => {
  const { places, mates, takenA, takenB } = workspace;
  let motion = fitMotion(a.table, b.table, workspace.seed);
  for (const widen of EVIDENCE.rounds) {
    movePlaces(a.table, motion, places);
    findMates(places, b.table, widen, workspace);
    if (mates.count >= 3) motion = fitMotion(a.table, b.table, mates);
  }
  movePlaces(a.table, motion, places);
  findMates(places, b.table, 1, workspace);
  const features = measure({
    probe: a.table,
    moved: places,
    movedHull: moveHull(a.table.hull, motion),
    candidate: b.table,
    mates,
    takenA,
    takenB,
    ...likeness,
  });
  return { motion, features, nats: logOdds(features) };
};
