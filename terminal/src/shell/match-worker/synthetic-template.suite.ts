import type { Minutia, Template } from "../../biometrics/engine-api.ts";

/** A small seeded generator (mulberry32), so that every run sees the same fingers. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Forty minutiae of one made-up finger; another `impression` moves them a little and loses a few. */
export function syntheticTemplate(finger: number, impression = 0): Template {
  const shape = random(finger * 7919 + 1);
  const noise = random(finger * 104_729 + impression * 31 + 7);
  const minutiae: Minutia[] = [];
  for (let index = 0; index < 40; index++) {
    const x = 30 + shape() * 200;
    const y = 30 + shape() * 240;
    const angleRad = shape() * 2 * Math.PI;
    const type = shape() < 0.5 ? "ending" : "bifurcation";
    if (impression > 0 && noise() < 0.1) continue;
    const wobble = impression === 0 ? 0 : 1.5;
    minutiae.push({
      x: x + (noise() - 0.5) * 2 * wobble,
      y: y + (noise() - 0.5) * 2 * wobble,
      angleRad: (angleRad + (noise() - 0.5) * 0.05 * wobble + 2 * Math.PI) % (2 * Math.PI),
      type,
      quality: 80,
    });
  }
  return { widthPx: 260, heightPx: 300, minutiae, placementCount: 1 };
}
