import { BENDING } from "../parameters.ts";
import type { Places } from "./alignment.ts";
import type { Mates } from "./mates.ts";
import type { MinutiaTable } from "./minutia-table.ts";

const PER_SQUARE = 1 / (2 * BENDING.reachPx * BENDING.reachPx);
const FAR_SQUARE: number = 9 * BENDING.reachPx * BENDING.reachPx;

/** Where the candidate's minutiae lie as seen from the mates' places under the rigid motion alone, px. */
let offX = new Float64Array(64);
let offY = new Float64Array(64);

/**
 * Bends the probe onto the candidate: every minutia goes where the mates around it went, its own mate not asked, so that
 * only minutiae that agree with each other come to lie better. Skin stretches smoothly; chance mates do not.
 */
export const bend = (rigid: Places, mates: Mates, candidate: MinutiaTable, bent: Places): void => {
  if (offX.length < mates.count) {
    offX = new Float64Array(2 * mates.count);
    offY = new Float64Array(2 * mates.count);
  }
  for (let k = 0; k < mates.count; k++) {
    offX[k] = (candidate.x[mates.b[k] ?? 0] ?? 0) - (rigid.x[mates.a[k] ?? 0] ?? 0);
    offY[k] = (candidate.y[mates.b[k] ?? 0] ?? 0) - (rigid.y[mates.a[k] ?? 0] ?? 0);
  }
  bent.count = rigid.count;
  for (let i = 0; i < rigid.count; i++) {
    const x = rigid.x[i] ?? 0;
    const y = rigid.y[i] ?? 0;
    let weights: number = BENDING.stiffness;
    let sumX = 0;
    let sumY = 0;
    for (let k = 0; k < mates.count; k++) {
      const a = mates.a[k] ?? 0;
      if (a === i) continue;
      const dx = (rigid.x[a] ?? 0) - x;
      const dy = (rigid.y[a] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square > FAR_SQUARE) continue;
      const weight = (mates.weight[k] ?? 0) * Math.exp(-square * PER_SQUARE);
      weights += weight;
      sumX += weight * (offX[k] ?? 0);
      sumY += weight * (offY[k] ?? 0);
    }
    bent.x[i] = x + sumX / weights;
    bent.y[i] = y + sumY / weights;
    bent.rad[i] = rigid.rad[i] ?? 0;
  }
};
