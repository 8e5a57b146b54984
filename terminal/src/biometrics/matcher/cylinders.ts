import { CYLINDER } from "../parameters.ts";
import { signedDifference } from "../primitives/angles.ts";
import { hullReaches } from "../primitives/hull.ts";
import { popcount32 } from "../primitives/popcount.ts";

/** Minutiae as columns, y up, angles counter-clockwise: what every part of the matcher computes with. */
export type MinutiaTable = {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly rad: Float32Array;
  /** 0 … 1. */
  readonly quality: Float32Array;
  readonly isEnding: Uint8Array;
  readonly hull: Float32Array;
};

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
/** Bits of one cylinder, and the 32-bit words that hold them. */
export const CYLINDER_BITS: number = FLOOR * CYLINDER.sections;
export const CYLINDER_WORDS: number = Math.ceil(CYLINDER_BITS / 32);

/** Bits and validity of all cylinders of a template; minutiae whose cylinder says too little have `usable` 0. */
export type Cylinders = {
  readonly bits: Int32Array;
  readonly valid: Int32Array;
  readonly usable: Uint8Array;
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

const TURN_STEPS = 256;

/** Directional contribution by turn between cell section and neighbour, tabulated over a full turn. */
const DIRECTIONAL: Float32Array = Float32Array.from({ length: TURN_STEPS }, (_, step) => {
  const turn = signedDifference((2 * Math.PI * step) / TURN_STEPS, 0);
  const half = Math.PI / CYLINDER.sections;
  const sigma = CYLINDER.directionSigmaRad;
  return normalCdf((turn + half) / sigma) - normalCdf((turn - half) / sigma);
});

const sectionTurn = (section: number): number =>
  -Math.PI + (section + 0.5) * ((2 * Math.PI) / CYLINDER.sections);

const directionalAt = (section: number, turn: number): number => {
  const step = Math.round(((sectionTurn(section) - turn) * TURN_STEPS) / (2 * Math.PI));
  return DIRECTIONAL[((step % TURN_STEPS) + TURN_STEPS) % TURN_STEPS] ?? 0;
};

/** Contribution to the sections of the minutia at hand; kept between calls to spare the allocation. */
const directional = new Float64Array(CYLINDER.sections);

const CELL_SIDE_PX = (2 * CYLINDER.radiusPx) / CYLINDER.cellsAcross;
const REACH_PX = 3 * CYLINDER.spatialSigmaPx;
const LAST_CELL = CYLINDER.cellsAcross - 1;

/** First and last cell of an axis whose centre can lie within reach of a place on it. */
const firstCell = (place: number): number =>
  Math.max(0, Math.floor((place - REACH_PX + CYLINDER.radiusPx) / CELL_SIDE_PX - 0.5));
const lastCell = (place: number): number =>
  Math.min(LAST_CELL, Math.ceil((place + REACH_PX + CYLINDER.radiusPx) / CELL_SIDE_PX - 0.5));

/** Adds what a neighbour at a place in the cylinder's axes, turned by `turn` against it, contributes to its cells. */
const contribute = (localX: number, localY: number, turn: number, sums: Float32Array): void => {
  const { spatialSigmaPx, sections, cellsAcross } = CYLINDER;
  const scale = 1 / (spatialSigmaPx * Math.sqrt(2 * Math.PI));
  for (let section = 0; section < sections; section++)
    directional[section] = directionalAt(section, turn);
  const bottom = firstCell(localY);
  const top = lastCell(localY);
  const right = lastCell(localX);
  for (let column = firstCell(localX); column <= right; column++)
    for (let row = bottom; row <= top; row++) {
      const cell = CELL_NUMBERS[column * cellsAcross + row] ?? -1;
      if (cell < 0) continue;
      const distance = (localX - (BASE.x[cell] ?? 0)) ** 2 + (localY - (BASE.y[cell] ?? 0)) ** 2;
      if (distance > REACH_PX * REACH_PX) continue;
      const spatial = scale * Math.exp(-distance / (2 * spatialSigmaPx * spatialSigmaPx));
      for (let section = 0; section < sections; section++) {
        const at = section * FLOOR + cell;
        sums[at] = (sums[at] ?? 0) + spatial * (directional[section] ?? 0);
      }
    }
};

const setBit = (words: Int32Array, minutia: number, bit: number): void => {
  const word = minutia * CYLINDER_WORDS + (bit >> 5);
  words[word] = (words[word] ?? 0) | (1 << (bit & 31));
};

const writeValidity = (table: MinutiaTable, centre: number, valid: Int32Array): number => {
  const cos = Math.cos(table.rad[centre] ?? 0);
  const sin = Math.sin(table.rad[centre] ?? 0);
  let count = 0;
  for (let cell = 0; cell < FLOOR; cell++) {
    const x = (table.x[centre] ?? 0) + cos * (BASE.x[cell] ?? 0) - sin * (BASE.y[cell] ?? 0);
    const y = (table.y[centre] ?? 0) + sin * (BASE.x[cell] ?? 0) + cos * (BASE.y[cell] ?? 0);
    if (!hullReaches(table.hull, x, y, CYLINDER.hullMarginPx)) continue;
    count++;
    for (let section = 0; section < CYLINDER.sections; section++)
      setBit(valid, centre, section * FLOOR + cell);
  }
  return count;
};

const writeBits = (table: MinutiaTable, centre: number, cylinders: Cylinders): number => {
  const { radiusPx, spatialSigmaPx, sections, bitThreshold } = CYLINDER;
  const sums = new Float32Array(FLOOR * sections);
  const reach = (radiusPx + 3 * spatialSigmaPx) ** 2;
  const rad = table.rad[centre] ?? 0;
  const cos = Math.cos(rad);
  const sin = Math.sin(rad);
  let contributors = 0;
  for (let other = 0; other < table.count; other++) {
    if (other === centre) continue;
    const dx = (table.x[other] ?? 0) - (table.x[centre] ?? 0);
    const dy = (table.y[other] ?? 0) - (table.y[centre] ?? 0);
    if (dx * dx + dy * dy > reach) continue;
    contributors++;
    const turn = signedDifference(rad, table.rad[other] ?? 0);
    contribute(cos * dx + sin * dy, cos * dy - sin * dx, turn, sums);
  }
  for (let bit = 0; bit < sums.length; bit++) {
    const seen = (cylinders.valid[centre * CYLINDER_WORDS + (bit >> 5)] ?? 0) & (1 << (bit & 31));
    if (seen !== 0 && (sums[bit] ?? 0) > bitThreshold) setBit(cylinders.bits, centre, bit);
  }
  return contributors;
};

/** One cylinder per minutia. */
export const buildCylinders = (table: MinutiaTable): Cylinders => {
  const cylinders: Cylinders = {
    bits: new Int32Array(table.count * CYLINDER_WORDS),
    valid: new Int32Array(table.count * CYLINDER_WORDS),
    usable: new Uint8Array(table.count),
  };
  for (let minutia = 0; minutia < table.count; minutia++) {
    const cells = writeValidity(table, minutia, cylinders.valid);
    const contributors = writeBits(table, minutia, cylinders);
    cylinders.usable[minutia] =
      cells >= CYLINDER.minValidShare * FLOOR && contributors >= CYLINDER.minContributors ? 1 : 0;
  }
  return cylinders;
};

const MIN_COMPARABLE = CYLINDER.minComparableShare * FLOOR * CYLINDER.sections;

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
