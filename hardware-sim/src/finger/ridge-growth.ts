import type { Random } from "../random.ts";

/** A field over the grid on which ridges grow. */
export type GrowthGrid = {
  readonly width: number;
  readonly height: number;
  /** Per cell: ridge direction in radians (x right, y down, modulo π), and ridge period in cells (2.9 … 4.7). */
  readonly direction: Float32Array;
  readonly period: Float32Array;
  readonly isSkin: Uint8Array;
};

const directionSteps = 48;
const periodSteps = 8;
const shortestPeriod = 2.9;
const longestPeriod = 4.7;
const radius = 3;
const iterations = 16;
/** Above 1 the pattern grows out of the noise; the clip holds it. */
const gain = 1.7;

/**
 * Lets ridges grow: random noise, filtered again and again by Gabor kernels that follow the ridge flow (the way of
 * SFinGe, Cappelli, Maio, Maltoni 2000). Minutiae appear by themselves where growing regions meet out of step.
 * Result: −1 … 1, ridges positive.
 */
export function growRidges(grid: GrowthGrid, random: Random): Float32Array {
  const { width, height } = grid;
  const stride = width + 2 * radius;
  const cells = skinCells(grid, stride);
  let field = new Float32Array(stride * (height + 2 * radius));
  for (const at of cells.at) field[at] = 1.2 * (random.next() + random.next() - 1);
  let next = new Float32Array(field.length);
  const offsets = Int32Array.from(halfPlane, ({ x, y }) => y * stride + x);
  for (let round = 0; round < iterations; round++) {
    filterOnce(cells, offsets, field, next);
    [field, next] = [next, field];
  }
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (y + radius) * stride + radius;
    out.set(field.subarray(start, start + width), y * width);
  }
  return out;
}

/** The cells with skin: where they lie in the padded field, and where their kernel begins in the bank. */
type SkinCells = { readonly at: Int32Array; readonly kernel: Int32Array };

function skinCells(grid: GrowthGrid, stride: number): SkinCells {
  const at: number[] = [];
  const kernel: number[] = [];
  const size = halfPlane.length + 1;
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const cell = y * grid.width + x;
      if (grid.isSkin[cell] !== 1) continue;
      const turns = (grid.direction[cell] ?? 0) / Math.PI;
      const d = Math.round((turns - Math.floor(turns)) * directionSteps) % directionSteps;
      const share =
        ((grid.period[cell] ?? shortestPeriod) - shortestPeriod) / (longestPeriod - shortestPeriod);
      const p = Math.max(0, Math.min(periodSteps - 1, Math.floor(share * periodSteps)));
      at.push((y + radius) * stride + x + radius);
      kernel.push((p * directionSteps + d) * size);
    }
  }
  return { at: Int32Array.from(at), kernel: Int32Array.from(kernel) };
}

type Step = { readonly x: number; readonly y: number };

/** One half of the kernel's disc without its middle: kernels are even, so the other half mirrors it. */
const halfPlane: readonly Step[] = Array.from(
  { length: (radius + 1) * (2 * radius + 1) },
  (_, i) => ({
    x: (i % (2 * radius + 1)) - radius,
    y: Math.floor(i / (2 * radius + 1)),
  }),
).filter(({ x, y }) => (y > 0 || x > 0) && x * x + y * y <= (radius + 0.5) ** 2);

/** All kernels one after the other, each its middle first: they depend on nothing but direction and period. */
const kernelBank: Float32Array = createKernelBank();

function createKernelBank(): Float32Array {
  const size = halfPlane.length + 1;
  const bank = new Float32Array(directionSteps * periodSteps * size);
  for (let p = 0; p < periodSteps; p++) {
    const period = shortestPeriod + ((longestPeriod - shortestPeriod) * (p + 0.5)) / periodSteps;
    for (let d = 0; d < directionSteps; d++) {
      bank.set(gaborHalf((Math.PI * d) / directionSteps, period), (p * directionSteps + d) * size);
    }
  }
  return bank;
}

/** An even Gabor kernel without direct component, scaled to gain 1 for its own wave, times the growth's gain. */
function gaborHalf(direction: number, period: number): Float32Array {
  const sigmaAcross = 0.42 * period;
  const sigmaAlong = 0.5 * period;
  const taps = [{ x: 0, y: 0 }, ...halfPlane].map((step, index) => {
    const along = step.x * Math.cos(direction) + step.y * Math.sin(direction);
    const across = -step.x * Math.sin(direction) + step.y * Math.cos(direction);
    return {
      share: index === 0 ? 1 : 2,
      wave: Math.cos((2 * Math.PI * across) / period),
      bell: Math.exp(-(along ** 2) / (2 * sigmaAlong ** 2) - across ** 2 / (2 * sigmaAcross ** 2)),
    };
  });
  const sum = (of: (tap: (typeof taps)[number]) => number): number =>
    taps.reduce((total, tap) => total + tap.share * of(tap), 0);
  const mean = sum((tap) => tap.bell * tap.wave) / sum((tap) => tap.bell);
  const response = sum((tap) => tap.bell * (tap.wave - mean) * tap.wave);
  return Float32Array.from(taps, (tap) => (gain * tap.bell * (tap.wave - mean)) / response);
}

function filterOnce(
  cells: SkinCells,
  offsets: Int32Array,
  from: Float32Array,
  to: Float32Array,
): void {
  const bank = kernelBank;
  const { at, kernel } = cells;
  const count = offsets.length;
  for (let cell = 0; cell < at.length; cell++) {
    const here = at[cell] ?? 0;
    const start = kernel[cell] ?? 0;
    let sum = (bank[start] ?? 0) * (from[here] ?? 0);
    for (let i = 0; i < count; i++) {
      const offset = offsets[i] ?? 0;
      sum += (bank[start + i + 1] ?? 0) * ((from[here + offset] ?? 0) + (from[here - offset] ?? 0));
    }
    to[here] = sum > 1 ? 1 : sum < -1 ? -1 : sum;
  }
}
