import type { Minutia, Template } from "./engine-api.ts";
import type { GrayImage } from "./primitives/gray-image.ts";

/** Numbers in [0, 1) from a seed (mulberry32), so that every run sees the same prints. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

/** A place where the phase of the ridges winds once: a minutia of known position. */
export type Dislocation = { readonly x: number; readonly y: number; readonly turn: 1 | -1 };

export type RidgePattern = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly wavelengthPx: number;
  /** Centre of the circles the ridges follow. */
  readonly centre: { readonly x: number; readonly y: number };
  readonly dislocations: readonly Dislocation[];
};

/** Concentric ridges with dislocations, dark ridges on light ground (the AM-FM model of Larkin and Fletcher). */
export const drawRidges = (pattern: RidgePattern): GrayImage => {
  const { widthPx, heightPx, wavelengthPx, centre, dislocations } = pattern;
  const pixels = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      let phase = (2 * Math.PI * Math.hypot(x - centre.x, y - centre.y)) / wavelengthPx;
      for (const d of dislocations) phase += d.turn * Math.atan2(y - d.y, x - d.x);
      pixels[y * widthPx + x] = Math.round(128 + 100 * Math.cos(phase));
    }
  return { widthPx, heightPx, resolutionDpi: 500, pixels };
};

/** Points at least `apartPx` from each other and from the edge. */
export const scatter = (
  count: number,
  seed: number,
  area: { readonly widthPx: number; readonly heightPx: number; readonly apartPx: number },
): Dislocation[] => {
  const random = seeded(seed);
  const found: Dislocation[] = [];
  for (let tries = 0; found.length < count && tries < 10_000; tries++) {
    const x = area.apartPx + random() * (area.widthPx - 2 * area.apartPx);
    const y = area.apartPx + random() * (area.heightPx - 2 * area.apartPx);
    const turn = random() < 0.5 ? 1 : -1;
    if (found.every((other) => Math.hypot(other.x - x, other.y - y) > area.apartPx))
      found.push({ x, y, turn });
  }
  return found;
};

/** A print of `count` minutiae with directions that flow like ridges. */
export const randomTemplate = (count: number, seed: number): Template => {
  const widthPx = 256;
  const heightPx = 288;
  const random = seeded(seed + 1);
  const bend = 0.5 + random();
  const minutiae = scatter(count, seed, { widthPx, heightPx, apartPx: 18 }).map(
    ({ x, y, turn }): Minutia => ({
      x: Math.round(x),
      y: Math.round(y),
      angleRad:
        (((bend * x + y) / 90 + (turn > 0 ? Math.PI : 0)) % (2 * Math.PI)) + random() * 0.01,
      type: random() < 0.5 ? "ending" : "bifurcation",
      quality: 60 + Math.floor(random() * 40),
    }),
  );
  return { widthPx, heightPx, minutiae, placementCount: 1 };
};

/** The template as a finger turned and shifted would have given it; coordinates may leave the image. */
export const placedAt = (
  template: Template,
  motion: { readonly turnRad: number; readonly dx: number; readonly dy: number },
): Template => {
  const cos = Math.cos(motion.turnRad);
  const sin = Math.sin(motion.turnRad);
  const minutiae = template.minutiae.map((m) => {
    const angle = m.angleRad + motion.turnRad;
    return {
      ...m,
      x: cos * m.x + sin * m.y + motion.dx,
      y: -sin * m.x + cos * m.y + motion.dy,
      angleRad: ((angle % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI),
    };
  });
  return { ...template, minutiae };
};
