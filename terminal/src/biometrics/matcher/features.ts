import { LOG_ODDS } from "../parameters.ts";
import { hullReaches } from "../primitives/hull.ts";
import { beyondFlow, beyondScatter } from "./chance.ts";
import type { Places } from "./alignment.ts";
import type { Mates } from "./mates.ts";
import type { MinutiaTable } from "./minutia-table.ts";
import type { SimilarityMatrix } from "./similarity-matrix.ts";

/** What speaks for and against one alignment; every field has a weight of the same name in `LOG_ODDS`. */
export type Features = {
  /** Pairs of minutiae that lie on each other. */
  mates: number;
  /** Sums over the mates: distance in units of 10 px and its square, turn in rad and its square. */
  distance: number;
  distanceSquared: number;
  turn: number;
  turnSquared: number;
  /** Sum of the geometric means of both qualities, 0 … 1 each. */
  mateQuality: number;
  sameType: number;
  /** Sum of the squares of the mates' cylinder similarities. */
  likenessSquared: number;
  /** Minutiae in the common area without a mate: count and sum of quality. */
  missing: number;
  missingQuality: number;
  /** Share of the minutiae in the common area that have a mate. */
  share: number;
  /** Log of both template sizes: more minutiae, more ways to agree by chance. */
  sizes: number;
  /** Relaxed cylinder similarity of the two prints and its root. */
  similarity: number;
  similarityRoot: number;
  /** Log-odds of that many mates against chance: at this density, and with these two flows (`chance.ts`). */
  beyondScatter: number;
  beyondFlow: number;
};

/** Two aligned prints: `moved` is the probe in the candidate's frame, `movedHull` its outline there. */
export type Aligned = {
  readonly probe: MinutiaTable;
  readonly moved: Places;
  readonly movedHull: Float32Array;
  readonly candidate: MinutiaTable;
  readonly mates: Mates;
  /** 1 for every minutia of the probe and of the candidate that has a mate. */
  readonly takenA: Uint8Array;
  readonly takenB: Uint8Array;
  readonly matrix: SimilarityMatrix;
  readonly similarity: number;
};

/** Minutiae of one print where they lie in the common frame. */
type Shown = {
  readonly quality: Float32Array;
  readonly at: { readonly count: number; readonly x: Float32Array; readonly y: Float32Array };
  readonly taken: Uint8Array;
};

/** Adds the minutiae of one print that the other should show; answers the quality of all it shows in the common area. */
const addMissing = (
  features: Features,
  { quality, at, taken }: Shown,
  hull: Float32Array,
): number => {
  let common = 0;
  for (let i = 0; i < at.count; i++) {
    const mine = quality[i] ?? 0;
    if (taken[i] === 1) common += mine;
    else if (hullReaches(hull, at.x[i] ?? 0, at.y[i] ?? 0, 0)) {
      common += mine;
      features.missing++;
      features.missingQuality += mine;
    }
  }
  return common;
};

const addMates = (features: Features, aligned: Aligned): void => {
  const { probe, candidate, mates, matrix } = aligned;
  for (let k = 0; k < mates.count; k++) {
    const a = mates.a[k] ?? 0;
    const b = mates.b[k] ?? 0;
    const distance = (mates.distancePx[k] ?? 0) / 10;
    const turn = mates.turnRad[k] ?? 0;
    const likeness = matrix.values[a * matrix.width + b] ?? 0;
    features.distance += distance;
    features.distanceSquared += distance * distance;
    features.turn += turn;
    features.turnSquared += turn * turn;
    features.mateQuality += (probe.rootQuality[a] ?? 0) * (candidate.rootQuality[b] ?? 0);
    features.sameType += probe.isEnding[a] === candidate.isEnding[b] ? 1 : 0;
    features.likenessSquared += likeness * likeness;
  }
};

export const measure = (aligned: Aligned): Features => {
  const { probe, moved, movedHull, candidate, mates, similarity, takenA, takenB } = aligned;
  const features: Features = {
    mates: mates.count,
    distance: 0,
    distanceSquared: 0,
    turn: 0,
    turnSquared: 0,
    mateQuality: 0,
    sameType: 0,
    likenessSquared: 0,
    missing: 0,
    missingQuality: 0,
    share: 0,
    sizes: Math.log(probe.count) + Math.log(candidate.count),
    similarity,
    similarityRoot: Math.sqrt(similarity),
    beyondScatter: 0,
    beyondFlow: 0,
  };
  addMates(features, aligned);
  const shownA = { quality: probe.quality, at: moved, taken: takenA };
  const shownB = { quality: candidate.quality, at: candidate, taken: takenB };
  const quality = {
    probe: addMissing(features, shownA, candidate.hull),
    candidate: addMissing(features, shownB, movedHull),
    mates: features.mateQuality,
  };
  features.beyondScatter = beyondScatter(aligned, quality);
  features.beyondFlow = beyondFlow(aligned, quality);
  // Five phantom minutiae keep a handful of mates from looking like a perfect share.
  features.share = (2 * mates.count) / (2 * mates.count + features.missing + 5);
  return features;
};

/** Names of the features, in the order in which they are added up. */
export const FEATURE_NAMES: readonly (keyof Features)[] = (
  Object.keys(LOG_ODDS) as (keyof Features | "bias")[]
).filter((name) => name !== "bias");

/** Log-odds of "same finger", nats, at even prior odds. */
export const logOdds = (features: Features): number => {
  let sum: number = LOG_ODDS.bias;
  for (const name of FEATURE_NAMES) sum += LOG_ODDS[name] * features[name];
  return sum;
};
