import { RELAXATION } from "../parameters.ts";
import { directionDifference, signedDifference } from "../primitives/angles.ts";
import type { MinutiaTable } from "./cylinders.ts";
import type { Pairs } from "./pairs.ts";

const sigmoid = (value: number, shape: { centre: number; steepness: number }): number =>
  1 / (1 + Math.exp(-shape.steepness * (value - shape.centre)));

/** Geometry of going from one minutia to another, as seen from the first. */
type Leg = { distance: number; turn: number; bearing: number };

const legOf = (table: MinutiaTable, from: number, to: number, leg: Leg): void => {
  const dx = (table.x[to] ?? 0) - (table.x[from] ?? 0);
  const dy = (table.y[to] ?? 0) - (table.y[from] ?? 0);
  leg.distance = Math.sqrt(dx * dx + dy * dy);
  leg.turn = signedDifference(table.rad[from] ?? 0, table.rad[to] ?? 0);
  leg.bearing = signedDifference(table.rad[from] ?? 0, Math.atan2(dy, dx));
};

/** How far every two pairs agree that one finger moved as a whole: 0 … 1, symmetric, diagonal 0. */
export const compatibilities = (pairs: Pairs, a: MinutiaTable, b: MinutiaTable): Float32Array => {
  const { count } = pairs;
  const result = new Float32Array(count * count);
  const legA: Leg = { distance: 0, turn: 0, bearing: 0 };
  const legB: Leg = { distance: 0, turn: 0, bearing: 0 };
  for (let t = 0; t < count; t++)
    for (let k = t + 1; k < count; k++) {
      const [at, ak, bt, bk] = [pairs.a[t] ?? 0, pairs.a[k] ?? 0, pairs.b[t] ?? 0, pairs.b[k] ?? 0];
      if (at === ak || bt === bk) continue;
      legOf(a, at, ak, legA);
      legOf(b, bt, bk, legB);
      const distance = Math.abs(legA.distance - legB.distance);
      const turn = directionDifference(legA.turn, legB.turn);
      const bearing = directionDifference(legA.bearing, legB.bearing);
      const value =
        sigmoid(distance, RELAXATION.distance) *
        sigmoid(turn, RELAXATION.turn) *
        sigmoid(bearing, RELAXATION.bearing);
      result[t * count + k] = value;
      result[k * count + t] = value;
    }
  return result;
};

/** Similarities after the pairs have supported each other for some rounds. */
export const relax = (pairs: Pairs, compatibility: Float32Array): Float32Array => {
  const { count } = pairs;
  let current = pairs.similarity.slice(0, count);
  if (count < 2) return current;
  for (let round = 0; round < RELAXATION.rounds; round++) {
    const next = new Float32Array(count);
    for (let t = 0; t < count; t++) {
      let support = 0;
      for (let k = 0; k < count; k++)
        support += (compatibility[t * count + k] ?? 0) * (current[k] ?? 0);
      next[t] =
        RELAXATION.ownWeight * (current[t] ?? 0) +
        ((1 - RELAXATION.ownWeight) * support) / (count - 1);
    }
    current = next;
  }
  return current;
};

/** Number of pairs the global score averages, between its limits by the smaller template. */
const topPairCount = (smaller: number): number => {
  const { minTopPairs, maxTopPairs, topPairsCentre, topPairsSteepness } = RELAXATION;
  const share = sigmoid(smaller, { centre: topPairsCentre, steepness: topPairsSteepness });
  return minTopPairs + Math.round(share * (maxTopPairs - minTopPairs));
};

/** Pairs ordered by how much of their similarity survived relaxation. */
export const byEfficiency = (pairs: Pairs, relaxed: Float32Array): number[] =>
  Array.from(relaxed.keys()).toSorted(
    (s, t) =>
      (relaxed[t] ?? 0) / (pairs.similarity[t] ?? 1) -
      (relaxed[s] ?? 0) / (pairs.similarity[s] ?? 1),
  );

/** Global similarity of the paper: mean relaxed similarity of the most efficient pairs, 0 … 1. */
export const globalSimilarity = (
  order: readonly number[],
  relaxed: Float32Array,
  smaller: number,
): number => {
  const wanted = topPairCount(smaller);
  let sum = 0;
  for (const pair of order.slice(0, wanted)) sum += relaxed[pair] ?? 0;
  return sum / wanted;
};
