import { createRandom, type Random } from "../random.ts";
import { drawFlow, type FingerClass } from "./orientation.ts";
import { growRidges } from "./ridge-growth.ts";

/** The whole skin of one fingertip, from which every impression is taken. */
export type FingerMaster = {
  readonly seed: number;
  readonly fingerClass: FingerClass;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Ridge height −1 … 1 at 500 dpi, row-major, y down; 0 outside the skin. */
  readonly ridges: Float32Array;
  /** Half axes of the skin's outline around the centre of the picture. */
  readonly outline: { readonly halfWidthPx: number; readonly halfHeightPx: number };
  /** Mean distance between ridges, pixels at 500 dpi. */
  readonly ridgePeriodPx: number;
};

/** Ridges of adults lie about 9 px apart at 500 dpi; those of primary-school children about 7.5. */
export type FingerAge = "adult" | "child";

const masterWidthPx = 344;
const masterHeightPx = 408;
/** Growth works at 375 dpi: two thirds of the work per area, and a wave is still seven cells long. */
const growthScale = 0.75;

/** Grows the print of one finger; the same seed gives the same finger on every machine. */
export function synthesiseFinger(seed: number, age: FingerAge = "adult"): FingerMaster {
  const random = createRandom(seed);
  const flow = drawFlow(random.fork("flow"));
  const shape = random.fork("shape");
  const size = age === "adult" ? 1 : 0.88;
  const outline = {
    halfWidthPx: size * (150 + 8 * clampedGaussian(shape)),
    halfHeightPx: size * (186 + 8 * clampedGaussian(shape)),
  };
  const ridgePeriodPx = (age === "adult" ? 9 : 7.6) + 0.35 * clampedGaussian(shape);
  const width = Math.round(masterWidthPx * growthScale);
  const height = Math.round(masterHeightPx * growthScale);
  const grid = {
    width,
    height,
    direction: new Float32Array(width * height),
    period: new Float32Array(width * height),
    isSkin: new Uint8Array(width * height),
  };
  const periodWave = drawPeriodWave(shape);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = column / growthScale - masterWidthPx / 2;
      const y = masterHeightPx / 2 - row / growthScale;
      const cell = row * width + column;
      // The picture's y points down, the flow's y up.
      grid.direction[cell] = -flow.directionAt(x / size, y / size);
      grid.period[cell] = ridgePeriodPx * growthScale * periodWave(x, y);
      const inside = (x / (outline.halfWidthPx + 6)) ** 2 + (y / (outline.halfHeightPx + 6)) ** 2;
      grid.isSkin[cell] = inside < 1 ? 1 : 0;
    }
  }
  const grown = growRidges(grid, random.fork("ridges"));
  return {
    seed,
    fingerClass: flow.fingerClass,
    widthPx: masterWidthPx,
    heightPx: masterHeightPx,
    ridges: enlarged(grown, width, height),
    outline,
    ridgePeriodPx,
  };
}

function clampedGaussian(random: Random): number {
  return Math.max(-2, Math.min(2, random.gaussian()));
}

/** Ridges lie wider apart towards the joint and vary slowly elsewhere. */
function drawPeriodWave(random: Random): (x: number, y: number) => number {
  const [kx, ky] = [0.015 * random.gaussian(), 0.015 * random.gaussian()];
  const phase = 2 * Math.PI * random.next();
  return (x, y) => {
    const towardsJoint = 0.07 / (1 + Math.exp((y + 70) / 25));
    return 1 + towardsJoint + 0.045 * Math.sin(kx * x + ky * y + phase);
  };
}

/** Bicubic (Catmull–Rom) from the growth grid to 500 dpi. */
function enlarged(field: Float32Array, width: number, height: number): Float32Array {
  const rows = new Float32Array(masterWidthPx * height);
  for (let x = 0; x < masterWidthPx; x++) {
    const tap = cubicTap(x * growthScale, width);
    for (let y = 0; y < height; y++) {
      rows[y * masterWidthPx + x] = tapped(field, tap, y * width, 1);
    }
  }
  const out = new Float32Array(masterWidthPx * masterHeightPx);
  for (let y = 0; y < masterHeightPx; y++) {
    const tap = cubicTap(y * growthScale, height);
    for (let x = 0; x < masterWidthPx; x++) {
      out[y * masterWidthPx + x] = tapped(rows, tap, x, masterWidthPx);
    }
  }
  return out;
}

type CubicTap = { readonly index: readonly number[]; readonly weight: readonly number[] };

function cubicTap(position: number, length: number): CubicTap {
  const first = Math.floor(position);
  const t = position - first;
  const index = [-1, 0, 1, 2].map((step) => Math.max(0, Math.min(length - 1, first + step)));
  const weight = [
    ((-t + 2) * t - 1) * t * 0.5,
    ((3 * t - 5) * t * t + 2) * 0.5,
    ((-3 * t + 4) * t + 1) * t * 0.5,
    (t - 1) * t * t * 0.5,
  ];
  return { index, weight };
}

function tapped(field: Float32Array, tap: CubicTap, start: number, stride: number): number {
  let sum = 0;
  for (let i = 0; i < 4; i++) {
    sum += (tap.weight[i] ?? 0) * (field[start + (tap.index[i] ?? 0) * stride] ?? 0);
  }
  return sum;
}
