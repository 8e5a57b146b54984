import { createRandom, type Random } from "../random.ts";
import { enlarged } from "./enlargement.ts";
import { drawFlow, type FingerClass, type RidgeFlow } from "./orientation.ts";
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

const masterWidthPx = 345;
const masterHeightPx = 405;
/** Ridges grow on cells of 2.5 px: 3.6 cells a wave are enough for a filter of one wave's length. */
const cellPx = 2.5;
const columns = masterWidthPx / cellPx;
const rows = masterHeightPx / cellPx;
const plainPeriodPx = 9;

/**
 * Grows the print of one finger; the same seed gives the same finger on every machine. A print keeps its minutiae from
 * before birth and grows in proportion (Gottschlich, Hotz, Lorenz, Bernhardt, Hantschel, Munk: "Modeling the growth of
 * fingerprints improves matching for adolescents", TIFS 2011): a child's finger is the same drawing, made smaller.
 */
export function synthesiseFinger(seed: number, age: FingerAge = "adult"): FingerMaster {
  const random = createRandom(seed);
  const flow = drawFlow(random.fork("flow"));
  const shape = random.fork("shape");
  const size = drawSize(age, shape);
  const halfWidth = 152 + 6 * clampedGaussian(shape);
  const halfHeight = 190 + 5 * clampedGaussian(shape);
  const ridgeWave = drawPeriodWave(shape);
  const grid = createGrid((x, y) => (x / halfWidth) ** 2 + (y / halfHeight) ** 2 < 1);
  fillGrid(grid, flow, (x, y) => (plainPeriodPx / cellPx) * ridgeWave(x, y));
  const grown = growRidges(grid, random.fork("ridges"));
  const plane = { width: columns, height: rows, values: grown };
  const skin = enlarged(plane, { width: masterWidthPx, height: masterHeightPx });
  addPores(skin, random.fork("pores"));
  addCreases(skin, random.fork("creases"), age);
  return {
    seed,
    fingerClass: flow.fingerClass,
    widthPx: masterWidthPx,
    heightPx: masterHeightPx,
    ridges: skin.values,
    size,
    outline: { halfWidthPx: size * halfWidth, halfHeightPx: size * halfHeight },
    ridgePeriodPx: size * plainPeriodPx,
  };
}

/**
 * Mean breadth of a ridge and its furrow: men 0.48 mm, women 0.44 mm (Cummins and Midlo 1943; Mundorff, Bartelink,
 * Murad 2014), six to twelve years 0.35 … 0.43 mm (Králík and Novotný 2003), that is 7.0 … 8.5 px.
 */
function drawSize(age: FingerAge, random: Random): number {
  const draw = random.next();
  const spread = clampedGaussian(random);
  const periodPx =
    age === "child"
      ? 7.0 + 1.4 * draw + 0.2 * spread
      : draw < 0.5
        ? 9.4 + 0.4 * spread
        : 8.7 + 0.35 * spread;
  return periodPx / plainPeriodPx;
}

function clampedGaussian(random: Random): number {
  return Math.max(-2, Math.min(2, random.gaussian()));
}

function createGrid(isSkin: (x: number, y: number) => boolean): GrowthGrid {
  const cells = columns * rows;
  const grid = {
    width: columns,
    height: rows,
    direction: new Float32Array(cells),
    period: new Float32Array(cells),
    isSkin: new Uint8Array(cells),
  };
  for (let cell = 0; cell < cells; cell++) {
    if (isSkin(xOf(cell % columns), yOf(Math.floor(cell / columns)))) grid.isSkin[cell] = 1;
  }
  return grid;
}

/** Middle of a cell in pixels from the centre, y up as the flow has it. */
const xOf = (column: number): number => (column + 0.5) * cellPx - masterWidthPx / 2;
const yOf = (row: number): number => masterHeightPx / 2 - (row + 0.5) * cellPx;

const knotCells = 4;
const knotColumns = Math.ceil(columns / knotCells) + 2;
const knotRows = Math.ceil(rows / knotCells) + 2;

/** Flow and period are computed at every fourth cell; between them their values change too little to matter. */
function fillGrid(
  grid: GrowthGrid,
  flow: RidgeFlow,
  periodAt: (x: number, y: number) => number,
): void {
  const cos = new Float32Array(knotColumns * knotRows);
  const sin = new Float32Array(knotColumns * knotRows);
  const period = new Float32Array(knotColumns * knotRows);
  for (let knot = 0; knot < cos.length; knot++) {
    const x = xOf((knot % knotColumns) * knotCells);
    const y = yOf(Math.floor(knot / knotColumns) * knotCells);
    // The picture's y points down, the flow's y up. Directions are averaged as double angles.
    const doubled = -2 * flow.directionAt(x, y);
    cos[knot] = Math.cos(doubled);
    sin[knot] = Math.sin(doubled);
    period[knot] = periodAt(x, y);
  }
  for (let cell = 0; cell < grid.isSkin.length; cell++) {
    if (grid.isSkin[cell] === 0) continue;
    const column = cell % columns;
    const row = Math.floor(cell / columns);
    const knot = Math.floor(row / knotCells) * knotColumns + Math.floor(column / knotCells);
    const [h, v] = [(column % knotCells) / knotCells, (row % knotCells) / knotCells];
    grid.direction[cell] = Math.atan2(between(sin, knot, h, v), between(cos, knot, h, v)) / 2;
    grid.period[cell] = between(period, knot, h, v);
  }
}

function between(values: Float32Array, knot: number, h: number, v: number): number {
  const upper = (values[knot] ?? 0) * (1 - h) + (values[knot + 1] ?? 0) * h;
  const below = knot + knotColumns;
  const lower = (values[below] ?? 0) * (1 - h) + (values[below + 1] ?? 0) * h;
  return upper * (1 - v) + lower * v;
}

/** Ridges lie wider apart towards the joint and vary slowly elsewhere. */
function drawPeriodWave(random: Random): (x: number, y: number) => number {
  const waves = Array.from({ length: 2 }, () => ({
    kx: 0.018 * random.gaussian(),
    ky: 0.018 * random.gaussian(),
    phase: 2 * Math.PI * random.next(),
  }));
  return (x, y) => {
    let sum = 0.98 + 0.1 / (1 + Math.exp((y + 70) / 25));
    for (const { kx, ky, phase } of waves) sum += 0.045 * Math.sin(kx * x + ky * y + phase);
    return sum;
  };
}
