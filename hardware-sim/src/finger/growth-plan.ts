import type { Random } from "../random.ts";
import type { RidgeFlow } from "./orientation.ts";
import type { GrowthGrid } from "./ridge-growth.ts";

/** The picture that every finger is drawn in; a child's is this, made smaller. */
export const drawing = { widthPx: 345, heightPx: 405, ridgePeriodPx: 9 } as const;
/** Ridges grow on cells of 2.5 px: 3.6 cells a wave are enough for a filter of one wave's length. */
const cellPx = 2.5;
const columns = drawing.widthPx / cellPx;
const rows = drawing.heightPx / cellPx;

/** Half axes of a fingertip's outline, pixels of the drawing. */
export type Outline = { readonly halfWidthPx: number; readonly halfHeightPx: number };

/** Below 1 inside a fingertip's outline: between an ellipse and its box. */
export function roundedBox(x: number, y: number): number {
  return x * x * Math.sqrt(Math.abs(x)) + y * y * Math.sqrt(Math.abs(y));
}

/** Where ridges are to grow, in which direction and how far apart. */
export function planGrowth(outline: Outline, flow: RidgeFlow, random: Random): GrowthGrid {
  const grid = createGrid(
    (x, y) => roundedBox(x / outline.halfWidthPx, y / outline.halfHeightPx) < 1,
  );
  const wave = drawPeriodWave(random);
  fillGrid(grid, flow, (x, y) => (drawing.ridgePeriodPx / cellPx) * wave(x, y));
  return grid;
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
const xOf = (column: number): number => (column + 0.5) * cellPx - drawing.widthPx / 2;
const yOf = (row: number): number => drawing.heightPx / 2 - (row + 0.5) * cellPx;

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
