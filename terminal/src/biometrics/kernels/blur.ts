import type { Plane } from "../primitives/plane.ts";
import { instantiate, type Kernel } from "./instantiate.ts";

const SAMPLE_BYTES = 4;
const TAP_BYTES = 8;
const PAGE_BYTES = 65_536;
/** The kernel writes in groups of this many samples. */
const GROUP = 16;

/** The plane with `radius` replicated samples on all sides. */
const replicate = (plane: Plane, radius: number, into: Float32Array): void => {
  const { widthPx, heightPx, data } = plane;
  const stride = widthPx + 2 * radius;
  for (let row = 0; row < heightPx + 2 * radius; row++) {
    const y = Math.min(heightPx - 1, Math.max(0, row - radius));
    const start = row * stride;
    into.set(data.subarray(y * widthPx, (y + 1) * widthPx), start + radius);
    into.fill(data[y * widthPx] ?? 0, start, start + radius);
    into.fill(data[(y + 1) * widthPx - 1] ?? 0, start + radius + widthPx, start + stride);
  }
};

/** Weighted sums along a line of samples `step` apart, rounded after every step as the kernel's vectors are. */
const weighPlainly = (source: Float32Array, weights: Float32Array, step: number): Float32Array =>
  source.map((_, at) => {
    const radius = (weights.length - 1) / 2;
    let sum = 0;
    for (let k = 0; k < weights.length; k++)
      sum = Math.fround(
        sum + Math.fround((weights[k] ?? 0) * (source[at + (k - radius) * step] ?? 0)),
      );
    return sum;
  });

const cropInto = (padded: Float32Array, radius: number, result: Plane): void => {
  const { widthPx, heightPx, data } = result;
  const stride = widthPx + 2 * radius;
  for (let y = 0; y < heightPx; y++) {
    const start = (y + radius) * stride + radius;
    data.set(padded.subarray(start, start + widthPx), y * widthPx);
  }
};

const resultLike = ({ widthPx, heightPx }: Plane): Plane => ({
  widthPx,
  heightPx,
  data: new Float32Array(widthPx * heightPx),
});

/** The witness and fallback of `blurBy`, without any kernel. */
export const blurPlainly = (plane: Plane, weights: Float32Array): Plane => {
  const radius = (weights.length - 1) / 2;
  const stride = plane.widthPx + 2 * radius;
  const padded = new Float32Array(stride * (plane.heightPx + 2 * radius));
  replicate(plane, radius, padded);
  const result = resultLike(plane);
  cropInto(weighPlainly(weighPlainly(padded, weights, 1), weights, stride), radius, result);
  return result;
};

const kernel = instantiate("blur");

/** Samples of one padded plane in memory, so that groups and filters may reach over its ends. */
const roomFor = (samples: number, margin: number): number =>
  Math.ceil((samples + 2 * margin) / GROUP + 1) * GROUP;

const writeTaps = (view: DataView, weights: Float32Array, step: number): void => {
  const radius = (weights.length - 1) / 2;
  for (const [k, weight] of weights.entries()) {
    view.setInt32(k * TAP_BYTES, (k - radius) * step * SAMPLE_BYTES, true);
    view.setFloat32(k * TAP_BYTES + SAMPLE_BYTES, weight, true);
  }
};

const blurWithKernel = ({ memory, call }: Kernel, plane: Plane, weights: Float32Array): Plane => {
  const radius = (weights.length - 1) / 2;
  const stride = plane.widthPx + 2 * radius;
  const samples = stride * (plane.heightPx + 2 * radius);
  const margin = radius * stride;
  const tapBytes = weights.length * TAP_BYTES;
  const roomBytes = roomFor(samples, margin) * SAMPLE_BYTES;
  const missing = 2 * tapBytes + 2 * roomBytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  writeTaps(new DataView(memory.buffer, 0, tapBytes), weights, 1);
  writeTaps(new DataView(memory.buffer, tapBytes, tapBytes), weights, stride);
  const first = 2 * tapBytes + margin * SAMPLE_BYTES;
  const second = first + roomBytes;
  const run = call("weighSamples");
  const padded = new Float32Array(memory.buffer, first, samples);
  replicate(plane, radius, padded);
  run(first, second, samples * SAMPLE_BYTES, 0, weights.length);
  run(second, first, samples * SAMPLE_BYTES, tapBytes, weights.length);
  const result = resultLike(plane);
  cropInto(padded, radius, result);
  return result;
};

/** The plane weighed along its rows and then its columns with an odd number of weights; borders are replicated. */
export const blurBy = (plane: Plane, weights: Float32Array): Plane =>
  kernel === null ? blurPlainly(plane, weights) : blurWithKernel(kernel, plane, weights);
