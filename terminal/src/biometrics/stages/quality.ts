import { CELL_PX, QUALITY, SCALING } from "../parameters.ts";
import type { Minutia, PoorReason } from "../engine-api.ts";
import { wrapTurn } from "../primitives/angles.ts";
import type { Plane } from "../primitives/plane.ts";
import type { Candidate } from "./minutiae.ts";
import type { Normalised } from "./normalisation.ts";
import type { OrientationField } from "./orientation.ts";
import type { Mask } from "./segmentation.ts";

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));

/** Quality of one place, 0 … 1: ridge-likeness of the grey levels times agreement of directions around it. */
const placeQuality = (reliability: Plane, field: OrientationField, cell: number): number =>
  Math.sqrt(
    clamp01((reliability.data[cell] ?? 0) / 0.9) * clamp01(field.coherence.data[cell] ?? 0),
  );

/** Candidates in the public form: y still down, angle counter-clockwise from +x. */
export const rate = (
  candidates: readonly Candidate[],
  reliability: Plane,
  field: OrientationField,
): Minutia[] =>
  candidates.map(({ x, y, rad, type }) => {
    const cell = Math.floor(y / CELL_PX) * reliability.widthPx + Math.floor(x / CELL_PX);
    const quality = Math.round(100 * placeQuality(reliability, field, cell));
    return { x, y, angleRad: wrapTurn(-rad), type, quality };
  });

export type Verdict = { readonly quality: number; readonly reason: PoorReason | null };

type Evidence = {
  readonly mask: Mask;
  readonly reliability: Plane;
  readonly field: OrientationField;
  readonly normalised: Normalised;
  readonly minutiae: readonly Minutia[];
};

const areaMm2Of = (mask: Mask): number =>
  (mask.cellCount * (CELL_PX * 25.4) ** 2) / SCALING.workingDpi ** 2;

const meanInside = (mask: Mask, valueAt: (cell: number) => number): number => {
  let sum = 0;
  for (let cell = 0; cell < mask.cells.length; cell++)
    if (mask.cells[cell] === 1) sum += valueAt(cell);
  return mask.cellCount === 0 ? 0 : sum / mask.cellCount;
};

const isOffCentre = (mask: Mask): boolean => {
  let sumColumn = 0;
  let sumRow = 0;
  for (let cell = 0; cell < mask.cells.length; cell++)
    if (mask.cells[cell] === 1) {
      sumColumn += cell % mask.columns;
      sumRow += Math.floor(cell / mask.columns);
    }
  const awayX = Math.abs(sumColumn / mask.cellCount / mask.columns - 0.5);
  const awayY = Math.abs(sumRow / mask.cellCount / mask.rows - 0.5);
  return Math.max(awayX, awayY) > 0.2;
};

const reasonOf = ({ mask, normalised, minutiae }: Evidence): PoorReason | null => {
  const areaMm2 = areaMm2Of(mask);
  if (areaMm2 < QUALITY.minAreaMm2 / 4) return "no-finger";
  if (areaMm2 < QUALITY.minAreaMm2) return isOffCentre(mask) ? "off-centre" : "partial";
  if (minutiae.length >= QUALITY.minMinutiae) return null;
  let dark = 0;
  for (const value of normalised.brightness.data) dark += value;
  return dark / normalised.brightness.data.length < 96 ? "too-wet" : "too-dry";
};

/** How good a placement is, 0 … 100, and why it cannot be used if it cannot. */
export const judge = (evidence: Evidence): Verdict => {
  const { mask, reliability, field, minutiae } = evidence;
  const clarity = meanInside(mask, (cell) => placeQuality(reliability, field, cell));
  const area = clamp01(areaMm2Of(mask) / QUALITY.goodAreaMm2);
  const count = clamp01(minutiae.length / 20);
  const quality = Math.round(100 * clarity * Math.sqrt(area * count));
  return { quality, reason: reasonOf(evidence) };
};
