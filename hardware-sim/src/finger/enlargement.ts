/** A field of numbers, row-major. */
export type Plane = {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
};

const taps = 6;

type Tap = { readonly index: Int32Array; readonly weight: Float32Array };

type Size = { readonly width: number; readonly height: number };

/** Enlarges planes of one size to another through a Lanczos window three samples wide; the weights are kept. */
export function createEnlarger(from: Size, to: Size): (values: Float32Array) => Plane {
  const across = lanczos(from.width, to.width);
  const down = lanczos(from.height, to.height);
  return (values) => {
    const wide = widened(values, from, across);
    return { ...to, values: heightened(wide, to, down) };
  };
}

function widened(values: Float32Array, from: Size, across: Tap): Float32Array {
  const width = across.weight.length / taps;
  const wide = new Float32Array(width * from.height);
  for (let y = 0; y < from.height; y++) {
    const line = values.subarray(y * from.width, (y + 1) * from.width);
    const to = wide.subarray(y * width, (y + 1) * width);
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = x * taps; i < (x + 1) * taps; i++) {
        sum += (across.weight[i] ?? 0) * (line[across.index[i] ?? 0] ?? 0);
      }
      to[x] = sum;
    }
  }
  return wide;
}

function heightened(wide: Float32Array, { width, height }: Size, down: Tap): Float32Array {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const to = out.subarray(y * width, (y + 1) * width);
    for (let i = y * taps; i < (y + 1) * taps; i++) {
      const weight = down.weight[i] ?? 0;
      const start = (down.index[i] ?? 0) * width;
      for (let x = 0; x < width; x++) to[x] = (to[x] ?? 0) + weight * (wide[start + x] ?? 0);
    }
  }
  return out;
}

/** For each new sample the old ones around it; samples lie at the middles of equal parts of one length. */
function lanczos(from: number, to: number): Tap {
  const index = new Int32Array(to * taps);
  const weight = new Float32Array(to * taps);
  for (let x = 0; x < to; x++) {
    const at = ((x + 0.5) * from) / to - 0.5;
    const first = Math.floor(at) - taps / 2 + 1;
    const raw = Array.from({ length: taps }, (_, i) => window(at - first - i));
    const sum = raw.reduce((total, value) => total + value, 0);
    for (const [i, value] of raw.entries()) {
      index[x * taps + i] = Math.max(0, Math.min(from - 1, first + i));
      weight[x * taps + i] = value / sum;
    }
  }
  return { index, weight };
}

function window(t: number): number {
  if (t === 0) return 1;
  const reach = taps / 2;
  if (Math.abs(t) >= reach) return 0;
  const a = Math.PI * t;
  return (reach * Math.sin(a) * Math.sin(a / reach)) / (a * a);
}
