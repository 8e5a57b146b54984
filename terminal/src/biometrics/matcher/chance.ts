import { CHANCE, EVIDENCE } from "../parameters.ts";
import { directionDifference } from "../primitives/angles.ts";
import { commonArea } from "../primitives/hull.ts";
import type { Aligned } from "./features.ts";

/** Sums of minutia quality: of the mates, and of everything each print shows in the common area. */
export type CommonQuality = {
  readonly mates: number;
  readonly probe: number;
  readonly candidate: number;
};

/** Log-odds of seeing `seen` pairs when chance brings `expected`, for a finger that brings all that are seen (Poisson). */
const poissonLogOdds = (seen: number, expected: number): number =>
  seen * Math.log(Math.max(seen, 0.5) / Math.max(expected, 0.05)) - (seen - expected);

/**
 * Mates beyond those that minutiae of this density, scattered evenly with any direction, would form by chance: the two
 * densities times the common area times the share of positions and turns that counts as lying on each other.
 */
export const beyondScatter = (aligned: Aligned, quality: CommonQuality): number => {
  const area = Math.max(commonArea(aligned.movedHull, aligned.candidate.hull), CHANCE.minAreaPx2);
  const window = EVIDENCE.reachPx ** 2 * EVIDENCE.reachRad;
  return poissonLogOdds(quality.mates, (quality.probe * quality.candidate * window) / area);
};

/** Pairs as parallel as mates, weighed by quality, that lie in the ring outside a mate's reach: only chance puts them there. */
const ringPairs = ({ moved, candidate }: Aligned): number => {
  const inner = EVIDENCE.reachPx ** 2;
  const outer = inner * CHANCE.ringRatio ** 2;
  let sum = 0;
  for (let i = 0; i < moved.count; i++) {
    const x = moved.x[i] ?? 0;
    const y = moved.y[i] ?? 0;
    for (let j = 0; j < candidate.count; j++) {
      const dx = (candidate.x[j] ?? 0) - x;
      const dy = (candidate.y[j] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square < inner || square >= outer) continue;
      const turn = directionDifference(moved.rad[i] ?? 0, candidate.rad[j] ?? 0);
      if (turn < EVIDENCE.reachRad)
        sum += Math.sqrt((moved.quality[i] ?? 0) * (candidate.quality[j] ?? 0));
    }
  }
  return sum;
};

/**
 * Mates beyond those that the same two flows of ridges would form by chance. Fingers of one pattern have parallel ridges in
 * the same places, so chance agrees more often than even scatter says; how often is counted around the mates themselves.
 */
export const beyondFlow = (aligned: Aligned, quality: CommonQuality): number => {
  const expected = ringPairs(aligned) / (CHANCE.ringRatio ** 2 - 1) + CHANCE.phantomPairs;
  return poissonLogOdds(quality.mates, expected);
};
