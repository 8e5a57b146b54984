import { fourBits, type Bitmap } from "../primitives/bitmap.ts";

/** Runs of pixels of one value inside the mask, row after row, joined into areas (union-find on the runs' numbers). */
type Runs = {
  readonly starts: Int32Array;
  /** One past the last pixel. */
  readonly ends: Int32Array;
  readonly parents: Int32Array;
  /** Pixels of the area, right at its root only. */
  readonly areasPx: Int32Array;
  readonly count: number;
};

const rootOf = (parents: Int32Array, run: number): number => {
  let root = run;
  while (parents[root] !== root) {
    const above = parents[root] ?? root;
    parents[root] = parents[above] ?? above;
    root = parents[root] ?? root;
  }
  return root;
};

const join = ({ parents, areasPx }: Runs, a: number, b: number): void => {
  const rootA = rootOf(parents, a);
  const rootB = rootOf(parents, b);
  if (rootA === rootB) return;
  parents[rootB] = rootA;
  areasPx[rootA] = (areasPx[rootA] ?? 0) + (areasPx[rootB] ?? 0);
};

/** One byte of each of four pixels. */
const EVERY_PIXEL = 0x01010101;

/** 32 pixels from `at` on as bits: those inside the mask with the wanted value. */
const wordAt = (quads: Int32Array, insideQuads: Int32Array, at: number, other: number): number => {
  let word = 0;
  for (let k = 0; k < 8; k++) {
    const quad = (insideQuads[at + k] ?? 0) & ((quads[at + k] ?? 0) ^ other);
    word |= fourBits(quad) << (4 * k);
  }
  return word;
};

/** Runs begin and end where neighbouring bits differ; the border of the bitmap is outside the mask and ends each in its row. */
const findRuns = (bitmap: Bitmap, inside: Uint8Array, value: number): Runs => {
  const { bits } = bitmap;
  const quads = new Int32Array(bits.buffer);
  const insideQuads = new Int32Array(inside.buffer);
  // No more runs than every second pixel.
  const starts = new Int32Array((bits.length >> 1) + 1);
  const ends = new Int32Array(starts.length);
  const other = value === 1 ? 0 : EVERY_PIXEL;
  let count = 0;
  let isOpenRun = false;
  let last = 0;
  for (let quad = 0; quad < quads.length; quad += 8) {
    const word = wordAt(quads, insideQuads, quad, other);
    for (let edges = word ^ ((word << 1) | last); edges !== 0; edges &= edges - 1) {
      const at = 4 * quad + 31 - Math.clz32(edges & -edges);
      if (isOpenRun) ends[count++] = at;
      else starts[count] = at;
      isOpenRun = !isOpenRun;
    }
    last = word >>> 31;
  }
  const parents = new Int32Array(count);
  const areasPx = new Int32Array(count);
  for (let run = 0; run < count; run++) {
    parents[run] = run;
    areasPx[run] = (ends[run] ?? 0) - (starts[run] ?? 0);
  }
  return { starts, ends, parents, areasPx, count };
};

/** Joins every run with those of the row above that it touches, corners included where `reach` is 1. */
const joinRows = (runs: Runs, stride: number, reach: number): void => {
  const { starts, ends, count } = runs;
  let above = 0;
  for (let run = 0; run < count; run++) {
    const start = (starts[run] ?? 0) - stride - reach;
    const end = (ends[run] ?? 0) - stride + reach;
    while ((ends[above] ?? 0) <= start) above++;
    for (let k = above; k < run && (starts[k] ?? 0) < end; k++) join(runs, run, k);
  }
};

/** Whether any pixel of a run has a neighbour outside the mask. */
const isOpen = (
  inside: Uint8Array,
  run: { readonly start: number; readonly end: number },
  stride: number,
  reach: number,
): boolean => {
  const { start, end } = run;
  if (inside[start - 1] === 0 || inside[end] === 0) return true;
  for (let at = start - reach; at < end + reach; at++)
    if (inside[at - stride] === 0 || inside[at + stride] === 0) return true;
  return false;
};

/** Replaces connected areas of `value` smaller than `minAreaPx`; areas touching the outside of the mask stay. */
export const removeSpecks = (
  bitmap: Bitmap,
  inside: Uint8Array,
  value: 0 | 1,
  minAreaPx: number,
): void => {
  const { bits, stride } = bitmap;
  // Ridges connect through corners, valleys do not: the usual pair of connectivities.
  const reach = value;
  const runs = findRuns(bitmap, inside, value);
  joinRows(runs, stride, reach);
  const { starts, ends, parents, areasPx, count } = runs;
  for (let run = 0; run < count; run++) {
    const root = rootOf(parents, run);
    if ((areasPx[root] ?? 0) >= minAreaPx) continue;
    const [start = 0, end = 0] = [starts[run], ends[run]];
    if (isOpen(inside, { start, end }, stride, reach)) areasPx[root] = minAreaPx;
  }
  for (let run = 0; run < count; run++)
    if ((areasPx[rootOf(parents, run)] ?? 0) < minAreaPx)
      bits.fill(1 - value, starts[run], ends[run]);
};
