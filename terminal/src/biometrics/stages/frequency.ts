import { CELL_PX, FREQUENCY } from "../parameters.ts";
import { createPlane, gaussianBlur, type Plane } from "../primitives/plane.ts";
import { ridgeDirectionAt, type OrientationField } from "./orientation.ts";
import type { Mask } from "./segmentation.ts";

const LENGTH = 2 * FREQUENCY.acrossRadiusPx + 1;

const wavelengthOf = (index: number): number =>
  FREQUENCY.minWavelengthPx *
  (FREQUENCY.maxWavelengthPx / FREQUENCY.minWavelengthPx) **
    (index / (FREQUENCY.wavelengthCount - 1));

/** Windowed cosine and sine of every wavelength tried. */
const buildProbes = (): { cos: Float32Array; sin: Float32Array; window: Float32Array } => {
  const window = new Float32Array(LENGTH);
  const cos = new Float32Array(LENGTH * FREQUENCY.wavelengthCount);
  const sin = new Float32Array(LENGTH * FREQUENCY.wavelengthCount);
  for (let t = 0; t < LENGTH; t++) {
    const offset = t - FREQUENCY.acrossRadiusPx;
    const hann = 0.5 + 0.5 * Math.cos((Math.PI * offset) / (FREQUENCY.acrossRadiusPx + 1));
    window[t] = hann;
    for (let w = 0; w < FREQUENCY.wavelengthCount; w++) {
      const phase = (2 * Math.PI * offset) / wavelengthOf(w);
      cos[w * LENGTH + t] = hann * Math.cos(phase);
      sin[w * LENGTH + t] = hann * Math.sin(phase);
    }
  }
  return { cos, sin, window };
};

const PROBES = buildProbes();

/** The ridges around a point averaged along their direction: a wave across them. */
const signature = (
  ridges: Plane,
  centre: { readonly x: number; readonly y: number; readonly rad: number },
  output: Float32Array,
): void => {
  const { widthPx, heightPx, data } = ridges;
  const dx = Math.cos(centre.rad);
  const dy = Math.sin(centre.rad);
  for (let t = 0; t < LENGTH; t++) {
    const offset = t - FREQUENCY.acrossRadiusPx;
    const baseX = centre.x - dy * offset + 0.5;
    const baseY = centre.y + dx * offset + 0.5;
    let sum = 0;
    for (let s = -FREQUENCY.alongRadiusPx; s <= FREQUENCY.alongRadiusPx; s++) {
      const x = Math.floor(baseX + dx * s);
      const y = Math.floor(baseY + dy * s);
      if (x >= 0 && y >= 0 && x < widthPx && y < heightPx) sum += data[y * widthPx + x] ?? 0;
    }
    output[t] = sum;
  }
};

const removeMean = (wave: Float32Array): number => {
  let sum = 0;
  let weight = 0;
  for (let t = 0; t < LENGTH; t++) {
    sum += (wave[t] ?? 0) * (PROBES.window[t] ?? 0);
    weight += PROBES.window[t] ?? 0;
  }
  const mean = sum / weight;
  let energy = 0;
  for (let t = 0; t < LENGTH; t++) {
    const value = (wave[t] ?? 0) - mean;
    wave[t] = value;
    energy += value * value * (PROBES.window[t] ?? 0);
  }
  return energy * weight;
};

/** The wavelength that explains most of the wave, and the share it explains. */
const strongestWave = (wave: Float32Array): { wavelengthPx: number; share: number } => {
  const energy = removeMean(wave);
  const power = new Float32Array(FREQUENCY.wavelengthCount);
  let best = 0;
  for (let w = 0; w < FREQUENCY.wavelengthCount; w++) {
    let cos = 0;
    let sin = 0;
    for (let t = 0; t < LENGTH; t++) {
      const value = wave[t] ?? 0;
      cos += value * (PROBES.cos[w * LENGTH + t] ?? 0);
      sin += value * (PROBES.sin[w * LENGTH + t] ?? 0);
    }
    power[w] = cos * cos + sin * sin;
    if ((power[w] ?? 0) > (power[best] ?? 0)) best = w;
  }
  const peak = power[best] ?? 0;
  const before = power[best - 1] ?? peak;
  const after = power[best + 1] ?? peak;
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
export const estimateWavelength = (ridges: Plane, field: OrientationField, mask: Mask): Plane => {
  const { strideCells, defaultWavelengthPx } = FREQUENCY;
  const columns = Math.ceil(mask.columns / strideCells);
  const rows = Math.ceil(mask.rows / strideCells);
  const weighted = createPlane(columns, rows);
  const weight = createPlane(columns, rows);
  const wave = new Float32Array(LENGTH);
  let total = 1e-6;
  let totalFrequency = 1e-6 / defaultWavelengthPx;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cellRow = Math.min(mask.rows - 1, row * strideCells + strideCells / 2);
      const cellColumn = Math.min(mask.columns - 1, column * strideCells + strideCells / 2);
      const cell = cellRow * mask.columns + cellColumn;
      if (mask.cells[cell] !== 1) continue;
      const rad = ridgeDirectionAt(field, cell);
      signature(ridges, { x: cellColumn * CELL_PX, y: cellRow * CELL_PX, rad }, wave);
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
