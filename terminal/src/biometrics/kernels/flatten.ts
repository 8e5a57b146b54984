import type { Plane } from "../primitives/plane.ts";
import { instantiate, type Kernel } from "./instantiate.ts";

const SAMPLE_BYTES = 4;
const PAGE_BYTES = 65_536;
const CELL_PX = 4;

/** How an image is made even: local mean and deviation per cell, and two numbers. */
export type Flattening = {
  readonly brightness: Plane;
  readonly contrast: Plane;
  /** Added to the deviation, grey levels. */
  readonly floor: number;
  readonly clip: number;
};

/** One row of a cell map interpolated between the middles of the cell rows, with the outer values once more at both ends. */
const interpolateRow = (map: Plane, y: number, into: Float32Array): void => {
  const { widthPx: columns, heightPx: rows, data } = map;
  const position = (y + 0.5) / CELL_PX - 0.5;
  const low = Math.floor(position);
  const share = position - low;
  const above = Math.max(0, low) * columns;
  const below = Math.min(rows - 1, low + 1) * columns;
  for (let column = 0; column < columns; column++) {
    const top = data[above + column] ?? 0;
    into[column + 1] = top + share * ((data[below + column] ?? 0) - top);
  }
  into[0] = into[1] ?? 0;
  into[columns + 1] = into[columns] ?? 0;
};

/** Shares of the cell before, the cell itself and the next one, for the four samples of a cell. */
const SHARES = [
  [0.375, 0.625, 0],
  [0.125, 0.875, 0],
  [0, 0.875, 0.125],
  [0, 0.625, 0.375],
] as const;

/** Rounded after every step as the kernel's vectors are. */
const between = (map: Float32Array, x: number): number => {
  const [before, own, after] = SHARES[x % CELL_PX] ?? SHARES[0];
  const column = Math.floor(x / CELL_PX);
  return Math.fround(
    Math.fround(
      Math.fround((map[column] ?? 0) * before) + Math.fround((map[column + 1] ?? 0) * own),
    ) + Math.fround((map[column + 2] ?? 0) * after),
  );
};

/** The witness and fallback of `flatten`, without any kernel. */
export const flattenPlainly = (image: Plane, how: Flattening): Plane => {
  const { widthPx, heightPx } = image;
  const data = new Float32Array(widthPx * heightPx);
  const means = new Float32Array(how.brightness.widthPx + 2);
  const deviations = new Float32Array(how.contrast.widthPx + 2);
  for (let y = 0; y < heightPx; y++) {
    interpolateRow(how.brightness, y, means);
    interpolateRow(how.contrast, y, deviations);
    for (let x = 0; x < widthPx; x++) {
      const away = Math.fround(between(means, x) - (image.data[y * widthPx + x] ?? 0));
      const value = Math.fround(away / Math.fround(between(deviations, x) + how.floor));
      data[y * widthPx + x] = Math.max(-how.clip, Math.min(how.clip, value));
    }
  }
  return { widthPx, heightPx, data };
};

const kernel = instantiate("flatten");

const flattenWithKernel = ({ memory, call }: Kernel, image: Plane, how: Flattening): Plane => {
  const { widthPx, heightPx, data } = image;
  const columns = how.brightness.widthPx;
  const rowBytes = widthPx * SAMPLE_BYTES;
  const mapBytes = (columns + 2) * SAMPLE_BYTES;
  // Whole cells are written: a row's last may reach into the next row, which is written later, or into these bytes.
  const planeBytes = data.byteLength + CELL_PX * SAMPLE_BYTES;
  const from = 2 * mapBytes;
  const to = from + planeBytes;
  const missing = to + planeBytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  const means = new Float32Array(memory.buffer, 0, columns + 2);
  const deviations = new Float32Array(memory.buffer, mapBytes, columns + 2);
  new Float32Array(memory.buffer, from, data.length).set(data);
  const run = call("flattenRow");
  for (let y = 0; y < heightPx; y++) {
    interpolateRow(how.brightness, y, means);
    interpolateRow(how.contrast, y, deviations);
    const row = y * rowBytes;
    run(from + row, 0, mapBytes, columns, to + row, how.floor, how.clip);
  }
  return { widthPx, heightPx, data: new Float32Array(memory.buffer, to, data.length).slice() };
};

/** Every sample as its distance below the local mean, in local deviations, clipped: dark becomes positive. */
export const flatten = (image: Plane, how: Flattening): Plane =>
  kernel === null ? flattenPlainly(image, how) : flattenWithKernel(kernel, image, how);
