import type { GrayImage } from "../gray-image.ts";
import { createRandom, type Random } from "../random.ts";
import type { Condition } from "../world.ts";
import { roundedBox } from "./growth-plan.ts";
import type { FingerMaster } from "./master.ts";
import { eased, fineTexture, grainTexture } from "./texture.ts";
import {
  careful,
  type Drag,
  drawDrag,
  drawTouch,
  type Manner,
  type Occasion,
  type Touch,
} from "./touch.ts";

/** The window that a finger is seen through. */
export type Window = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly resolutionDpi: number;
};

const wholeFinger: Window = { widthPx: 320, heightPx: 368, resolutionDpi: 500 };

/**
 * One picture of a finger on a light ground, ridges dark; without a window 320 × 368 at 500 dpi. The seed chooses the
 * touch: the same master, seed, condition, window and manner give the same picture.
 */
export function impressionOf(
  master: FingerMaster,
  seed: number,
  condition: Condition,
  how: { readonly window?: Window; readonly manner?: Manner } = {},
): GrayImage {
  const window = how.window ?? wholeFinger;
  const manner = how.manner ?? careful;
  const random = createRandom((Math.imul(master.seed, 0x9e37_79b1) ^ seed) >>> 0).fork(condition);
  const habit = createRandom(master.seed).fork("habit").gaussian();
  const occasion = { condition, manner, habit: Math.max(-2, Math.min(2, habit)) };
  const laid = lay(master, occasion, { window, random });
  const pixels = develop(master, laid.touch, laid.knots, { window, random });
  const { widthPx, heightPx, resolutionDpi } = window;
  return { widthPx, heightPx, resolutionDpi, pixels };
}

/** What varies slowly over the glass, known at every eighth pixel. */
type Knots = {
  readonly columns: number;
  /** Where the skin's drawing lies under the knot, in its own pixels. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** 0 at the edge of the contact area, about 1 in its middle, negative outside. */
  readonly pressure: Float32Array;
  /** Smooth patches, deviation about 1. */
  readonly patch: Float32Array;
};

const knotPx = 8;

/** Less skin than this on the window is lifted and laid again. */
const leastContactMm2 = 35;
const mostAttempts = 6;

/** A touch, and what of the finger lies on the glass. */
function lay(
  master: FingerMaster,
  occasion: Occasion,
  { window, random }: Scene,
): { readonly touch: Touch; readonly knots: Knots } {
  const knotMm2 = ((knotPx * 25.4) / window.resolutionDpi) ** 2;
  for (let attempt = 1; ; attempt++) {
    const draw = random.fork(`touch ${attempt}`);
    const touch = drawTouch(occasion, draw);
    const drag = drawDrag(occasion.manner, draw.fork("drag"));
    const knots = layOut(master, touch, drag, { window, random: draw.fork("patches") });
    const contact = knots.pressure.reduce((count, pressure) => count + (pressure > 0 ? 1 : 0), 0);
    if (contact * knotMm2 >= leastContactMm2 || attempt === mostAttempts) return { touch, knots };
  }
}

type Scene = { readonly window: Window; readonly random: Random };

function layOut(master: FingerMaster, touch: Touch, drag: Drag, { window, random }: Scene): Knots {
  const columns = Math.ceil(window.widthPx / knotPx) + 1;
  const rows = Math.ceil(window.heightPx / knotPx) + 1;
  const plane = (): Float32Array => new Float32Array(columns * rows);
  const knots = { columns, x: plane(), y: plane(), pressure: plane(), patch: plane() };
  const scale = 500 / window.resolutionDpi;
  const patches = createPatches(random, window);
  const [cos, sin] = [Math.cos(touch.turnRad), Math.sin(touch.turnRad)];
  for (let knot = 0; knot < knots.x.length; knot++) {
    const column = (knot % columns) * knotPx;
    const row = Math.floor(knot / columns) * knotPx;
    const glassX = (column + 0.5 - window.widthPx / 2) * scale - touch.shiftX;
    const glassY = (row + 0.5 - window.heightPx / 2) * scale - touch.shiftY;
    const pulledX = glassX + drag.x(glassX, glassY);
    const pulledY = glassY + drag.y(glassX, glassY);
    const skinX = cos * pulledX + sin * pulledY;
    const skinY = -sin * pulledX + cos * pulledY;
    const patch = patches(column, row);
    knots.x[knot] = skinX / master.size + master.widthPx / 2 - 0.5;
    knots.y[knot] = skinY / master.size + master.heightPx / 2 - 0.5;
    knots.patch[knot] = patch;
    knots.pressure[knot] = pressureAt(master, touch, { skinX, skinY }) + 0.12 * patch;
  }
  return knots;
}

/** 0 at the edge of the contact area, about 1 in its middle, negative outside. */
function pressureAt(
  master: FingerMaster,
  touch: Touch,
  at: { readonly skinX: number; readonly skinY: number },
): number {
  const { halfWidthPx, halfHeightPx } = master.outline;
  const outer = roundedBox(at.skinX / halfWidthPx, at.skinY / halfHeightPx);
  const inner = roundedBox(
    (at.skinX - touch.contactX) / (halfWidthPx * touch.contact),
    (at.skinY - touch.contactY) / (halfHeightPx * touch.contact),
  );
  return Math.max(-3, Math.min(1, 2.4 * (1 - inner), 6 * (1 - outer)));
}

/** Dark share for ridge height plus width, −3 … 3. */
const inkSteps = 256;
const inkTable: Float32Array = Float32Array.from(
  { length: 6 * inkSteps + 1 },
  (_, i) => 1 / (1 + Math.exp(-2.8 * (i / inkSteps - 3))),
);

function develop(
  master: FingerMaster,
  touch: Touch,
  knots: Knots,
  { window, random }: Scene,
): Uint8Array {
  const { widthPx, heightPx } = window;
  const fine = fineTexture(random.fork("fine"));
  const grain = grainTexture(random.fork("grain"));
  const pixels = new Uint8Array(widthPx * heightPx);
  const line = (): Float32Array => new Float32Array(widthPx);
  const [xs, ys, pressures, patches] = [line(), line(), line(), line()];
  for (let row = 0; row < heightPx; row++) {
    fillLine(knots.x, knots.columns, row, xs);
    fillLine(knots.y, knots.columns, row, ys);
    fillLine(knots.pressure, knots.columns, row, pressures);
    fillLine(knots.patch, knots.columns, row, patches);
    for (let column = 0; column < widthPx; column++) {
      const pressure = pressures[column] ?? 0;
      let ink = 0;
      if (pressure > 0) {
        const patch = patches[column] ?? 0;
        const width = touch.ridgeWidth + 0.55 * (pressure - 0.95) + 0.22 * patch;
        const speck = fine.at(column, row);
        const height = ridgeAt(master, xs[column] ?? 0, ys[column] ?? 0);
        ink = inkOf(height + width + touch.roughness * speck);
        ink = weathered(ink, touch, patch, speck) * Math.min(1, pressure * 3);
      }
      const grey = 247.5 - ink * 222 * touch.contrast + touch.grain * grain.at(column, row);
      pixels[row * widthPx + column] = grey < 0 ? 0 : grey > 255 ? 255 : grey;
    }
  }
  return pixels;
}

/** Values of one row of pixels, between the knots around them. */
function fillLine(values: Float32Array, columns: number, row: number, line: Float32Array): void {
  const upper = Math.floor(row / knotPx) * columns;
  const v = (row % knotPx) / knotPx;
  let right = (values[upper] ?? 0) * (1 - v) + (values[upper + columns] ?? 0) * v;
  for (let knot = 0; knot * knotPx < line.length; knot++) {
    const left = right;
    const next = upper + knot + 1;
    right = (values[next] ?? 0) * (1 - v) + (values[next + columns] ?? 0) * v;
    for (let i = 0; i < knotPx; i++) line[knot * knotPx + i] = left + ((right - left) * i) / knotPx;
  }
}

function ridgeAt(master: FingerMaster, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const { ridges, widthPx } = master;
  if (left < 0 || top < 0 || left + 1 >= widthPx || top + 1 >= master.heightPx) return 0;
  const at = top * widthPx + left;
  const h = x - left;
  const v = y - top;
  const upper = (ridges[at] ?? 0) * (1 - h) + (ridges[at + 1] ?? 0) * h;
  const lower = (ridges[at + widthPx] ?? 0) * (1 - h) + (ridges[at + widthPx + 1] ?? 0) * h;
  return upper * (1 - v) + lower * v;
}

/** How dark a point is, 0 … 1: the ridge's height over a threshold that pressure and moisture move. */
function inkOf(height: number): number {
  const step = height <= -3 ? 0 : height >= 3 ? 6 * inkSteps : (height + 3) * inkSteps;
  return inkTable[Math.trunc(step)] ?? 0;
}

/** Dry skin touches with its highest points only; moisture fills valleys. */
function weathered(ink: number, touch: Touch, patch: number, speck: number): number {
  const gap = -speck + 0.7 * patch - 2.2 + 2.6 * touch.gaps;
  const left = gap > 0 ? ink * Math.max(0, 1 - 0.9 * gap) : ink;
  const puddle = touch.puddles * (0.5 + 0.9 * patch);
  return puddle > 0 ? left + (1 - left) * Math.min(0.8, puddle) : left;
}

const patchPx = 22;

/**
 * Smooth random patches, mean 0, deviation about 1: a coarse grid of normals, interpolated. The grid lies askew (3-4-5),
 * so that its axes do not show in the picture.
 */
function createPatches(random: Random, window: Window): (column: number, row: number) => number {
  const { widthPx, heightPx } = window;
  const columns = Math.ceil((0.8 * widthPx + 0.6 * heightPx) / patchPx) + 3;
  const rows = Math.ceil((0.8 * heightPx + 0.6 * widthPx) / patchPx) + 3;
  const knots = Float32Array.from({ length: columns * rows }, () => random.gaussian());
  return (column, row) => {
    const x = (0.8 * column + 0.6 * row) / patchPx;
    const y = (0.8 * row + 0.6 * (widthPx + knotPx - column)) / patchPx;
    const left = Math.floor(x);
    const top = Math.floor(y);
    const at = top * columns + left;
    const h = eased(x - left);
    const upper = (knots[at] ?? 0) * (1 - h) + (knots[at + 1] ?? 0) * h;
    const lower = (knots[at + columns] ?? 0) * (1 - h) + (knots[at + columns + 1] ?? 0) * h;
    const v = eased(y - top);
    return upper * (1 - v) + lower * v;
  };
}
