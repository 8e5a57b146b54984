import type { Minutia, Template } from "../../biometrics/engine-api.ts";
import { growFinger } from "./identify-fingers.ts";
import { bell, pick, wholeBetween, type Random } from "./seeded.ts";

/** Coordinates from inside a sensor to far outside of anything; never NaN, which the type's ranges exclude. */
const REACHES_PX = [1, 20, 256, 2047, 60_000, 1e9] as const;
const MAX_MINUTIAE = 200;

const LARGE_SHARE = 1 / 16;

const count = (random: Random): number =>
  random() < LARGE_SHARE
    ? wholeBetween(random, 60, MAX_MINUTIAE)
    : pick(random, [0, 1, 2, 3, wholeBetween(random, 4, 20), wholeBetween(random, 4, 60)]);

const anyAngle = (random: Random): number =>
  pick(random, [
    0,
    Math.PI,
    2 * Math.PI,
    -Math.PI,
    1e6 * bell(random),
    random() * 2 * Math.PI,
    random() * 2 * Math.PI,
  ]);

const anyMinutia = (random: Random, reachPx: number): Minutia => ({
  x: pick(random, [0, reachPx, random() * reachPx, Math.floor(random() * reachPx), -reachPx]),
  y: pick(random, [0, reachPx, random() * reachPx, Math.floor(random() * reachPx), -reachPx]),
  angleRad: anyAngle(random),
  type: random() < 0.5 ? "ending" : "bifurcation",
  quality: pick(random, [0, 100, wholeBetween(random, 0, 100)]),
});

const shapeless = (random: Random): Minutia[] => {
  const reachPx = pick(random, [...REACHES_PX]);
  return Array.from({ length: count(random) }, () => anyMinutia(random, reachPx));
};

const duplicates = (random: Random): Minutia[] => {
  const few = Array.from({ length: wholeBetween(random, 1, 3) }, () => anyMinutia(random, 256));
  return Array.from({ length: count(random) }, (_, i) => few[i % few.length]).filter(
    (minutia) => minutia !== undefined,
  );
};

const inLine = (random: Random): Minutia[] => {
  const [stepX, stepY] = [wholeBetween(random, 0, 3), wholeBetween(random, 0, 3)];
  const model = anyMinutia(random, 20);
  return Array.from({ length: count(random) }, (_, i) => ({
    ...model,
    x: i * stepX,
    y: i * stepY,
  }));
};

const lattice = (random: Random): Minutia[] => {
  const [stepPx, across] = [wholeBetween(random, 1, 40), wholeBetween(random, 1, 14)];
  const model = anyMinutia(random, 20);
  return Array.from({ length: count(random) }, (_, i) => ({
    ...model,
    x: (i % across) * stepPx,
    y: Math.floor(i / across) * stepPx,
  }));
};

const disturbed = (minutiae: readonly Minutia[], random: Random): Minutia[] =>
  minutiae.map((minutia) => (random() < 0.1 ? anyMinutia(random, 256) : minutia));

/** A template no sensor gives, or a plausible one with some of its minutiae exchanged. */
export const growTemplate = (random: Random): Template => {
  const shape = pick(random, [shapeless, duplicates, inLine, lattice, null, null]);
  if (shape !== null)
    return {
      widthPx: wholeBetween(random, 1, 2048),
      heightPx: wholeBetween(random, 1, 2048),
      minutiae: shape(random),
      placementCount: wholeBetween(random, 1, 8),
    };
  const { merged, placements } = growFinger(
    wholeBetween(random, 0, 3),
    wholeBetween(random, 0, 50),
    2,
  );
  const template = pick(random, [merged, ...placements]);
  return random() < 0.5
    ? template
    : { ...template, minutiae: disturbed(template.minutiae, random) };
};

/** Bytes that were an encoded template before something happened to them, or never were. */
export const mutateBytes = (bytes: Uint8Array, random: Random): Uint8Array => {
  const result = Uint8Array.from(bytes);
  const at = Math.floor(random() * result.length);
  switch (wholeBetween(random, 0, 7)) {
    case 0:
      return result;
    case 1:
      return result.slice(0, at);
    case 2:
      return Uint8Array.of(...result, ...Array.from({ length: 1 + at }, () => random() * 256));
    case 3:
      return result.map(() => random() * 256);
    case 4:
      return result.fill(pick(random, [0, 0xff]), at);
    case 5:
      // A view into a larger buffer, as a database row is.
      return Buffer.concat([Buffer.alloc(3), result, Buffer.alloc(5)]).subarray(
        3,
        3 + result.length,
      );
    default:
      for (let flips = wholeBetween(random, 1, 8); flips > 0; flips--) {
        const place = Math.floor(
          random() * (random() < 0.5 ? Math.min(8, result.length) : result.length),
        );
        result[place] = (result[place] ?? 0) ^ (1 << wholeBetween(random, 0, 7));
      }
      return result;
  }
};
