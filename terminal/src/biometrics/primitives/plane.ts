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

/** Half a Gaussian kernel: weights for offsets 0 … radius, the whole kernel summing to 1. */
export const gaussianKernel = (sigmaPx: number): Float32Array => {
  const radius = Math.max(1, Math.ceil(sigmaPx * 2.6));
  const kernel = new Float32Array(radius + 1);
  let sum = 0;
  for (let i = 0; i <= radius; i++) {
    const weight = Math.exp((-i * i) / (2 * sigmaPx * sigmaPx));
    kernel[i] = weight;
    sum += i === 0 ? weight : 2 * weight;
  }
  for (let i = 0; i <= radius; i++) kernel[i] = (kernel[i] ?? 0) / sum;
  return kernel;
};

const blurLine = (line: Float32Array, output: Float32Array, kernel: Float32Array): void => {
  // `line` carries `radius` replicated samples on both ends.
  const radius = kernel.length - 1;
  const centre = kernel[0] ?? 0;
  for (let i = 0; i < output.length; i++) {
    const at = i + radius;
    let sum = centre * (line[at] ?? 0);
    for (let k = 1; k <= radius; k++)
      sum += (kernel[k] ?? 0) * ((line[at - k] ?? 0) + (line[at + k] ?? 0));
    output[i] = sum;
  }
};

const loadLine = (line: Float32Array, radius: number, length: number): void => {
  const first = line[radius] ?? 0;
  const last = line[radius + length - 1] ?? 0;
  line.fill(first, 0, radius);
  line.fill(last, radius + length);
};

/** Separable Gaussian blur with replicated borders. */
export const gaussianBlur = (plane: Plane, sigmaPx: number): Plane => {
  const { widthPx, heightPx, data } = plane;
  const kernel = gaussianKernel(sigmaPx);
  const radius = kernel.length - 1;
  const result = createPlane(widthPx, heightPx);
  const row = new Float32Array(widthPx + 2 * radius);
  for (let y = 0; y < heightPx; y++) {
    row.set(data.subarray(y * widthPx, (y + 1) * widthPx), radius);
    loadLine(row, radius, widthPx);
    blurLine(row, result.data.subarray(y * widthPx, (y + 1) * widthPx), kernel);
  }
  blurColumns(result, kernel);
  return result;
};

const blurColumns = (plane: Plane, kernel: Float32Array): void => {
  // Row by row over all columns at once: the same arithmetic as a column walk, but sequential in memory.
  const { widthPx, heightPx, data } = plane;
  const radius = kernel.length - 1;
  const source = data.slice();
  for (let y = 0; y < heightPx; y++) {
    const out = y * widthPx;
    for (let x = 0; x < widthPx; x++) data[out + x] = (kernel[0] ?? 0) * (source[out + x] ?? 0);
    for (let k = 1; k <= radius; k++) {
      const weight = kernel[k] ?? 0;
      const above = Math.max(0, y - k) * widthPx;
      const below = Math.min(heightPx - 1, y + k) * widthPx;
      for (let x = 0; x < widthPx; x++)
        data[out + x] =
          (data[out + x] ?? 0) + weight * ((source[above + x] ?? 0) + (source[below + x] ?? 0));
    }
  }
};

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
