import { CHANCE, EVIDENCE } from "../parameters.ts";
import { turnBetween } from "../primitives/angles.ts";
import { commonArea } from "../primitives/hull.ts";
import type { Aligned } from "./features.ts";
import { firstFrom } from "./minutia-table.ts";

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

const INNER_SQUARE = EVIDENCE.reachPx ** 2;
const OUTER_PX = EVIDENCE.reachPx * CHANCE.ringRatio;

/** Pairs as parallel as mates, weighed by quality, that lie in the ring outside a mate's reach: only chance puts them there. */
const ringPairs = ({ probe, moved, candidate }: Aligned): number => {
  let sum = 0;
  for (let i = 0; i < moved.count; i++) {
    const x = moved.x[i] ?? 0;
    const y = moved.y[i] ?? 0;
    const rad = moved.rad[i] ?? 0;
    let weights = 0;
    for (let at = firstFrom(candidate, x - OUTER_PX); at < candidate.count; at++) {
      const dx = (candidate.sortedX[at] ?? 0) - x;
      if (dx >= OUTER_PX) break;
      const j = candidate.byX[at] ?? 0;
      const dy = (candidate.y[j] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square < INNER_SQUARE || square >= OUTER_PX * OUTER_PX) continue;
      if (turnBetween(rad, candidate.rad[j] ?? 0) < EVIDENCE.reachRad)
        weights += candidate.rootQuality[j] ?? 0;
    }
    sum += weights * (probe.rootQuality[i] ?? 0);
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
