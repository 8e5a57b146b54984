/** A field of numbers, row-major. */
export type Plane = {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
};

const taps = 6;

type Tap = { readonly index: Int32Array; readonly weight: Float32Array };

/** The plane with `scale` times as many samples a side, through a Lanczos window three samples wide. */
export function enlarged(
  plane: Plane,
  size: { readonly width: number; readonly height: number },
): Plane {
  const wide = new Float32Array(size.width * plane.height);
  const across = lanczos(plane.width, size.width);
  for (let y = 0; y < plane.height; y++) {
    const from = plane.values.subarray(y * plane.width, (y + 1) * plane.width);
    const to = wide.subarray(y * size.width, (y + 1) * size.width);
    for (let x = 0; x < size.width; x++) {
      let sum = 0;
      for (let i = x * taps; i < (x + 1) * taps; i++) {
        sum += (across.weight[i] ?? 0) * (from[across.index[i] ?? 0] ?? 0);
      }
      to[x] = sum;
    }
  }
  const values = new Float32Array(size.width * size.height);
  const down = lanczos(plane.height, size.height);
  for (let y = 0; y < size.height; y++) {
    const to = values.subarray(y * size.width, (y + 1) * size.width);
    for (let i = y * taps; i < (y + 1) * taps; i++) {
      const weight = down.weight[i] ?? 0;
      const start = (down.index[i] ?? 0) * size.width;
      for (let x = 0; x < size.width; x++) to[x] = (to[x] ?? 0) + weight * (wide[start + x] ?? 0);
    }
  }
  return { ...size, values };
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
