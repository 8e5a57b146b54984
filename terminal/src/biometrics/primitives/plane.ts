import { blurBy } from "../kernels/blur.ts";

/** A rectangle of samples, row-major from the top left. */
export type Plane = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly data: Float32Array;
};

export const createPlane = (widthPx: number, heightPx: number): Plane => ({
  widthPx,
  heightPx,
  data: new Float32Array(widthPx * heightPx),
});

/** A plane with zeros around it, so that filters near its edges need no bounds checks. */
export type PaddedPlane = {
  readonly inner: Plane;
  /** `inner` with `paddingPx` zeros on every side. */
  readonly plane: Plane;
  readonly paddingPx: number;
};

export const padPlane = (inner: Plane, paddingPx: number): PaddedPlane => {
  const { widthPx, heightPx, data } = inner;
  const plane = createPlane(widthPx + 2 * paddingPx, heightPx + 2 * paddingPx);
  for (let y = 0; y < heightPx; y++)
    plane.data.set(
      data.subarray(y * widthPx, (y + 1) * widthPx),
      (y + paddingPx) * plane.widthPx + paddingPx,
    );
  return { inner, plane, paddingPx };
};

/** The plane without `marginPx` samples on every side. */
export const cropPlane = (plane: Plane, marginPx: number): Plane => {
  const { widthPx: stride, data } = plane;
  const result = createPlane(stride - 2 * marginPx, plane.heightPx - 2 * marginPx);
  for (let y = 0; y < result.heightPx; y++) {
    const start = (y + marginPx) * stride + marginPx;
    result.data.set(data.subarray(start, start + result.widthPx), y * result.widthPx);
  }
  return result;
};

/** Weights of a Gaussian for offsets −radius … radius, summing to 1. */
export const gaussianKernel = (sigmaPx: number): Float32Array => {
  const radius = Math.max(1, Math.ceil(sigmaPx * 2.6));
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigmaPx * sigmaPx)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
};

/** Separable Gaussian blur with replicated borders. */
export const gaussianBlur = (plane: Plane, sigmaPx: number): Plane =>
  blurBy(plane, gaussianKernel(sigmaPx));

const boxRows = (source: Float32Array, target: Float32Array, widthPx: number, radius: number) => {
  const scale = 1 / (2 * radius + 1);
  for (let start = 0; start < source.length; start += widthPx) {
    const end = start + widthPx - 1;
    const first = source[start] ?? 0;
    let sum = first * radius;
    for (let i = 0; i <= radius; i++) sum += source[Math.min(start + i, end)] ?? 0;
    for (let x = 0; x < widthPx; x++) {
      target[start + x] = sum * scale;
      const incoming = source[Math.min(start + x + radius + 1, end)] ?? 0;
      const outgoing = source[Math.max(start + x - radius, start)] ?? 0;
      sum += incoming - outgoing;
    }
  }
};

const boxColumns = (plane: Plane, target: Float32Array, radius: number): void => {
  const { widthPx, heightPx, data } = plane;
  const scale = 1 / (2 * radius + 1);
  const sums = new Float32Array(widthPx);
  for (let k = -radius; k <= radius; k++) {
    const row = Math.min(heightPx - 1, Math.max(0, k)) * widthPx;
    for (let x = 0; x < widthPx; x++) sums[x] = (sums[x] ?? 0) + (data[row + x] ?? 0);
  }
  for (let y = 0; y < heightPx; y++) {
    const incoming = Math.min(heightPx - 1, y + radius + 1) * widthPx;
    const outgoing = Math.max(0, y - radius) * widthPx;
    for (let x = 0; x < widthPx; x++) {
      const sum = sums[x] ?? 0;
      target[y * widthPx + x] = sum * scale;
      sums[x] = sum + (data[incoming + x] ?? 0) - (data[outgoing + x] ?? 0);
    }
  }
};

/** Box blur run twice (a triangle, close to a Gaussian of sigma ≈ 0.82 × radius): cost independent of the radius. */
export const boxBlurTwice = (plane: Plane, radiusPx: number): Plane => {
  const { widthPx, heightPx } = plane;
  const a = createPlane(widthPx, heightPx);
  const b = createPlane(widthPx, heightPx);
  boxRows(plane.data, a.data, widthPx, radiusPx);
  boxRows(a.data, b.data, widthPx, radiusPx);
  boxColumns(b, a.data, radiusPx);
  boxColumns(a, b.data, radiusPx);
  return b;
};
