import type { Minutia, Template } from "../../biometrics/engine-api.ts";
import { bell, seededItem, wholeBetween, type Random } from "./seeded.ts";

/** A finger that exists only as minutiae: what a gallery needs to be large, at a thousandth of a drawn print's cost. */
export type SyntheticFinger = {
  readonly merged: Template;
  readonly placements: readonly Template[];
};

/** Optical sensor's window at 500 dpi (R307), px. */
const WINDOW = { widthPx: 256, heightPx: 288 };
/** Minutiae are about a ridge and a half apart at least, px; a finger shows 40 … 75 (FVC sets merged: 78). */
const APART_PX = 11;
const MIN_MINUTIAE = 40;
const MAX_MINUTIAE = 75;
/** What a placement changes: share of minutiae seen, spread of places and angles, shift and turn of the finger. */
const SEEN_SHARE = 0.75;
const PLACE_SIGMA_PX = 2;
const ANGLE_SIGMA_RAD = 0.08;
const SHIFT_SIGMA_PX = 12;
const TURN_SIGMA_RAD = 0.12;

const TWO_PI = 2 * Math.PI;
const wrap = (rad: number): number => ((rad % TWO_PI) + TWO_PI) % TWO_PI;

type Flow = (x: number, y: number) => number;

/** Ridge direction around one core and one delta (Sherlock and Monro's zero-pole model), as loops have it. */
const loopFlow = (random: Random): Flow => {
  const core = { x: 128 + 15 * bell(random), y: 120 + 15 * bell(random) };
  const delta = { x: core.x + 70 + 20 * bell(random), y: core.y + 130 + 15 * bell(random) };
  const mirrored = random() < 0.5;
  return (x, y) => {
    const across = mirrored ? 2 * core.x - x : x;
    const turn =
      Math.atan2(core.y - y, across - core.x) - Math.atan2(delta.y - y, across - delta.x);
    return (mirrored ? -0.5 : 0.5) * turn;
  };
};

const isOnFinger = (x: number, y: number): boolean =>
  ((x - 128) / 125) ** 2 + ((y - 144) / 142) ** 2 < 1;

const growMinutiae = (random: Random): Minutia[] => {
  const flow = loopFlow(random);
  const wanted = wholeBetween(random, MIN_MINUTIAE, MAX_MINUTIAE);
  const found: Minutia[] = [];
  for (let tries = 0; found.length < wanted && tries < 5000; tries++) {
    const x = Math.floor(random() * WINDOW.widthPx);
    const y = Math.floor(random() * WINDOW.heightPx);
    const free = found.every((other) => Math.hypot(other.x - x, other.y - y) >= APART_PX);
    if (!isOnFinger(x, y) || !free) continue;
    const sense = random() < 0.5 ? 0 : Math.PI;
    found.push({
      x,
      y,
      angleRad: wrap(flow(x, y) + sense + ANGLE_SIGMA_RAD * bell(random)),
      type: random() < 0.6 ? "ending" : "bifurcation",
      quality: wholeBetween(random, 50, 95),
    });
  }
  return found;
};

/** The finger put down once more: shifted, turned, partly seen. */
const place = (minutiae: readonly Minutia[], random: Random): Template => {
  const turnRad = TURN_SIGMA_RAD * bell(random);
  const [cos, sin] = [Math.cos(turnRad), Math.sin(turnRad)];
  const shift = { x: SHIFT_SIGMA_PX * bell(random), y: SHIFT_SIGMA_PX * bell(random) };
  const seen: Minutia[] = [];
  for (const minutia of minutiae) {
    const [fromX, fromY] = [minutia.x - 128, minutia.y - 144];
    const x = Math.round(128 + cos * fromX + sin * fromY + shift.x + PLACE_SIGMA_PX * bell(random));
    const y = Math.round(144 - sin * fromX + cos * fromY + shift.y + PLACE_SIGMA_PX * bell(random));
    const angleRad = wrap(minutia.angleRad + turnRad + ANGLE_SIGMA_RAD * bell(random));
    if (random() > SEEN_SHARE) continue;
    if (x < 0 || y < 0 || x >= WINDOW.widthPx || y >= WINDOW.heightPx) continue;
    seen.push({ ...minutia, x, y, angleRad });
  }
  return { ...WINDOW, minutiae: seen, placementCount: 1 };
};

/** The `index`-th finger of a seed with `placementCount` placements; its merged template is the finger itself. */
export const growFinger = (
  seed: number,
  index: number,
  placementCount: number,
): SyntheticFinger => {
  const random = seededItem(seed, index);
  const minutiae = growMinutiae(random);
  const placements = Array.from({ length: placementCount }, () => place(minutiae, random));
  return { merged: { ...WINDOW, minutiae, placementCount }, placements };
};
