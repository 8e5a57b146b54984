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
const saturation = 0.2;
/** First the waves find each other, gently; then every ridge reaches its full height. */
const gentleRounds = 14;
const strongRounds = 4;
/** Above 1 the pattern grows out of the noise; saturation holds it. Gentle growth leaves as few minutiae as skin has. */
const gentleGain = 1.3;
const strongGain = 2.3;

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
  for (const at of cells.at) field[at] = 0.1 * (random.next() + random.next() - 1);
  let next = new Float32Array(field.length);
  for (let round = 0; round < gentleRounds + strongRounds; round++) {
    filterOnce(cells, stride, {
      from: field,
      to: next,
      gain: round < gentleRounds ? gentleGain : strongGain,
    });
    [field, next] = [next, field];
  }
  filterOnce(cells, stride, { from: field, to: next, gain: 1 });
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (y + radius) * stride + radius;
    out.set(next.subarray(start, start + width), y * width);
  }
  return out;
}

/** The cells with skin: where they lie in the padded field, and where their kernel begins in the bank. */
type SkinCells = { readonly at: Int32Array; readonly kernel: Int32Array };

function skinCells(grid: GrowthGrid, stride: number): SkinCells {
  const at = new Int32Array(grid.isSkin.length);
  const kernel = new Int32Array(grid.isSkin.length);
  let count = 0;
  for (let cell = 0; cell < grid.isSkin.length; cell++) {
    if (grid.isSkin[cell] !== 1) continue;
    const [x, y] = [cell % grid.width, Math.floor(cell / grid.width)];
    at[count] = (y + radius) * stride + x + radius;
    kernel[count] = kernelFor(grid.direction[cell] ?? 0, grid.period[cell] ?? shortestPeriod);
    count++;
  }
  return { at: at.subarray(0, count), kernel: kernel.subarray(0, count) };
}

/** Where the kernel of a direction and period begins in the bank. */
function kernelFor(direction: number, period: number): number {
  const turns = direction / Math.PI;
  const d = Math.round((turns - Math.floor(turns)) * directionSteps) % directionSteps;
  const share = (period - shortestPeriod) / (longestPeriod - shortestPeriod);
  const p = Math.max(0, Math.min(periodSteps - 1, Math.floor(share * periodSteps)));
  return (p * directionSteps + d) * (halfPlane.length + 1);
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

/** An even Gabor kernel without direct component, scaled to gain 1 for its own wave. */
function gaborHalf(direction: number, period: number): Float32Array {
  const sigmaAcross = 0.42 * period;
  const sigmaAlong = 0.8 * period;
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
  return Float32Array.from(taps, (tap) => (tap.bell * (tap.wave - mean)) / response);
}

/** Written out tap by tap in the order of `halfPlane`: a loop over offsets takes half as long again. */
function filterOnce(
  cells: SkinCells,
  stride: number,
  pass: { readonly from: Float32Array; readonly to: Float32Array; readonly gain: number },
): void {
  const { from, to, gain } = pass;
  const { at, kernel } = cells;
  const bank = kernelBank;
  const [one, two, three] = [stride, 2 * stride, 3 * stride];
  for (let cell = 0; cell < at.length; cell++) {
    const here = at[cell] ?? 0;
    const k = kernel[cell] ?? 0;
    let sum = (bank[k] ?? 0) * (from[here] ?? 0);
    sum += (bank[k + 1] ?? 0) * both(from, here + 1, here - 1);
    sum += (bank[k + 2] ?? 0) * both(from, here + 2, here - 2);
    sum += (bank[k + 3] ?? 0) * both(from, here + 3, here - 3);
    sum += (bank[k + 4] ?? 0) * both(from, here + one - 3, here - one + 3);
    sum += (bank[k + 5] ?? 0) * both(from, here + one - 2, here - one + 2);
    sum += (bank[k + 6] ?? 0) * both(from, here + one - 1, here - one + 1);
    sum += (bank[k + 7] ?? 0) * both(from, here + one, here - one);
    sum += (bank[k + 8] ?? 0) * both(from, here + one + 1, here - one - 1);
    sum += (bank[k + 9] ?? 0) * both(from, here + one + 2, here - one - 2);
    sum += (bank[k + 10] ?? 0) * both(from, here + one + 3, here - one - 3);
    sum += (bank[k + 11] ?? 0) * both(from, here + two - 2, here - two + 2);
    sum += (bank[k + 12] ?? 0) * both(from, here + two - 1, here - two + 1);
    sum += (bank[k + 13] ?? 0) * both(from, here + two, here - two);
    sum += (bank[k + 14] ?? 0) * both(from, here + two + 1, here - two - 1);
    sum += (bank[k + 15] ?? 0) * both(from, here + two + 2, here - two - 2);
    sum += (bank[k + 16] ?? 0) * both(from, here + three - 1, here - three + 1);
    sum += (bank[k + 17] ?? 0) * both(from, here + three, here - three);
    sum += (bank[k + 18] ?? 0) * both(from, here + three + 1, here - three - 1);
    const grown = sum * gain;
    // Soft, because a hard clip's overtones fold back on so coarse a grid and bead the ridges.
    to[here] = grown / (1 + saturation * grown * grown);
  }
}

function both(values: Float32Array, at: number, mirrored: number): number {
  return (values[at] ?? 0) + (values[mirrored] ?? 0);
}
