import type { Random } from "../random.ts";

/** Henry's classes as far as they shape the ridge flow. */
export type FingerClass = "left-loop" | "right-loop" | "whorl" | "twin-loop" | "arch";

/** Ridge directions of a whole fingertip. Points are in pixels at 500 dpi from the centre of the print, y up. */
export type RidgeFlow = {
  readonly fingerClass: FingerClass;
  /** Direction of the ridge at a point, radians, modulo π. */
  directionAt(x: number, y: number): number;
};

type Point = { readonly x: number; readonly y: number };

/** Shares found in large collections: loops two thirds, whorls under a third, arches a few per cent. */
function drawClass(random: Random): FingerClass {
  const draw = random.next();
  if (draw < 0.33) return "left-loop";
  if (draw < 0.64) return "right-loop";
  if (draw < 0.87) return "whorl";
  return draw < 0.94 ? "twin-loop" : "arch";
}

export function drawFlow(random: Random): RidgeFlow {
  const fingerClass = drawClass(random);
  const wave = drawWave(random);
  const base = fingerClass === "arch" ? archFlow(random) : singularFlow(fingerClass, random);
  return { fingerClass, directionAt: (x, y) => base(x, y) + wave(x, y) };
}

type Direction = (x: number, y: number) => number;

/** Arches have no singular point: ridges rise and fall in a hump that dies out towards the joint. */
function archFlow(random: Random): Direction {
  const width = 120 + 30 * random.next();
  const height = 0.9 + 0.5 * random.next();
  const centre = 10 * random.gaussian();
  return (x, y) => {
    const rise = height * Math.max(0, Math.min(1.15, 0.55 + y / 220));
    return -Math.atan(rise * 1.4 * Math.sin((Math.PI * clamp((x - centre) / width, -1, 1)) / 1.1));
  };
}

/** Sherlock and Monro: each core turns the field by half its angle one way, each delta the other way. */
function singularFlow(fingerClass: FingerClass, random: Random): Direction {
  const { cores, deltas } = drawSingularities(fingerClass, random);
  const dome = 0.25 + 0.2 * random.next();
  return (x, y) => {
    let turns = 0;
    for (const core of cores) turns += Math.atan2(y - core.y, x - core.x);
    for (const delta of deltas) turns -= Math.atan2(y - delta.y, x - delta.x);
    // The plain model is too flat beside the cores; Vizcaya and Gerhardt bend it, here with one smooth term.
    const above = 1 / (1 + Math.exp(-(y + 40) / 35));
    return turns / 2 - dome * above * Math.tanh(x / 90);
  };
}

function drawSingularities(
  fingerClass: FingerClass,
  random: Random,
): { readonly cores: readonly Point[]; readonly deltas: readonly Point[] } {
  const near = (x: number, y: number, spread: number): Point => ({
    x: x + spread * random.gaussian(),
    y: y + spread * random.gaussian(),
  });
  const side = fingerClass === "left-loop" ? 1 : -1;
  switch (fingerClass) {
    case "left-loop":
    case "right-loop":
      return { cores: [near(side * 6, 22, 8)], deltas: [near(side * 105, -105, 13)] };
    case "twin-loop": {
      const tilt = random.chance(0.5) ? 1 : -1;
      const cores = [near(tilt * 17, 38, 5), near(tilt * -17, -12, 5)];
      return { cores, deltas: [near(-122, -95, 10), near(122, -95, 10)] };
    }
    case "whorl":
    case "arch": {
      const gap = 9 + 16 * random.next();
      const cores = [near(0, 22 + gap, 3), near(0, 22 - gap, 3)];
      return { cores, deltas: [near(-118, -92, 12), near(118, -92, 12)] };
    }
  }
}

/** No finger follows a formula: slow waves of a few degrees. */
function drawWave(random: Random): Direction {
  const waves = Array.from({ length: 5 }, () => ({
    kx: 0.022 * random.gaussian(),
    ky: 0.022 * random.gaussian(),
    phase: 2 * Math.PI * random.next(),
    amplitude: 0.05 + 0.05 * random.next(),
  }));
  return (x, y) => {
    let sum = 0;
    for (const wave of waves) {
      sum += wave.amplitude * Math.sin(wave.kx * x + wave.ky * y + wave.phase);
    }
    return sum;
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
