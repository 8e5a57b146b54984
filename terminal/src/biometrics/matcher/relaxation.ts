import { RELAXATION } from "../parameters.ts";
import { turnBetween } from "../primitives/angles.ts";
import type { MinutiaTable } from "./minutia-table.ts";
import type { Pairs } from "./pairs.ts";

const sigmoid = (value: number, shape: { centre: number; steepness: number }): number =>
  1 / (1 + Math.exp(-shape.steepness * (value - shape.centre)));

/** Value beyond which a sigmoid is below 10⁻⁷ and its product with the others is nothing. */
const vanishing = (shape: { centre: number; steepness: number }): number =>
  shape.centre - 16.2 / shape.steepness;

const MAX_DISTANCE = vanishing(RELAXATION.distance);
const MAX_TURN = vanishing(RELAXATION.turn);
const MAX_BEARING = vanishing(RELAXATION.bearing);
const { maxPairs: MAX } = RELAXATION;

/** Which pairs agree that one finger moved as a whole, and how far: 0 … 1. Valid until the next comparison. */
export type Compatibilities = {
  /** Row by row, `count` wide; symmetric, diagonal 0. */
  readonly dense: Float32Array;
  /** The same without zeros and once each, by first pair, then by second. */
  links: number;
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly value: Float32Array;
};

const compatibility: Compatibilities = {
  dense: new Float32Array(MAX * MAX),
  links: 0,
  first: new Uint8Array((MAX * (MAX - 1)) / 2),
  second: new Uint8Array((MAX * (MAX - 1)) / 2),
  value: new Float32Array((MAX * (MAX - 1)) / 2),
};

/** Pair by pair: places on both sides, turn between them in [0, 2π). */
const column = (): Float64Array => new Float64Array(MAX);
const [AX, AY, BX, BY, TURN] = [column(), column(), column(), column(), column()];

const gather = (pairs: Pairs, a: MinutiaTable, b: MinutiaTable): void => {
  for (let t = 0; t < pairs.count; t++) {
    const i = pairs.a[t] ?? 0;
    const j = pairs.b[t] ?? 0;
    AX[t] = a.x[i] ?? 0;
    AY[t] = a.y[i] ?? 0;
    BX[t] = b.x[j] ?? 0;
    BY[t] = b.y[j] ?? 0;
    const turn = (a.rad[i] ?? 0) - (b.rad[j] ?? 0);
    TURN[t] = turn < 0 ? turn + 2 * Math.PI : turn;
  }
};

/** How far pairs `t` and `k` agree; gates first, so that most strangers cost one subtraction. */
const agreement = (t: number, k: number): number => {
  const turn = turnBetween(TURN[t] ?? 0, TURN[k] ?? 0);
  if (turn > MAX_TURN) return 0;
  const ux = (AX[k] ?? 0) - (AX[t] ?? 0);
  const uy = (AY[k] ?? 0) - (AY[t] ?? 0);
  const vx = (BX[k] ?? 0) - (BX[t] ?? 0);
  const vy = (BY[k] ?? 0) - (BY[t] ?? 0);
  const distance = Math.abs(Math.sqrt(ux * ux + uy * uy) - Math.sqrt(vx * vx + vy * vy));
  if (distance > MAX_DISTANCE) return 0;
  // The bearing of `k` seen from `t` differs by the turn of the way there less the turn of `t` itself.
  const way = Math.atan2(vx * uy - vy * ux, ux * vx + uy * vy);
  const bearing = turnBetween(TURN[t] ?? 0, way < 0 ? way + 2 * Math.PI : way);
  if (bearing > MAX_BEARING) return 0;
  return (
    sigmoid(distance, RELAXATION.distance) *
    sigmoid(turn, RELAXATION.turn) *
    sigmoid(bearing, RELAXATION.bearing)
  );
};

export const compatibilities = (
  pairs: Pairs,
  a: MinutiaTable,
  b: MinutiaTable,
): Compatibilities => {
  const { count } = pairs;
  const { dense, first, second, value } = compatibility;
  gather(pairs, a, b);
  dense.fill(0, 0, count * count);
  let links = 0;
  for (let t = 0; t < count; t++)
    for (let k = t + 1; k < count; k++) {
      const agreed = agreement(t, k);
      if (agreed === 0) continue;
      dense[t * count + k] = agreed;
      dense[k * count + t] = agreed;
      first[links] = t;
      second[links] = k;
      value[links++] = agreed;
    }
  compatibility.links = links;
  return compatibility;
};

const relaxed = new Float32Array(MAX);
const support = new Float64Array(MAX);

/** Similarities after the pairs have supported each other for some rounds. Valid until the next call. */
export const relax = (
  pairs: Pairs,
  { links, first, second, value }: Compatibilities,
): Float32Array => {
  const { count } = pairs;
  const current = relaxed.subarray(0, count);
  current.set(pairs.similarity.subarray(0, count));
  if (count < 2) return current;
  for (let round = 0; round < RELAXATION.rounds; round++) {
    support.fill(0, 0, count);
    for (let link = 0; link < links; link++) {
      const t = first[link] ?? 0;
      const k = second[link] ?? 0;
      const agreed = value[link] ?? 0;
      support[t] = (support[t] ?? 0) + agreed * (current[k] ?? 0);
      support[k] = (support[k] ?? 0) + agreed * (current[t] ?? 0);
    }
    for (let t = 0; t < count; t++)
      current[t] =
        RELAXATION.ownWeight * (current[t] ?? 0) +
        ((1 - RELAXATION.ownWeight) * (support[t] ?? 0)) / (count - 1);
  }
  return current;
};

/** Number of pairs the global score averages, between its limits by the smaller template. */
const topPairCount = (smaller: number): number => {
  const { minTopPairs, maxTopPairs, topPairsCentre, topPairsSteepness } = RELAXATION;
  const share = sigmoid(smaller, { centre: topPairsCentre, steepness: topPairsSteepness });
  return minTopPairs + Math.round(share * (maxTopPairs - minTopPairs));
};

const efficiency = new Float64Array(MAX);

/** The entry that is largest, and from then on −∞; −1 when none is left. The first of equals comes first. */
export const takeLargest = (values: Float64Array, count: number): number => {
  let best = -1;
  let largest = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    if (value <= largest) continue;
    largest = value;
    best = i;
  }
  if (best >= 0) values[best] = -Infinity;
  return best;
};

/** Global similarity of the paper: mean relaxed similarity of the pairs that kept most of theirs, 0 … 1. */
export const globalSimilarity = (
  pairs: Pairs,
  relaxedValues: Float32Array,
  smaller: number,
): number => {
  const wanted = topPairCount(smaller);
  for (let t = 0; t < pairs.count; t++)
    efficiency[t] = (relaxedValues[t] ?? 0) / (pairs.similarity[t] ?? 1);
  let sum = 0;
  for (let n = 0; n < Math.min(wanted, pairs.count); n++)
    sum += relaxedValues[takeLargest(efficiency, pairs.count)] ?? 0;
  return sum / wanted;
};
