import { BENDING, EVIDENCE } from "../parameters.ts";
import { fitMotion, moveHull, movePlaces, type Motion, type Places } from "./alignment.ts";
import { bend } from "./bending.ts";
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

type Task = {
  readonly a: Prepared;
  readonly b: Prepared;
  readonly likeness: Likeness;
  readonly workspace: Workspace;
};

/** Weighs the mates in the workspace, with the probe lying at `moved`. */
const weigh = ({ a, b, likeness, workspace }: Task, motion: Motion, moved: Places): Evidence => {
  const { mates, takenA, takenB } = workspace;
  const features = measure({
    probe: a.table,
    moved,
    movedHull: moveHull(a.table.hull, motion),
    candidate: b.table,
    mates,
    takenA,
    takenB,
    ...likeness,
  });
  return { motion, features, nats: logOdds(features) };
};

/** Grows an alignment from the seed in the workspace: fit, collect mates widely, fit again, collect closely, weigh. */
export const gatherEvidence = (task: Task): Evidence => {
  const { a, b, workspace } = task;
  const { places, mates } = workspace;
  let motion = fitMotion(a.table, b.table, workspace.seed);
  for (const widen of EVIDENCE.rounds) {
    movePlaces(a.table, motion, places);
    findMates(places, b.table, widen, workspace);
    if (mates.count >= 3) motion = fitMotion(a.table, b.table, mates);
  }
  movePlaces(a.table, motion, places);
  findMates(places, b.table, 1, workspace);
  return weigh(task, motion, places);
};

/** The same motion with the skin's stretching taken up, and the mates that this brings together. */
export const bendEvidence = (task: Task, { motion }: Evidence): Evidence => {
  const { a, b, workspace } = task;
  const { places, bent, mates } = workspace;
  movePlaces(a.table, motion, places);
  findMates(places, b.table, 1, workspace);
  for (let round = 0; round < BENDING.rounds; round++) {
    bend(places, mates, b.table, bent);
    findMates(bent, b.table, 1, workspace);
  }
  return weigh(task, motion, bent);
};
