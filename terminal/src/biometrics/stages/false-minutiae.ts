import { CELL_PX, MINUTIAE } from "../parameters.ts";
import { directionDifference } from "../primitives/angles.ts";
import type { Candidate } from "./minutiae.ts";
import type { Mask } from "./segmentation.ts";

/** Distance of every cell from the outside of the mask or image, px, by two chamfer sweeps (5-7-11 / 5 metric, 3×3 part). */
export const borderDistance = (mask: Mask): Float32Array => {
  const { columns, rows, cells } = mask;
  const distance = new Float32Array(cells.length);
  const diagonal = Math.SQRT2;
  const at = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= columns || row >= rows
      ? 0
      : (distance[row * columns + column] ?? 0);
  const relax = (column: number, row: number, step: 1 | -1): void => {
    const cell = row * columns + column;
    if (cells[cell] !== 1) return;
    const nearest = Math.min(
      at(column - step, row) + 1,
      at(column, row - step) + 1,
      at(column - step, row - step) + diagonal,
      at(column + step, row - step) + diagonal,
    );
    distance[cell] = step === 1 ? nearest : Math.min(distance[cell] ?? 0, nearest);
  };
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) relax(column, row, 1);
  for (let row = rows - 1; row >= 0; row--)
    for (let column = columns - 1; column >= 0; column--) relax(column, row, -1);
  return distance.map((cellsAway) => (cellsAway - 0.5) * CELL_PX);
};

const cellOf = (mask: Mask, x: number, y: number): number => {
  const column = Math.floor(x / CELL_PX);
  const row = Math.floor(y / CELL_PX);
  return column < 0 || row < 0 || column >= mask.columns || row >= mask.rows
    ? -1
    : row * mask.columns + column;
};

const insideBy = (candidate: Candidate, mask: Mask, distance: Float32Array): boolean => {
  const { endingBorderPx, bifurcationBorderPx } = MINUTIAE;
  const away = distance[cellOf(mask, candidate.x, candidate.y)] ?? 0;
  if (away < bifurcationBorderPx) return false;
  if (candidate.type === "bifurcation") return true;
  // An ending made by the edge of the print has nothing beyond it.
  const beyondX = candidate.x - Math.cos(candidate.rad) * endingBorderPx;
  const beyondY = candidate.y - Math.sin(candidate.rad) * endingBorderPx;
  return mask.cells[cellOf(mask, beyondX, beyondY)] === 1;
};

/** Two endings that face each other across a small gap, or two points too close to be two minutiae. */
const cancels = (a: Candidate, b: Candidate): boolean => {
  const distance = Math.hypot(a.x - b.x, a.y - b.y);
  if (distance < MINUTIAE.clusterPx) return true;
  if (a.type !== "ending" || b.type !== "ending" || distance > MINUTIAE.breakGapPx) return false;
  const gap = Math.atan2(b.y - a.y, b.x - a.x);
  const { breakAngleRad } = MINUTIAE;
  // `a` points back along its own ridge, away from the gap; `b` points on.
  return (
    directionDifference(a.rad, gap + Math.PI) < breakAngleRad &&
    directionDifference(b.rad, gap) < breakAngleRad
  );
};

/** Drops what the edge of the print, broken ridges and noise made. */
export const removeFalseMinutiae = (candidates: readonly Candidate[], mask: Mask): Candidate[] => {
  const distance = borderDistance(mask);
  const inside = candidates.filter((candidate) => insideBy(candidate, mask, distance));
  const dropped = new Set<Candidate>();
  for (let i = 0; i < inside.length; i++)
    for (let j = i + 1; j < inside.length; j++) {
      const a = inside[i];
      const b = inside[j];
      if (a === undefined || b === undefined || !cancels(a, b)) continue;
      dropped.add(a);
      dropped.add(b);
    }
  return inside.filter((candidate) => !dropped.has(candidate));
};
