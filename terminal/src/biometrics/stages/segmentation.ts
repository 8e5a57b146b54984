import { SEGMENTATION } from "../parameters.ts";
import { boxBlurTwice, createPlane, gaussianBlur, type Plane } from "../primitives/plane.ts";
import type { Normalised } from "./normalisation.ts";

/** One byte per cell: 1 where there is print. */
export type Mask = {
  readonly columns: number;
  readonly rows: number;
  readonly cells: Uint8Array;
  readonly cellCount: number;
};

/** The value that `share` of all do not reach, found without sorting the others (Hoare's selection). */
const quantile = (values: Float32Array, share: number): number => {
  const left = values.slice();
  const wanted = Math.min(left.length - 1, Math.floor(share * left.length));
  for (let [low, high] = [0, left.length - 1]; low < high;) {
    const pivot = left[(low + high) >> 1] ?? 0;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((left[i] ?? 0) < pivot) i++;
      while ((left[j] ?? 0) > pivot) j--;
      if (i > j) break;
      [left[i], left[j]] = [left[j] ?? 0, left[i] ?? 0];
      i++;
      j--;
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return left[wanted] ?? 0;
};

/** Majority vote in a neighbourhood: closes holes, drops specks, rounds the outline. */
const vote = (cells: Plane): Uint8Array => {
  const blurred = boxBlurTwice(cells, SEGMENTATION.voteRadiusCells);
  const result = new Uint8Array(cells.data.length);
  for (let i = 0; i < result.length; i++) result[i] = (blurred.data[i] ?? 0) > 0.5 ? 1 : 0;
  return result;
};

/** Labels connected cells equal to `wanted` and returns label per cell (0 = other) and sizes. */
const components = (
  cells: Uint8Array,
  columns: number,
  wanted: number,
): { labels: Int32Array; sizes: number[] } => {
  const labels = new Int32Array(cells.length);
  const sizes = [0];
  const queue = new Int32Array(cells.length);
  for (let start = 0; start < cells.length; start++) {
    if (cells[start] !== wanted || labels[start] !== 0) continue;
    const label = sizes.length;
    let size = 0;
    const visit = (at: number): void => {
      if (cells[at] !== wanted || labels[at] !== 0) return;
      labels[at] = label;
      queue[size++] = at;
    };
    visit(start);
    for (let head = 0; head < size; head++) {
      const at = queue[head] ?? 0;
      const column = at % columns;
      visit(at - columns);
      visit(at + columns);
      if (column > 0) visit(at - 1);
      if (column < columns - 1) visit(at + 1);
    }
    sizes.push(size);
  }
  return { labels, sizes };
};

const keepLargest = (cells: Uint8Array, columns: number): void => {
  const { labels, sizes } = components(cells, columns, 1);
  const largest = Math.max(0, ...sizes);
  for (let i = 0; i < cells.length; i++)
    if (cells[i] === 1 && (sizes[labels[i] ?? 0] ?? 0) < largest * 0.25) cells[i] = 0;
  const holes = components(cells, columns, 0);
  for (let i = 0; i < cells.length; i++)
    if (cells[i] === 0 && (holes.sizes[holes.labels[i] ?? 0] ?? 0) < 60) cells[i] = 1;
};

export const maskFrom = (believed: Plane): Mask => {
  const cells = vote(believed);
  keepLargest(cells, believed.widthPx);
  let cellCount = 0;
  for (const cell of cells) cellCount += cell;
  return { columns: believed.widthPx, rows: believed.heightPx, cells, cellCount };
};

/** Where there is print at all: local contrast against the strong part of this very image. */
export const segment = (normalised: Normalised): Mask => {
  const { contrastShare, minContrast, smoothingSigmaCells } = SEGMENTATION;
  const contrast = gaussianBlur(normalised.contrast, smoothingSigmaCells);
  const threshold = Math.max(minContrast, contrastShare * quantile(contrast.data, 0.9));
  const believed = createPlane(contrast.widthPx, contrast.heightPx);
  for (let i = 0; i < believed.data.length; i++)
    believed.data[i] = (contrast.data[i] ?? 0) > threshold ? 1 : 0;
  return maskFrom(believed);
};

/** The mask shrunk to where the oriented filter found ridges rather than texture. */
export const refine = (mask: Mask, reliability: Plane): Mask => {
  const believed = createPlane(mask.columns, mask.rows);
  for (let i = 0; i < believed.data.length; i++)
    believed.data[i] =
      mask.cells[i] === 1 && (reliability.data[i] ?? 0) > SEGMENTATION.minReliability ? 1 : 0;
  return maskFrom(believed);
};
