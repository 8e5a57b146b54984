import { fourBits, type Bitmap } from "../primitives/bitmap.ts";
import { popcount32 } from "../primitives/popcount.ts";

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

/** Where neighbouring pixels differ, as bits: runs begin and end there. The border of the bitmap ends each in its own row. */
const findEdges = (bitmap: Bitmap, inside: Uint8Array, value: number): Int32Array => {
  const quads = new Int32Array(bitmap.bits.buffer);
  const insideQuads = new Int32Array(inside.buffer);
  const other = value === 1 ? 0 : EVERY_PIXEL;
  const edges = new Int32Array(quads.length / 8);
  let last = 0;
  for (let i = 0; i < edges.length; i++) {
    const word = wordAt(quads, insideQuads, 8 * i, other);
    edges[i] = word ^ ((word << 1) | last);
    last = word >>> 31;
  }
  return edges;
};

const findRuns = (bitmap: Bitmap, inside: Uint8Array, value: number): Runs => {
  const edges = findEdges(bitmap, inside, value);
  const count = edges.reduce((sum, word) => sum + popcount32(word), 0) / 2;
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  const parents = new Int32Array(count);
  const areasPx = new Int32Array(count);
  let run = 0;
  let isOpenRun = false;
  for (let i = 0; i < edges.length; i++)
    for (let word = edges[i] ?? 0; word !== 0; word &= word - 1) {
      const at = 32 * i + 31 - Math.clz32(word & -word);
      if (isOpenRun) {
        ends[run] = at;
        areasPx[run] = at - (starts[run] ?? 0);
        parents[run] = run;
        run++;
      } else starts[run] = at;
      isOpenRun = !isOpenRun;
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
