import { CYLINDER } from "../parameters.ts";
import { signedDifference, TWO_PI } from "../primitives/angles.ts";
import { createReach } from "../primitives/hull.ts";
import { popcount32 } from "../primitives/popcount.ts";
import type { MinutiaTable } from "./minutia-table.ts";

type Base = { readonly x: Float32Array; readonly y: Float32Array };

/** Centres of the cells of a cylinder's floor, relative to the minutia, turned to its direction. */
const buildBase = (): Base => {
  const { cellsAcross, radiusPx } = CYLINDER;
  const x: number[] = [];
  const y: number[] = [];
  const side = (2 * radiusPx) / cellsAcross;
  for (let i = 0; i < cellsAcross; i++)
    for (let j = 0; j < cellsAcross; j++) {
      const dx = (i + 0.5) * side - radiusPx;
      const dy = (j + 0.5) * side - radiusPx;
      if (Math.hypot(dx, dy) > radiusPx) continue;
      x.push(dx);
      y.push(dy);
    }
  return { x: Float32Array.from(x), y: Float32Array.from(y) };
};

/** Number of the cell at a row and column of the square around the floor, −1 in its corners. */
const buildCellNumbers = (): Int8Array => {
  const { cellsAcross, radiusPx } = CYLINDER;
  const side = (2 * radiusPx) / cellsAcross;
  let next = 0;
  return Int8Array.from({ length: cellsAcross * cellsAcross }, (_, at) => {
    const dx = (Math.floor(at / cellsAcross) + 0.5) * side - radiusPx;
    const dy = ((at % cellsAcross) + 0.5) * side - radiusPx;
    return Math.hypot(dx, dy) > radiusPx ? -1 : next++;
  });
};

const BASE: Base = buildBase();
const CELL_NUMBERS: Int8Array = buildCellNumbers();
const FLOOR = BASE.x.length;
/** Bits of one cylinder, and the 32-bit words that hold them: whole vectors of 128 bits, the last bits never used. */
export const CYLINDER_BITS: number = FLOOR * CYLINDER.sections;
export const CYLINDER_WORDS: number = 4 * Math.ceil(CYLINDER_BITS / 128);

/** Bits and validity of all cylinders of a template; minutiae whose cylinder says too little have `usable` 0. */
export type Cylinders = {
  readonly bits: Int32Array;
  readonly valid: Int32Array;
  readonly usable: Uint8Array;
  /** Directions of the minutiae; a full turn is 2³². */
  readonly turns: Int32Array;
};

/** Standard normal distribution function (Abramowitz and Stegun 7.1.26). */
const normalCdf = (z: number): number => {
  const t = 1 / (1 + 0.3275911 * Math.abs(z) * Math.SQRT1_2);
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = 0.5 * poly * Math.exp((-z * z) / 2);
  return z >= 0 ? 1 - half : half;
};

/** Power of two, so that steps wrap by masking. */
const TURN_STEPS = 256;

/** Directional contribution by turn between cell section and neighbour, tabulated over a full turn. */
const DIRECTIONAL: Float32Array = Float32Array.from({ length: TURN_STEPS }, (_, step) => {
  const turn = signedDifference((TWO_PI * step) / TURN_STEPS, 0);
  const half = Math.PI / CYLINDER.sections;
  const sigma = CYLINDER.directionSigmaRad;
  return normalCdf((turn + half) / sigma) - normalCdf((turn - half) / sigma);
});

const sectionTurn = (section: number): number =>
  -Math.PI + (section + 0.5) * (TWO_PI / CYLINDER.sections);

const directionalAt = (section: number, turn: number): number =>
  DIRECTIONAL[
    Math.round(((sectionTurn(section) - turn) * TURN_STEPS) / TWO_PI) & (TURN_STEPS - 1)
  ] ?? 0;

/** What one neighbour contributes, by section and by distance along both axes; kept to spare the allocation. */
const directional = new Float64Array(CYLINDER.sections);
const alongX = new Float64Array(CYLINDER.cellsAcross);
const alongY = new Float64Array(CYLINDER.cellsAcross);

const CELL_SIDE_PX = (2 * CYLINDER.radiusPx) / CYLINDER.cellsAcross;
const REACH_PX = 3 * CYLINDER.spatialSigmaPx;
const LAST_CELL = CYLINDER.cellsAcross - 1;
const centreOf = (cell: number): number => (cell + 0.5) * CELL_SIDE_PX - CYLINDER.radiusPx;

/** First and last cell of an axis whose centre can lie within reach of a place on it. */
const firstCell = (place: number): number =>
  Math.max(0, Math.floor((place - REACH_PX + CYLINDER.radiusPx) / CELL_SIDE_PX - 0.5));
const lastCell = (place: number): number =>
  Math.min(LAST_CELL, Math.ceil((place + REACH_PX + CYLINDER.radiusPx) / CELL_SIDE_PX - 0.5));

const PER_SQUARE = 1 / (2 * CYLINDER.spatialSigmaPx * CYLINDER.spatialSigmaPx);
const SPATIAL_SCALE = 1 / (CYLINDER.spatialSigmaPx * Math.sqrt(TWO_PI));

/** The Gaussian along one axis in steps of 1/64 px: no further than 0.3 % from the formula. */
const STEPS_PER_PX = 64;
const ALONG_AXIS: Float64Array = Float64Array.from(
  { length: Math.ceil((REACH_PX + 2 * CELL_SIDE_PX) * STEPS_PER_PX) + 1 },
  (_, step) => Math.exp(-((step / STEPS_PER_PX) ** 2) * PER_SQUARE),
);

/** The Gaussian of the distance is a product of one Gaussian per axis. */
const spread = (place: number, first: number, last: number, along: Float64Array): void => {
  for (let cell = first; cell <= last; cell++)
    along[cell] = ALONG_AXIS[Math.round(Math.abs(place - centreOf(cell)) * STEPS_PER_PX)] ?? 0;
};

/** Sums of one cylinder, cell by cell with the sections of a cell together. */
const sums = new Float32Array(CYLINDER_BITS);
const { sections: SECTIONS, cellsAcross: ACROSS } = CYLINDER;

/** Adds what a neighbour at a place in the cylinder's axes, turned by `turn` against it, contributes to its cells. */
const contribute = (localX: number, localY: number, turn: number): void => {
  for (let section = 0; section < SECTIONS; section++)
    directional[section] = SPATIAL_SCALE * directionalAt(section, turn);
  const left = firstCell(localX);
  const right = lastCell(localX);
  const bottom = firstCell(localY);
  const top = lastCell(localY);
  spread(localX, left, right, alongX);
  spread(localY, bottom, top, alongY);
  for (let column = left; column <= right; column++) {
    const dx = localX - centreOf(column);
    const heightSquare = REACH_PX * REACH_PX - dx * dx;
    for (let row = bottom; row <= top; row++) {
      const cell = CELL_NUMBERS[column * ACROSS + row] ?? -1;
      const dy = localY - centreOf(row);
      if (cell < 0 || dy * dy > heightSquare) continue;
      const spatial = (alongX[column] ?? 0) * (alongY[row] ?? 0);
      for (let section = 0, at = cell * SECTIONS; section < SECTIONS; section++, at++)
        sums[at] = (sums[at] ?? 0) + spatial * (directional[section] ?? 0);
    }
  }
};

const setBit = (words: Int32Array, minutia: number, bit: number): void => {
  const word = minutia * CYLINDER_WORDS + (bit >> 5);
  words[word] = (words[word] ?? 0) | (1 << (bit & 31));
};

const clearBit = (words: Int32Array, minutia: number, bit: number): void => {
  const word = minutia * CYLINDER_WORDS + (bit >> 5);
  words[word] = (words[word] ?? 0) & ~(1 << (bit & 31));
};

const ALL_VALID: Int32Array = ((): Int32Array => {
  const words = new Int32Array(CYLINDER_WORDS);
  for (let bit = 0; bit < CYLINDER_BITS; bit++) setBit(words, 0, bit);
  return words;
})();

type CellTest = (x: number, y: number) => boolean;

/** Marks the cells that lie in the print or near it; answers how many. */
const writeValidity = (
  table: MinutiaTable,
  centre: number,
  reaches: CellTest,
  valid: Int32Array,
): number => {
  const cos = table.cos[centre] ?? 0;
  const sin = table.sin[centre] ?? 0;
  const centreX = table.x[centre] ?? 0;
  const centreY = table.y[centre] ?? 0;
  valid.set(ALL_VALID, centre * CYLINDER_WORDS);
  let count = FLOOR;
  for (let cell = 0; cell < FLOOR; cell++) {
    const x = BASE.x[cell] ?? 0;
    const y = BASE.y[cell] ?? 0;
    // The minutia is part of the hull: what is near it is near the hull.
    const near = x * x + y * y <= CYLINDER.hullMarginPx * CYLINDER.hullMarginPx;
    if (near || reaches(centreX + cos * x - sin * y, centreY + sin * x + cos * y)) continue;
    count--;
    for (let section = 0; section < SECTIONS; section++)
      clearBit(valid, centre, section * FLOOR + cell);
  }
  return count;
};

/** Sets the bits of one cylinder; answers how many neighbours contributed. */
const writeBits = (table: MinutiaTable, centre: number, cylinders: Cylinders): number => {
  const { radiusPx, spatialSigmaPx, bitThreshold } = CYLINDER;
  sums.fill(0);
  const reach = (radiusPx + 3 * spatialSigmaPx) ** 2;
  const rad = table.rad[centre] ?? 0;
  const cos = table.cos[centre] ?? 0;
  const sin = table.sin[centre] ?? 0;
  let contributors = 0;
  for (let other = 0; other < table.count; other++) {
    if (other === centre) continue;
    const dx = (table.x[other] ?? 0) - (table.x[centre] ?? 0);
    const dy = (table.y[other] ?? 0) - (table.y[centre] ?? 0);
    if (dx * dx + dy * dy > reach) continue;
    contributors++;
    contribute(cos * dx + sin * dy, cos * dy - sin * dx, rad - (table.rad[other] ?? 0));
  }
  for (let cell = 0, at = 0; cell < FLOOR; cell++)
    for (let section = 0; section < SECTIONS; section++, at++)
      if ((sums[at] ?? 0) > bitThreshold) setBit(cylinders.bits, centre, section * FLOOR + cell);
  const from = centre * CYLINDER_WORDS;
  for (let word = from; word < from + CYLINDER_WORDS; word++)
    cylinders.bits[word] = (cylinders.bits[word] ?? 0) & (cylinders.valid[word] ?? 0);
  return contributors;
};

/** One cylinder per minutia. */
export const buildCylinders = (table: MinutiaTable): Cylinders => {
  const cylinders: Cylinders = {
    bits: new Int32Array(table.count * CYLINDER_WORDS),
    valid: new Int32Array(table.count * CYLINDER_WORDS),
    usable: new Uint8Array(table.count),
    turns: Int32Array.from(table.rad, (rad) => Math.round((rad / TWO_PI) * 2 ** 32) | 0),
  };
  const reaches = createReach(table.hull, CYLINDER.hullMarginPx);
  for (let minutia = 0; minutia < table.count; minutia++) {
    const cells = writeValidity(table, minutia, reaches, cylinders.valid);
    const contributors = writeBits(table, minutia, cylinders);
    cylinders.usable[minutia] =
      cells >= CYLINDER.minValidShare * FLOOR && contributors >= CYLINDER.minContributors ? 1 : 0;
  }
  return cylinders;
};

/** Bits both sides must see. */
export const MIN_COMPARABLE: number = Math.ceil(CYLINDER.minComparableShare * CYLINDER_BITS);

/** Similarity of two cylinders, 0 … 1: one minus the relative distance of their bits where both can see. */
export const cylinderSimilarity = (a: Cylinders, i: number, b: Cylinders, j: number): number => {
  let comparable = 0;
  let different = 0;
  let onesA = 0;
  let onesB = 0;
  const fromA = i * CYLINDER_WORDS;
  const fromB = j * CYLINDER_WORDS;
  for (let k = 0; k < CYLINDER_WORDS; k++) {
    const both = (a.valid[fromA + k] ?? 0) & (b.valid[fromB + k] ?? 0);
    const bitsA = (a.bits[fromA + k] ?? 0) & both;
    const bitsB = (b.bits[fromB + k] ?? 0) & both;
    comparable += popcount32(both);
    onesA += popcount32(bitsA);
    onesB += popcount32(bitsB);
    different += popcount32(bitsA ^ bitsB);
  }
  if (comparable < MIN_COMPARABLE || onesA + onesB === 0) return 0;
  return 1 - Math.sqrt(different) / (Math.sqrt(onesA) + Math.sqrt(onesB));
};
