import { EVIDENCE } from "../parameters.ts";
import { directionDifference } from "../primitives/angles.ts";
import type { WeightedPair } from "./alignment.ts";
import type { MinutiaTable } from "./cylinders.ts";

/** Two minutiae that lie on each other after alignment. */
export type Mate = {
  readonly a: number;
  readonly b: number;
  readonly distancePx: number;
  readonly turnRad: number;
  /** Half a Mahalanobis square. */
  readonly cost: number;
};

const candidates = (moved: MinutiaTable, b: MinutiaTable, widen: number): Mate[] => {
  const reach = EVIDENCE.reachPx * widen;
  const near: Mate[] = [];
  for (let i = 0; i < moved.count; i++) {
    const x = moved.x[i] ?? 0;
    const y = moved.y[i] ?? 0;
    for (let j = 0; j < b.count; j++) {
      const dx = (b.x[j] ?? 0) - x;
      const dy = (b.y[j] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square > reach * reach) continue;
      const turnRad = directionDifference(moved.rad[i] ?? 0, b.rad[j] ?? 0);
      if (turnRad > EVIDENCE.reachRad) continue;
      const cost =
        square / (2 * (EVIDENCE.distanceSigmaPx * widen) ** 2) +
        (turnRad * turnRad) / (2 * EVIDENCE.turnSigmaRad ** 2);
      near.push({ a: i, b: j, distancePx: Math.sqrt(square), turnRad, cost });
    }
  }
  return near;
};

/** One-to-one mates within reach, cheapest first. */
export const findMates = (moved: MinutiaTable, b: MinutiaTable, widen: number): Mate[] => {
  const takenA = new Uint8Array(moved.count);
  const takenB = new Uint8Array(b.count);
  return candidates(moved, b, widen)
    .sort((s, t) => s.cost - t.cost)
    .filter(({ a: i, b: j }) => {
      if (takenA[i] === 1 || takenB[j] === 1) return false;
      takenA[i] = 1;
      takenB[j] = 1;
      return true;
    });
};

export const toPairs = (mates: readonly Mate[]): WeightedPair[] =>
  mates.map(({ a, b, cost }) => ({ a, b, weight: 1 / (1 + cost) }));
