import { EVIDENCE } from "../parameters.ts";
import { directionDifference } from "../primitives/angles.ts";
import { hullReaches } from "../primitives/hull.ts";
import { fitMotion, moveTable, type Motion, type WeightedPair } from "./alignment.ts";
import type { MinutiaTable } from "./cylinders.ts";

/** What one alignment explains. */
export type Evidence = {
  readonly motion: Motion;
  readonly mates: readonly WeightedPair[];
  /** Log-likelihood ratio "same finger" against "another finger", nats, before the cost of searching. */
  readonly nats: number;
  /** Minutiae of both sides inside the overlap. */
  readonly expected: number;
};

type Mate = { a: number; b: number; cost: number };

/** One-to-one mates within reach, cheapest first; cost is half a Mahalanobis square. */
const findMates = (moved: MinutiaTable, b: MinutiaTable, widen: number): Mate[] => {
  const reach = EVIDENCE.reachPx * widen;
  const near: Mate[] = [];
  for (let i = 0; i < moved.count; i++) {
    const x = moved.x[i] ?? 0;
    const y = moved.y[i] ?? 0;
    for (let j = 0; j < b.count; j++) {
      const dx = (b.x[j] ?? 0) - x;
      const dy = (b.y[j] ?? 0) - y;
      const distance = dx * dx + dy * dy;
      if (distance > reach * reach) continue;
      const turn = directionDifference(moved.rad[i] ?? 0, b.rad[j] ?? 0);
      if (turn > EVIDENCE.reachRad) continue;
      const cost =
        distance / (2 * (EVIDENCE.distanceSigmaPx * widen) ** 2) +
        (turn * turn) / (2 * EVIDENCE.turnSigmaRad ** 2);
      near.push({ a: i, b: j, cost });
    }
  }
  near.sort((s, t) => s.cost - t.cost);
  const takenA = new Uint8Array(moved.count);
  const takenB = new Uint8Array(b.count);
  return near.filter(({ a: i, b: j }) => {
    if (takenA[i] === 1 || takenB[j] === 1) return false;
    takenA[i] = 1;
    takenB[j] = 1;
    return true;
  });
};

const toPairs = (mates: readonly Mate[]): WeightedPair[] =>
  mates.map(({ a, b, cost }) => ({ a, b, weight: 1 / (1 + cost) }));

const hullArea = (hull: Float32Array): number => {
  let twice = 0;
  for (let i = 0; i < hull.length; i += 2) {
    const next = (i + 2) % hull.length;
    twice += (hull[i] ?? 0) * (hull[next + 1] ?? 0) - (hull[next] ?? 0) * (hull[i + 1] ?? 0);
  }
  return Math.abs(twice) / 2;
};

/** Minutiae per px² of a print, kept away from absurd values for tiny templates. */
const densityOf = (table: MinutiaTable): number =>
  table.count / Math.max(hullArea(table.hull), table.count * 400, 8000);

/** Nats for a pair of cost 0: chance of a true pair over chance of a stray one at that place and direction. */
const perfectPairNats = (b: MinutiaTable): number => {
  const { distanceSigmaPx, turnSigmaRad, detection } = EVIDENCE;
  const truePeak =
    detection / (2 * Math.PI * distanceSigmaPx ** 2 * Math.sqrt(2 * Math.PI) * turnSigmaRad);
  return Math.log(truePeak / (densityOf(b) / (2 * Math.PI)));
};

/** Sum of quality of the minutiae of `table` that lie in `hull` but have no mate, and how many lie there at all. */
const unmatched = (
  table: MinutiaTable,
  hull: Float32Array,
  taken: Uint8Array,
): { missing: number; inside: number } => {
  let missing = 0;
  let inside = 0;
  for (let i = 0; i < table.count; i++) {
    if (taken[i] === 1) inside++;
    else if (hullReaches(hull, table.x[i] ?? 0, table.y[i] ?? 0, 0)) {
      inside++;
      missing += table.quality[i] ?? 0;
    }
  }
  return { missing, inside };
};

const inverse = ({ cos, sin, dx, dy }: Motion): Motion => ({
  cos,
  sin: -sin,
  dx: -(cos * dx + sin * dy),
  dy: sin * dx - cos * dy,
});

const weigh = (
  a: MinutiaTable,
  b: MinutiaTable,
  motion: Motion,
  mates: readonly Mate[],
): Evidence => {
  const peak = (perfectPairNats(a) + perfectPairNats(b)) / 2;
  const takenA = new Uint8Array(a.count);
  const takenB = new Uint8Array(b.count);
  let nats = 0;
  const kept: WeightedPair[] = [];
  for (const { a: i, b: j, cost } of mates) {
    const gain = peak - cost;
    if (gain <= 0) continue;
    nats += gain * Math.sqrt((a.quality[i] ?? 0) * (b.quality[j] ?? 0));
    takenA[i] = 1;
    takenB[j] = 1;
    kept.push({ a: i, b: j, weight: 1 / (1 + cost) });
  }
  const ofA = unmatched(moveTable(a, motion), b.hull, takenA);
  const ofB = unmatched(moveTable(b, inverse(motion)), a.hull, takenB);
  nats -= EVIDENCE.missing * (ofA.missing + ofB.missing);
  return { motion, mates: kept, nats, expected: ofA.inside + ofB.inside };
};

/** Grows an alignment from a few pairs: fit, collect mates widely, fit again, collect closely, weigh. */
export const gatherEvidence = (
  a: MinutiaTable,
  b: MinutiaTable,
  seed: readonly WeightedPair[],
): Evidence => {
  let motion = fitMotion(a, b, seed);
  let pairs = seed;
  for (const widen of [1.2, 1]) {
    const mates = findMates(moveTable(a, motion), b, widen);
    if (mates.length >= 3) pairs = toPairs(mates);
    motion = fitMotion(a, b, pairs);
  }
  return weigh(a, b, motion, findMates(moveTable(a, motion), b, 1));
};
