import { LOG_ODDS } from "../parameters.ts";
import { hullReaches } from "../primitives/hull.ts";
import { beyondFlow, beyondScatter } from "./chance.ts";
import type { MinutiaTable } from "./cylinders.ts";
import type { Mate } from "./mates.ts";
import type { SimilarityMatrix } from "./pairs.ts";

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
  /** Sum of the mates' cylinder similarities and of their squares. */
  likeness: number;
  likenessSquared: number;
  /** Minutiae in the common area without a mate: count, sum of quality, sum of its square. */
  missing: number;
  missingQuality: number;
  missingQualitySquared: number;
  /** Share of the minutiae in the common area that have a mate. */
  share: number;
  /** Log of both template sizes: more minutiae, more ways to agree by chance. */
  sizes: number;
  /** Relaxed cylinder similarity of the two prints and its root. */
  similarity: number;
  similarityRoot: number;
  /** Sum over the mates of the change of distance to the nearest other mate, units of 10 px. */
  neighbourStretch: number;
  /** Log-odds of that many mates against chance: at this density, and with these two flows (`chance.ts`). */
  beyondScatter: number;
  beyondFlow: number;
};

/** Two aligned prints: `moved` is the probe in the candidate's frame, `movedHull` its outline there. */
export type Aligned = {
  readonly moved: MinutiaTable;
  readonly movedHull: Float32Array;
  readonly candidate: MinutiaTable;
  readonly mates: readonly Mate[];
  readonly matrix: SimilarityMatrix;
  readonly similarity: number;
};

/** Adds the minutiae of one print that the other should show; answers the quality of all it shows in the common area. */
const addMissing = (
  features: Features,
  table: MinutiaTable,
  hull: Float32Array,
  taken: Uint8Array,
): number => {
  let common = 0;
  for (let i = 0; i < table.count; i++) {
    const quality = table.quality[i] ?? 0;
    if (taken[i] === 1) common += quality;
    if (taken[i] === 1 || !hullReaches(hull, table.x[i] ?? 0, table.y[i] ?? 0, 0)) continue;
    common += quality;
    features.missing++;
    features.missingQuality += quality;
    features.missingQualitySquared += quality * quality;
  }
  return common;
};

/** How much the way to the nearest other mate differs between the prints: skin stretches, strangers do not fit. */
const stretchOf = (aligned: Aligned, mate: Mate): number => {
  const { moved, candidate, mates } = aligned;
  let nearest = Infinity;
  let stretch = 0;
  for (const other of mates) {
    if (other === mate) continue;
    const ux = (moved.x[other.a] ?? 0) - (moved.x[mate.a] ?? 0);
    const uy = (moved.y[other.a] ?? 0) - (moved.y[mate.a] ?? 0);
    const length = ux * ux + uy * uy;
    if (length >= nearest) continue;
    nearest = length;
    const vx = (candidate.x[other.b] ?? 0) - (candidate.x[mate.b] ?? 0);
    const vy = (candidate.y[other.b] ?? 0) - (candidate.y[mate.b] ?? 0);
    stretch = Math.hypot(ux - vx, uy - vy);
  }
  return stretch / 10;
};

const addMates = (features: Features, aligned: Aligned): void => {
  const { moved, candidate, mates, matrix } = aligned;
  for (const mate of mates) {
    const distance = mate.distancePx / 10;
    const likeness = matrix.values[mate.a * matrix.width + mate.b] ?? 0;
    features.distance += distance;
    features.distanceSquared += distance * distance;
    features.turn += mate.turnRad;
    features.turnSquared += mate.turnRad * mate.turnRad;
    features.mateQuality += Math.sqrt(
      (moved.quality[mate.a] ?? 0) * (candidate.quality[mate.b] ?? 0),
    );
    features.sameType += moved.isEnding[mate.a] === candidate.isEnding[mate.b] ? 1 : 0;
    features.likeness += likeness;
    features.likenessSquared += likeness * likeness;
    features.neighbourStretch += stretchOf(aligned, mate);
  }
};

export const measure = (aligned: Aligned): Features => {
  const { moved, movedHull, candidate, mates, similarity } = aligned;
  const features: Features = {
    mates: mates.length,
    distance: 0,
    distanceSquared: 0,
    turn: 0,
    turnSquared: 0,
    mateQuality: 0,
    sameType: 0,
    likeness: 0,
    likenessSquared: 0,
    missing: 0,
    missingQuality: 0,
    missingQualitySquared: 0,
    share: 0,
    sizes: Math.log(moved.count) + Math.log(candidate.count),
    similarity,
    similarityRoot: Math.sqrt(similarity),
    neighbourStretch: 0,
    beyondScatter: 0,
    beyondFlow: 0,
  };
  const takenA = new Uint8Array(moved.count);
  const takenB = new Uint8Array(candidate.count);
  for (const { a, b } of mates) {
    takenA[a] = 1;
    takenB[b] = 1;
  }
  addMates(features, aligned);
  const quality = {
    probe: addMissing(features, moved, candidate.hull, takenA),
    candidate: addMissing(features, candidate, movedHull, takenB),
    mates: features.mateQuality,
  };
  features.beyondScatter = beyondScatter(aligned, quality);
  features.beyondFlow = beyondFlow(aligned, quality);
  // Five phantom minutiae keep a handful of mates from looking like a perfect share.
  features.share = (2 * mates.length) / (2 * mates.length + features.missing + 5);
  return features;
};

/** Log-odds of "same finger", nats, at even prior odds. */
export const logOdds = (features: Features): number => {
  const weights: Readonly<Record<keyof Features | "bias", number>> = LOG_ODDS;
  let sum = weights.bias;
  for (const name of Object.keys(features) as (keyof Features)[])
    sum += weights[name] * features[name];
  return sum;
};
