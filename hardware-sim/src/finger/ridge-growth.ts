import type { Random } from "../random.ts";

/** A field over the grid on which ridges grow. */
export type GrowthGrid = {
  readonly width: number;
  readonly height: number;
  /** Per cell: ridge direction in radians (x right, y down), ridge period in cells, and whether skin is there. */
  readonly direction: Float32Array;
  readonly period: Float32Array;
  readonly isSkin: Uint8Array;
};

const directionSteps = 40;
const periodSteps = 6;
const radius = 7;
const iterations = 26;
/** Above 1 the pattern grows out of the noise; the clip holds it. */
const gain = 1.7;

/**
 * Lets ridges grow: random noise, filtered again and again by Gabor kernels that follow the ridge flow (the way of
 * SFinGe). Minutiae appear by themselves where growing regions meet out of step. Result: −1 … 1, ridges positive.
 */
export function growRidges(grid: GrowthGrid, random: Random): Float32Array {
  const { width, height } = grid;
  const stride = width + 2 * radius;
  const kernels = createKernelBank(grid, stride);
  let field = new Float32Array(stride * (height + 2 * radius));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isSkin = grid.isSkin[y * width + x] === 1;
      if (isSkin) field[(y + radius) * stride + x + radius] = 0.6 * random.gaussian();
    }
  }
  let next = new Float32Array(field.length);
  for (let round = 0; round < iterations; round++) {
    filterOnce({ grid, stride, kernels, from: field, to: next });
    [field, next] = [next, field];
  }
  return cropped(field, grid, stride);
}

type KernelBank = {
  /** Kernel number per cell of the grid. */
  readonly choice: Uint16Array;
  /** Offsets of one half of the kernel: it is even, so the other half mirrors it. */
  readonly offsets: Int32Array;
  readonly weights: readonly Float32Array[];
  readonly centres: Float32Array;
};

function createKernelBank(grid: GrowthGrid, stride: number): KernelBank {
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 0;
  for (const period of grid.period) {
    shortest = Math.min(shortest, period);
    longest = Math.max(longest, period);
  }
  const spread = Math.max(1e-6, longest - shortest);
  const half = halfPlane();
  const weights: Float32Array[] = [];
  const centres = new Float32Array(directionSteps * periodSteps);
  for (let p = 0; p < periodSteps; p++) {
    const period = shortest + (spread * (p + 0.5)) / periodSteps;
    for (let d = 0; d < directionSteps; d++) {
      const kernel = gaborHalf((Math.PI * d) / directionSteps, period, half);
      centres[weights.length] = kernel.centre;
      weights.push(kernel.weights);
    }
  }
  const choice = new Uint16Array(grid.direction.length);
  for (let i = 0; i < choice.length; i++) {
    const turns = (grid.direction[i] ?? 0) / Math.PI;
    const d = Math.round((turns - Math.floor(turns)) * directionSteps) % directionSteps;
    const share = ((grid.period[i] ?? shortest) - shortest) / spread;
    choice[i] = Math.min(periodSteps - 1, Math.floor(share * periodSteps)) * directionSteps + d;
  }
  const offsets = Int32Array.from(half, ({ x, y }) => y * stride + x);
  return { choice, offsets, weights, centres };
}

type Step = { readonly x: number; readonly y: number };

function halfPlane(): readonly Step[] {
  const steps: Step[] = [];
  for (let y = 0; y <= radius; y++) {
    for (let x = -radius; x <= radius; x++) {
      if (y === 0 && x <= 0) continue;
      if (x * x + y * y <= (radius + 0.5) ** 2) steps.push({ x, y });
    }
  }
  return steps;
}

/** An even Gabor kernel without direct component, scaled to gain 1 for its own wave. */
function gaborHalf(
  direction: number,
  period: number,
  half: readonly Step[],
): { readonly centre: number; readonly weights: Float32Array } {
  const sigmaAcross = 0.42 * period;
  const sigmaAlong = 0.5 * period;
  const wave = (step: Step): number => {
    const across = -step.x * Math.sin(direction) + step.y * Math.cos(direction);
    return Math.cos((2 * Math.PI * across) / period);
  };
  const bell = (step: Step): number => {
    const along = step.x * Math.cos(direction) + step.y * Math.sin(direction);
    const across = -step.x * Math.sin(direction) + step.y * Math.cos(direction);
    return Math.exp(-(along ** 2) / (2 * sigmaAlong ** 2) - across ** 2 / (2 * sigmaAcross ** 2));
  };
  let bellSum = 1;
  let waveSum = 1;
  for (const step of half) {
    bellSum += 2 * bell(step);
    waveSum += 2 * bell(step) * wave(step);
  }
  const mean = waveSum / bellSum;
  let response = 1 - mean;
  for (const step of half) response += 2 * bell(step) * (wave(step) - mean) * wave(step);
  return {
    centre: (1 - mean) / response,
    weights: Float32Array.from(half, (step) => (bell(step) * (wave(step) - mean)) / response),
  };
}

function filterOnce(round: {
  readonly grid: GrowthGrid;
  readonly stride: number;
  readonly kernels: KernelBank;
  readonly from: Float32Array;
  readonly to: Float32Array;
}): void {
  const { grid, stride, kernels, from, to } = round;
  const { offsets, choice, weights, centres } = kernels;
  const count = offsets.length;
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const cell = y * grid.width + x;
      if (grid.isSkin[cell] !== 1) continue;
      const at = (y + radius) * stride + x + radius;
      const number = choice[cell] ?? 0;
      const kernel = weights[number] ?? offsets;
      let sum = (centres[number] ?? 0) * (from[at] ?? 0);
      for (let i = 0; i < count; i++) {
        const offset = offsets[i] ?? 0;
        sum += (kernel[i] ?? 0) * ((from[at + offset] ?? 0) + (from[at - offset] ?? 0));
      }
      const grown = gain * sum;
      to[at] = grown > 1 ? 1 : grown < -1 ? -1 : grown;
    }
  }
}

function cropped(field: Float32Array, grid: GrowthGrid, stride: number): Float32Array {
  const out = new Float32Array(grid.width * grid.height);
  for (let y = 0; y < grid.height; y++) {
    const start = (y + radius) * stride + radius;
    out.set(field.subarray(start, start + grid.width), y * grid.width);
  }
  return out;
}
