import type { GrayImage } from "../gray-image.ts";
import { createRandom, type Random } from "../random.ts";
import type { Condition } from "../world.ts";
import type { FingerMaster } from "./master.ts";

const impressionWidthPx = 320;
const impressionHeightPx = 368;

/** How one touch presses, turns, drags and wets the skin; drawn once per impression. */
type Touch = {
  readonly shiftX: number;
  readonly shiftY: number;
  readonly turnRad: number;
  /** Share of the skin's outline that touches the glass. */
  readonly contact: number;
  /** Where a tilted finger touches, relative to its middle. */
  readonly contactX: number;
  readonly contactY: number;
  /** Above 0 ridges look wider (pressure, moisture), below 0 thinner. */
  readonly ridgeWidth: number;
  readonly contrast: number;
  /** 0 … 1: how often dry skin leaves gaps in its ridges. */
  readonly gaps: number;
  /** 0 … 1: how much moisture fills the valleys. */
  readonly puddles: number;
  readonly grain: number;
};

/**
 * One picture of a finger at 500 dpi on a light ground: 320 × 368, ridges dark. The seed chooses the touch; the same
 * master, seed and condition give the same picture.
 */
export function impressionOf(master: FingerMaster, seed: number, condition: Condition): GrayImage {
  const random = createRandom((Math.imul(master.seed, 0x9e37_79b1) ^ seed) >>> 0).fork(condition);
  const touch = drawTouch(condition, random.fork("touch"));
  const drag = drawDrag(random.fork("drag"));
  const patches = createPatches(random.fork("patches"), 22);
  const fine = createPatches(random.fork("fine"), 3.2);
  const grain = random.fork("grain");
  const pixels = new Uint8Array(impressionWidthPx * impressionHeightPx);
  const cos = Math.cos(touch.turnRad);
  const sin = Math.sin(touch.turnRad);
  for (let row = 0; row < impressionHeightPx; row++) {
    for (let column = 0; column < impressionWidthPx; column++) {
      const glassX = column - impressionWidthPx / 2 - touch.shiftX;
      const glassY = row - impressionHeightPx / 2 - touch.shiftY;
      const pulledX = glassX + drag.x(glassX, glassY);
      const pulledY = glassY + drag.y(glassX, glassY);
      const skinX = cos * pulledX + sin * pulledY;
      const skinY = -sin * pulledX + cos * pulledY;
      const patch = patches(column, row);
      const pressure = pressureAt(master, touch, { skinX, skinY }) + 0.12 * patch;
      const ink =
        pressure <= 0
          ? 0
          : inkAt(touch, ridgeAt(master, skinX, skinY), {
              pressure,
              patch,
              fine: fine(column, row),
            });
      const grey = 236 - ink * 168 * touch.contrast + touch.grain * grain.gaussian();
      pixels[row * impressionWidthPx + column] = Math.max(0, Math.min(255, Math.round(grey)));
    }
  }
  return {
    widthPx: impressionWidthPx,
    heightPx: impressionHeightPx,
    resolutionDpi: 500,
    pixels,
  };
}

function drawTouch(condition: Condition, random: Random): Touch {
  const side = random.chance(0.5) ? 1 : -1;
  const normal: Touch = {
    shiftX: 9 * random.gaussian(),
    shiftY: 11 * random.gaussian(),
    turnRad: 0.11 * random.gaussian(),
    contact: 0.86 + 0.08 * random.next(),
    contactX: 8 * random.gaussian(),
    contactY: 8 * random.gaussian(),
    ridgeWidth: 0.16 * random.gaussian(),
    contrast: 0.9 + 0.1 * random.next(),
    gaps: 0.08 + 0.08 * random.next(),
    puddles: 0.06 * random.next(),
    grain: 4,
  };
  switch (condition) {
    case "normal":
      return normal;
    case "dry":
      return { ...normal, ridgeWidth: -0.42, contrast: 0.66, gaps: 0.62, contact: 0.8, grain: 7 };
    case "wet":
      return { ...normal, ridgeWidth: 0.5, contrast: 0.97, puddles: 0.6, gaps: 0, contact: 0.97 };
    case "partial":
      return {
        ...normal,
        contact: 0.52,
        contactX: side * (34 + 14 * random.next()),
        contactY: 46 + 20 * random.next(),
      };
    case "shifted":
      return {
        ...normal,
        shiftX: side * (34 + 18 * random.next()),
        shiftY: 26 * random.gaussian(),
        turnRad: 0.28 * side,
      };
  }
}

type Drag = {
  x(x: number, y: number): number;
  y(x: number, y: number): number;
};

/** Skin sticks to the glass and is dragged and twisted: slow waves of some pixels, and a twist that dies out. */
function drawDrag(random: Random): Drag {
  const wave = (): ((x: number, y: number) => number) => {
    const [kx, ky] = [0.011 * random.gaussian(), 0.011 * random.gaussian()];
    const phase = 2 * Math.PI * random.next();
    const amplitude = 2.2 * random.gaussian();
    return (x, y) => amplitude * Math.sin(kx * x + ky * y + phase);
  };
  const [x1, x2, y1, y2] = [wave(), wave(), wave(), wave()];
  const twist = 0.05 * random.gaussian();
  const stretchX = 0.015 * random.gaussian();
  const stretchY = 0.015 * random.gaussian();
  const twistAt = (x: number, y: number): number => twist * Math.exp(-(x * x + y * y) / 9000);
  return {
    x: (x, y) => x1(x, y) + x2(x, y) + stretchX * x - twistAt(x, y) * y,
    y: (x, y) => y1(x, y) + y2(x, y) + stretchY * y + twistAt(x, y) * x,
  };
}

/** 0 at the edge of the contact area, about 1 in its middle, negative outside. */
function pressureAt(
  master: FingerMaster,
  touch: Touch,
  at: { readonly skinX: number; readonly skinY: number },
): number {
  const { halfWidthPx, halfHeightPx } = master.outline;
  const outer = (at.skinX / halfWidthPx) ** 2 + (at.skinY / halfHeightPx) ** 2;
  if (outer >= 1) return -1;
  const x = (at.skinX - touch.contactX) / (halfWidthPx * touch.contact);
  const y = (at.skinY - touch.contactY) / (halfHeightPx * touch.contact);
  return Math.min(1, 2.4 * (1 - (x * x + y * y)), 6 * (1 - outer));
}

function ridgeAt(master: FingerMaster, skinX: number, skinY: number): number {
  const x = skinX + master.widthPx / 2;
  const y = skinY + master.heightPx / 2;
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < 0 || top < 0 || left + 1 >= master.widthPx || top + 1 >= master.heightPx) return 0;
  const { ridges, widthPx } = master;
  const at = top * widthPx + left;
  const upper = (ridges[at] ?? 0) * (left + 1 - x) + (ridges[at + 1] ?? 0) * (x - left);
  const lower =
    (ridges[at + widthPx] ?? 0) * (left + 1 - x) + (ridges[at + widthPx + 1] ?? 0) * (x - left);
  return upper * (top + 1 - y) + lower * (y - top);
}

/** How dark a point is, 0 … 1: the ridge's height over a threshold that pressure and moisture move. */
function inkAt(
  touch: Touch,
  ridge: number,
  local: { readonly pressure: number; readonly patch: number; readonly fine: number },
): number {
  const width = touch.ridgeWidth + 0.55 * (local.pressure - 0.7) + 0.22 * local.patch;
  let ink = 1 / (1 + Math.exp(-4.6 * (ridge + width)));
  // Dry skin touches with its highest points only; a few pores show on any skin.
  const gap = local.fine + 0.7 * local.patch - 1.55 + 1.9 * touch.gaps;
  if (gap > 0) ink *= Math.max(0, 1 - 1.5 * gap);
  const puddle = touch.puddles * (0.5 + 0.9 * local.patch);
  if (puddle > 0) ink += (1 - ink) * Math.min(0.8, puddle);
  return ink * Math.min(1, local.pressure * 3);
}

/**
 * Smooth random patches, mean 0, deviation about 1, `sizePx` across: a coarse grid of normals, interpolated. The grid lies
 * askew (3-4-5), so that its axes do not show in the picture.
 */
function createPatches(random: Random, sizePx: number): (column: number, row: number) => number {
  const columns = Math.ceil((0.8 * impressionWidthPx + 0.6 * impressionHeightPx) / sizePx) + 2;
  const rows = Math.ceil((0.8 * impressionHeightPx + 0.6 * impressionWidthPx) / sizePx) + 2;
  const knots = Float32Array.from({ length: columns * rows }, () => random.gaussian());
  return (column, row) => {
    const x = (0.8 * column + 0.6 * row) / sizePx;
    const y = (0.8 * row + 0.6 * (impressionWidthPx - column)) / sizePx;
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

function eased(t: number): number {
  return t * t * (3 - 2 * t);
}
