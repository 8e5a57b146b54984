import { createRandom, type Random } from "../random.ts";
import { createEnlarger, type Plane } from "./enlargement.ts";
import { drawing, type Outline, planGrowth } from "./growth-plan.ts";
import { drawFlow, type FingerClass } from "./orientation.ts";
import { type GrowthGrid, growRidges } from "./ridge-growth.ts";
import { addCreases, addPores } from "./skin-marks.ts";

/** The whole skin of one fingertip, from which every impression is taken. */
export type FingerMaster = {
  readonly seed: number;
  readonly fingerClass: FingerClass;
  readonly widthPx: number;
  readonly heightPx: number;
  /**
   * Ridge height, about −1 … 1, row-major, y down; 0 outside the skin. Drawn as if every finger were of one size: a pixel
   * is `size` pixels at 500 dpi.
   */
  readonly ridges: Float32Array;
  readonly size: number;
  /** Half axes of the skin's outline around the centre of the picture, pixels at 500 dpi. */
  readonly outline: { readonly halfWidthPx: number; readonly halfHeightPx: number };
  /** Mean distance between ridges, pixels at 500 dpi. */
  readonly ridgePeriodPx: number;
};

/** Ridges of adults lie about 9 px apart at 500 dpi; those of primary-school children about 7.7. */
export type FingerAge = "adult" | "child";

/**
 * Grows the print of one finger; the same seed gives the same finger on every machine. A print keeps its minutiae from
 * before birth and grows in proportion (Gottschlich, Hotz, Lorenz, Bernhardt, Hantschel, Munk: "Modeling the growth of
 * fingerprints improves matching for adolescents", TIFS 2011): a child's finger is the same drawing, made smaller.
 */
export function synthesiseFinger(seed: number, age: FingerAge = "adult"): FingerMaster {
  const random = createRandom(seed);
  const size = drawSize(age, random.fork("size"));
  const { fingerClass, outline, grid, ridges } = growPrint(seed);
  const skin = enlargerFor(grid)(ridges);
  sharpen(skin.values);
  addPores(skin, random.fork("pores"));
  addCreases(skin, random.fork("creases"), age);
  return {
    seed,
    fingerClass,
    widthPx: skin.width,
    heightPx: skin.height,
    ridges: skin.values,
    size,
    outline: {
      halfWidthPx: size * outline.halfWidthPx,
      halfHeightPx: size * outline.halfHeightPx,
    },
    ridgePeriodPx: size * drawing.ridgePeriodPx,
  };
}

/** What is grown before birth, on cells of 2.5 pixels of the drawing: nothing but ridges, without pores and creases. */
export type Print = {
  readonly fingerClass: FingerClass;
  readonly outline: Outline;
  readonly grid: GrowthGrid;
  /** Height per cell, about −1 … 1. */
  readonly ridges: Float32Array;
};

export function growPrint(seed: number): Print {
  const random = createRandom(seed);
  const flow = drawFlow(random.fork("flow"));
  const shape = random.fork("shape");
  const outline = {
    halfWidthPx: 140 + 7 * clampedGaussian(shape),
    halfHeightPx: 188 + 6 * clampedGaussian(shape),
  };
  const grid = planGrowth(outline, flow, shape);
  const ridges = growRidges(grid, random.fork("ridges"));
  return { fingerClass: flow.fingerClass, outline, grid, ridges };
}

let enlarger: ((values: Float32Array) => Plane) | null = null;

/** All grids are of one size: its weights are computed once. */
function enlargerFor(grid: GrowthGrid): (values: Float32Array) => Plane {
  const size = { width: drawing.widthPx, height: drawing.heightPx };
  enlarger ??= createEnlarger({ width: grid.width, height: grid.height }, size);
  return enlarger;
}

/**
 * Men have 20.7 ridges a centimetre, women 23.4 (Cummins, Waits, McQuitty 1941): 9.5 and 8.4 px. Six- to twelve-year-olds
 * are 0.7 … 0.9 as tall as adults (WHO growth reference) and prints grow in proportion; pupils of ten to twelve have
 * about 16 ridges on 7.07 mm, slanting (Thai adolescents, 0.44 mm).
 */
function drawSize(age: FingerAge, random: Random): number {
  const spread = clampedGaussian(random);
  const grownPx = random.chance(0.5) ? 9.5 + 0.4 * spread : 8.4 + 0.35 * spread;
  const periodPx = age === "adult" ? grownPx : grownPx * (0.8 + 0.12 * random.next());
  return periodPx / drawing.ridgePeriodPx;
}

/** Ridges keep their height to their very ends: the filter leaves them low where waves meet out of step. */
function sharpen(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    values[i] = (1.6 * value) / (0.6 + Math.abs(value));
  }
}

function clampedGaussian(random: Random): number {
  return Math.max(-2, Math.min(2, random.gaussian()));
}
