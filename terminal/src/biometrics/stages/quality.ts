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

export type Verdict = {
  /** 0 … 100. */
  readonly quality: number;
  /** What is wrong most, when anything is: it explains a refusal and names the weakness of a faint acceptance. */
  readonly weakness: PoorReason | null;
  readonly isUsable: boolean;
};

type Evidence = {
  readonly mask: Mask;
  /** Normalised, ridges positive whatever the polarity. */
  readonly ridges: Plane;
  readonly normalised: Normalised;
  readonly minutiae: readonly Minutia[];
};

const areaMm2Of = (cellCount: number): number =>
  (cellCount * (CELL_PX * 25.4) ** 2) / SCALING.workingDpi ** 2;

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
  return Math.max(awayX, awayY) > QUALITY.offCentreShare;
};

/** Skewness of the ridges in the mask: moisture fills valleys until they are thin and deep, dryness breaks ridges. */
const skewnessOf = ({ widthPx, heightPx, data }: Plane, mask: Mask): number => {
  let [count, sum, squares, cubes] = [0, 0, 0, 0];
  for (let cell = 0; cell < mask.cells.length; cell++) {
    if (mask.cells[cell] !== 1) continue;
    const left = (cell % mask.columns) * CELL_PX;
    const top = Math.floor(cell / mask.columns) * CELL_PX;
    for (let y = top; y < Math.min(heightPx, top + CELL_PX); y++)
      for (let x = left; x < Math.min(widthPx, left + CELL_PX); x++) {
        const value = data[y * widthPx + x] ?? 0;
        count++;
        sum += value;
        squares += value * value;
        cubes += value * value * value;
      }
  }
  const mean = sum / count;
  const variance = squares / count - mean * mean;
  return (cubes / count - 3 * mean * variance - mean ** 3) / Math.max(1e-6, variance) ** 1.5;
};

const meanContrast = (mask: Mask, contrast: Plane): number => {
  let sum = 0;
  for (let cell = 0; cell < mask.cells.length; cell++)
    if (mask.cells[cell] === 1) sum += contrast.data[cell] ?? 0;
  return sum / Math.max(1, mask.cellCount);
};

const weaknessOf = ({ mask, ridges, normalised }: Evidence): PoorReason | null => {
  const areaMm2 = areaMm2Of(mask.cellCount);
  if (areaMm2 < QUALITY.minAreaMm2 / 4) return "no-finger";
  const seesLittle = mask.cellCount < QUALITY.partialShare * mask.cells.length;
  if (areaMm2 < QUALITY.minAreaMm2 || (areaMm2 < QUALITY.partialAreaMm2 && seesLittle))
    return isOffCentre(mask) ? "off-centre" : "partial";
  if (meanContrast(mask, normalised.contrast) < QUALITY.faintContrast) return "residual-print";
  const skewness = skewnessOf(ridges, mask);
  if (skewness < QUALITY.wetSkewness) return "too-wet";
  return skewness > QUALITY.drySkewness ? "too-dry" : null;
};

/** How much a comparison will have to go by: clear minutiae, many of them. */
const qualityOf = (minutiae: readonly Minutia[]): number => {
  const { clearMinutiae, clarityExponent } = QUALITY;
  const clear = minutiae.reduce((sum, { quality }) => sum + (quality / 100) ** clarityExponent, 0);
  return Math.round(100 * (1 - Math.exp(-clear / clearMinutiae)));
};

/** How good a placement is, 0 … 100, what is wrong with it, and whether it can be used at all. */
export const judge = (evidence: Evidence): Verdict => {
  const { mask, minutiae } = evidence;
  const isUsable =
    areaMm2Of(mask.cellCount) >= QUALITY.minAreaMm2 && minutiae.length >= QUALITY.minMinutiae;
  const quality = qualityOf(minutiae);
  const weakness = quality < QUALITY.goodQuality || !isUsable ? weaknessOf(evidence) : null;
  return { quality, weakness, isUsable };
};
