import type { Plane } from "../primitives/plane.ts";
import { instantiate, type Kernel } from "./instantiate.ts";

const SAMPLE_BYTES = 4;
const PAGE_BYTES = 65_536;
const CELL_PX = 4;
/** Sums per cell: gx gx, gy gy, gx gy. */
const SUMS = 3;

/** Cells from the second column and row on, all of whose samples have neighbours on every side. */
export type InnerCells = { readonly columns: number; readonly rows: number };

export const innerCellsOf = ({ widthPx, heightPx }: Plane): InnerCells => ({
  columns: Math.max(0, Math.floor((widthPx - 1) / CELL_PX) - 1),
  rows: Math.max(0, Math.floor((heightPx - 1) / CELL_PX) - 1),
});

/** Gradient of one sample with Scharr's 3-10-3 weights, rounded after every step as the kernel's vectors are. */
const gradientAt = ({ data, widthPx }: Plane, at: number): { gx: number; gy: number } => {
  const value = (offset: number): number => data[at + offset] ?? 0;
  const falling = Math.fround(value(widthPx + 1) - value(-widthPx - 1));
  const rising = Math.fround(value(1 - widthPx) - value(widthPx - 1));
  const acrossX = Math.fround(10 * Math.fround(value(1) - value(-1)));
  const acrossY = Math.fround(10 * Math.fround(value(widthPx) - value(-widthPx)));
  return {
    gx: Math.fround(Math.fround(3 * Math.fround(falling + rising)) + acrossX),
    gy: Math.fround(Math.fround(3 * Math.fround(falling - rising)) + acrossY),
  };
};

/** Sums of one column of a cell, from top to bottom. */
const sumColumn = (plane: Plane, at: number): [xx: number, yy: number, xy: number] => {
  let [xx, yy, xy] = [0, 0, 0];
  for (let row = 0; row < CELL_PX; row++) {
    const { gx, gy } = gradientAt(plane, at + row * plane.widthPx);
    xx = Math.fround(xx + Math.fround(gx * gx));
    yy = Math.fround(yy + Math.fround(gy * gy));
    xy = Math.fround(xy + Math.fround(gx * gy));
  }
  return [xx, yy, xy];
};

/** The witness and fallback of `sumGradients`, without any kernel. */
export const sumGradientsPlainly = (plane: Plane, { columns, rows }: InnerCells): Float32Array => {
  const sums = new Float32Array(columns * rows * SUMS);
  for (let cell = 0; cell < columns * rows; cell++) {
    const x = ((cell % columns) + 1) * CELL_PX;
    const y = (Math.floor(cell / columns) + 1) * CELL_PX;
    const lanes = [0, 1, 2, 3].map((lane) => sumColumn(plane, y * plane.widthPx + x + lane));
    for (let k = 0; k < SUMS; k++) {
      const lane = (i: number): number => lanes[i]?.[k] ?? 0;
      sums[cell * SUMS + k] = Math.fround(lane(0) + lane(1)) + Math.fround(lane(2) + lane(3));
    }
  }
  return sums;
};

const kernel = instantiate("gradient");

const sumWithKernel = (
  { memory, call }: Kernel,
  { widthPx, data }: Plane,
  { columns, rows }: InnerCells,
): Float32Array => {
  const count = columns * rows * SUMS;
  const missing = data.byteLength + count * SAMPLE_BYTES - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  new Float32Array(memory.buffer, 0, data.length).set(data);
  const strideBytes = widthPx * SAMPLE_BYTES;
  const run = call("sumCells");
  for (let row = 0; row < rows; row++) {
    const from = ((row + 1) * widthPx + 1) * CELL_PX * SAMPLE_BYTES;
    const into = data.byteLength + row * columns * SUMS * SAMPLE_BYTES;
    run(from, strideBytes, columns, into);
  }
  return new Float32Array(memory.buffer, data.byteLength, count).slice();
};

/** For every inner cell, row by row, the sums of gx·gx, gy·gy and gx·gy over its samples. */
export const sumGradients = (plane: Plane, inner: InnerCells): Float32Array =>
  kernel === null || inner.columns === 0
    ? sumGradientsPlainly(plane, inner)
    : sumWithKernel(kernel, plane, inner);
