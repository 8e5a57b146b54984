import { CELL_PX, FREQUENCY } from "../parameters.ts";
import { createPlane, gaussianBlur, type PaddedPlane, type Plane } from "../primitives/plane.ts";
import { ridgeDirectionAt, type OrientationField } from "./orientation.ts";
import type { Mask } from "./segmentation.ts";

/** Half a signature; the wave is kept as its even and its odd part, each of offsets 0 … `acrossRadiusPx`. */
const HALF = FREQUENCY.acrossRadiusPx + 1;

const wavelengthOf = (index: number): number =>
  FREQUENCY.minWavelengthPx *
  (FREQUENCY.maxWavelengthPx / FREQUENCY.minWavelengthPx) **
    (index / (FREQUENCY.wavelengthCount - 1));

type Probes = {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
  readonly window: Float32Array;
  /** Sum of the window over both halves. */
  readonly weight: number;
};

/** Windowed cosine and sine of every wavelength tried. */
const buildProbes = (): Probes => {
  const window = new Float32Array(HALF);
  const cos = new Float32Array(HALF * FREQUENCY.wavelengthCount);
  const sin = new Float32Array(HALF * FREQUENCY.wavelengthCount);
  let weight = 0;
  for (let t = 0; t < HALF; t++) {
    const hann = 0.5 + 0.5 * Math.cos((Math.PI * t) / HALF);
    window[t] = hann;
    weight += t === 0 ? hann : 2 * hann;
    for (let w = 0; w < FREQUENCY.wavelengthCount; w++) {
      const phase = (2 * Math.PI * t) / wavelengthOf(w);
      cos[w * HALF + t] = hann * Math.cos(phase);
      sin[w * HALF + t] = hann * Math.sin(phase);
    }
  }
  return { cos, sin, window, weight };
};

const PROBES = buildProbes();

/** The ridges around a point averaged along their direction: a wave across them, as sums and differences of both sides. */
type Wave = { readonly even: Float32Array; readonly odd: Float32Array };

/** Where the samples of a signature lie, as offsets into the plane: for every direction, line after line across. */
type Sampling = { readonly stride: number; readonly offsets: readonly Int32Array[] };

const samplesOf = (rad: number, stride: number): Int32Array => {
  const { acrossRadiusPx, alongRadiusPx } = FREQUENCY;
  const [dx, dy] = [Math.cos(rad), Math.sin(rad)];
  const offsets: number[] = [];
  for (let t = -acrossRadiusPx; t <= acrossRadiusPx; t++)
    for (let s = -alongRadiusPx; s <= alongRadiusPx; s++)
      offsets.push(Math.round(dx * t + dy * s) * stride + Math.round(dx * s - dy * t));
  return Int32Array.from(offsets);
};

let lastSampling: Sampling = { stride: 0, offsets: [] };

/** The offsets depend only on the width: a terminal sees one or two in its life. */
const samplingFor = (stride: number): Sampling => {
  if (lastSampling.stride === stride) return lastSampling;
  const { directions } = FREQUENCY;
  const offsets = Array.from({ length: directions }, (_, d) =>
    samplesOf((Math.PI * d) / directions, stride),
  );
  lastSampling = { stride, offsets };
  return lastSampling;
};

const lineSum = (data: Float32Array, offsets: Int32Array, centre: number, line: number): number => {
  const length = 2 * FREQUENCY.alongRadiusPx + 1;
  let sum = 0;
  for (let k = line * length; k < (line + 1) * length; k++)
    sum += data[centre + (offsets[k] ?? 0)] ?? 0;
  return sum;
};

const signature = (
  padded: Plane,
  offsets: Int32Array,
  centre: number,
  { even, odd }: Wave,
): void => {
  const middle = FREQUENCY.acrossRadiusPx;
  even[0] = lineSum(padded.data, offsets, centre, middle);
  for (let t = 1; t < HALF; t++) {
    const before = lineSum(padded.data, offsets, centre, middle - t);
    const after = lineSum(padded.data, offsets, centre, middle + t);
    even[t] = after + before;
    odd[t] = after - before;
  }
};

const removeMean = ({ even, odd }: Wave): number => {
  const { window, weight } = PROBES;
  let sum = 0;
  for (let t = 0; t < HALF; t++) sum += (even[t] ?? 0) * (window[t] ?? 0);
  const mean = sum / weight;
  let energy = 0;
  for (let t = 0; t < HALF; t++) {
    const value = (even[t] ?? 0) - (t === 0 ? mean : 2 * mean);
    even[t] = value;
    const squares = t === 0 ? value * value : (value * value + (odd[t] ?? 0) ** 2) / 2;
    energy += squares * (window[t] ?? 0);
  }
  return energy * weight;
};

const powerOf = ({ even, odd }: Wave, index: number): number => {
  let cos = 0;
  let sin = 0;
  for (let t = 0, at = index * HALF; t < HALF; t++, at++) {
    cos += (even[t] ?? 0) * (PROBES.cos[at] ?? 0);
    sin += (odd[t] ?? 0) * (PROBES.sin[at] ?? 0);
  }
  return cos * cos + sin * sin;
};

/** The wavelength that explains most of the wave, and the share it explains. */
const strongestWave = (wave: Wave): { wavelengthPx: number; share: number } => {
  const energy = removeMean(wave);
  let best = 0;
  let peak = 0;
  for (let w = 0; w < FREQUENCY.wavelengthCount; w++) {
    const power = powerOf(wave, w);
    if (power <= peak) continue;
    peak = power;
    best = w;
  }
  const before = best > 0 ? powerOf(wave, best - 1) : peak;
  const after = best < FREQUENCY.wavelengthCount - 1 ? powerOf(wave, best + 1) : peak;
  const curvature = before - 2 * peak + after;
  const shift = curvature < 0 ? (0.5 * (before - after)) / curvature : 0;
  return { wavelengthPx: wavelengthOf(best + shift), share: energy > 0 ? (2 * peak) / energy : 0 };
};

const pickCells = (points: Plane, mask: Mask): Plane => {
  const result = createPlane(mask.columns, mask.rows);
  const { strideCells } = FREQUENCY;
  for (let row = 0; row < mask.rows; row++)
    for (let column = 0; column < mask.columns; column++) {
      const x = Math.min(points.widthPx - 1, Math.floor(column / strideCells));
      const y = Math.min(points.heightPx - 1, Math.floor(row / strideCells));
      result.data[row * mask.columns + column] = points.data[y * points.widthPx + x] ?? 0;
    }
  return result;
};

/** Ridge wavelength per cell, px: measured on a coarse grid, smoothed in frequency weighted by how clear the wave was. */
export const estimateWavelength = (
  { plane: padded, paddingPx }: PaddedPlane,
  field: OrientationField,
  mask: Mask,
): Plane => {
  const { strideCells, defaultWavelengthPx, directions } = FREQUENCY;
  const { offsets, stride } = samplingFor(padded.widthPx);
  const columns = Math.ceil(mask.columns / strideCells);
  const rows = Math.ceil(mask.rows / strideCells);
  const weighted = createPlane(columns, rows);
  const weight = createPlane(columns, rows);
  const wave = { even: new Float32Array(HALF), odd: new Float32Array(HALF) };
  let total = 1e-6;
  let totalFrequency = 1e-6 / defaultWavelengthPx;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cellRow = Math.min(mask.rows - 1, row * strideCells + strideCells / 2);
      const cellColumn = Math.min(mask.columns - 1, column * strideCells + strideCells / 2);
      const cell = cellRow * mask.columns + cellColumn;
      if (mask.cells[cell] !== 1) continue;
      const direction =
        Math.round((ridgeDirectionAt(field, cell) * directions) / Math.PI) % directions;
      const centre = (cellRow * CELL_PX + paddingPx) * stride + cellColumn * CELL_PX + paddingPx;
      signature(padded, offsets[direction] ?? offsets[0] ?? new Int32Array(0), centre, wave);
      const { wavelengthPx, share } = strongestWave(wave);
      const trust = Math.min(1, share) ** 2 * (field.coherence.data[cell] ?? 0);
      const point = row * columns + column;
      weighted.data[point] = trust / wavelengthPx;
      weight.data[point] = trust;
      total += trust;
      totalFrequency += trust / wavelengthPx;
    }
  return pickCells(smoothPoints(weighted, weight, totalFrequency / total), mask);
};

const smoothPoints = (weighted: Plane, weight: Plane, typical: number): Plane => {
  const { smoothingSigmaPoints } = FREQUENCY;
  const frequency = gaussianBlur(weighted, smoothingSigmaPoints);
  const trust = gaussianBlur(weight, smoothingSigmaPoints);
  for (let i = 0; i < frequency.data.length; i++) {
    // A little of the whole print's frequency keeps places without any measurement sane.
    const share = 0.02;
    frequency.data[i] =
      ((trust.data[i] ?? 0) + share) / ((frequency.data[i] ?? 0) + share * typical);
  }
  return frequency;
};
