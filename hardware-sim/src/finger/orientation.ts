import type { Random } from "../random.ts";

/** Henry's classes as far as they shape the ridge flow. */
export type FingerClass =
  "left-loop" | "right-loop" | "whorl" | "twin-loop" | "arch" | "tented-arch";

/** Ridge directions of a whole fingertip. Points are in pixels at 500 dpi from the centre of the print, y up. */
export type RidgeFlow = {
  readonly fingerClass: FingerClass;
  /** Direction of the ridge at a point, radians, modulo π. */
  directionAt(x: number, y: number): number;
};

type Point = { readonly x: number; readonly y: number };

/**
 * Shares over all fingers: arches 3.7 %, tented arches 2.9 %, left loops 33.8 %, right loops 31.7 %, whorls 27.9 %
 * (NIST; Cappelli and Maltoni, "On the spatial distribution of fingerprint singularities", PAMI 2009), a fifth of
 * the whorls with two loops.
 */
function drawClass(random: Random): FingerClass {
  const draw = random.next();
  if (draw < 0.338) return "left-loop";
  if (draw < 0.655) return "right-loop";
  if (draw < 0.878) return "whorl";
  if (draw < 0.934) return "twin-loop";
  return draw < 0.971 ? "arch" : "tented-arch";
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

/** A core or delta, and how it turns the ridges seen under every angle. */
type Singularity = Point & {
  readonly bend: Float64Array;
  /** Where ridges leave a core straight: the inside of its loop. */
  readonly opening: number;
  /** How much rounder the ridges run on the other side; 0 for deltas. */
  readonly roundness: number;
};

const bendKnots = 8;

/**
 * Sherlock and Monro (1993): each core turns the field by half its angle one way, each delta the other way. Their lines
 * are parabolas; real loops have parallel legs and a round end, so the turning is drawn towards the end.
 */
function singularFlow(fingerClass: FingerClass, random: Random): Direction {
  const { cores, deltas } = drawSingularities(fingerClass, random);
  const dome = 0.3 + 0.25 * random.next();
  const bentCores = cores.map((core) => ({
    ...core,
    bend: drawBend(random),
    opening: openingOf(core, cores, deltas),
    roundness: 0.55 + 0.25 * random.next(),
  }));
  const bentDeltas = deltas.map((delta) => ({
    ...delta,
    bend: drawBend(random),
    opening: 0,
    roundness: 0,
  }));
  return (x, y) => {
    let turns = 0;
    for (const core of bentCores) turns += turnAround(core, x, y);
    for (const delta of bentDeltas) turns -= turnAround(delta, x, y);
    // The plain model is too flat beside the cores: one smooth term more.
    const above = 1 / (1 + Math.exp(-(y + 40) / 35));
    return turns / 2 - dome * above * Math.tanh(x / 90);
  };
}

/** The one direction in which the ridge at a core points away from it: twice what all others turn it. */
function openingOf(core: Point, cores: readonly Point[], deltas: readonly Point[]): number {
  const angleTo = (other: Point): number => Math.atan2(core.y - other.y, core.x - other.x);
  const others = cores.filter((other) => other !== core);
  return (
    others.reduce((sum, other) => sum + angleTo(other), 0) -
    deltas.reduce((sum, delta) => sum + angleTo(delta), 0)
  );
}

/** Vizcaya and Gerhardt (1996): the angle around a singular point is no straight line; knots say how it bends. */
function drawBend(random: Random): Float64Array {
  return Float64Array.from({ length: bendKnots }, () => 0.09 * clamp(random.gaussian(), -2, 2));
}

const roundReachPx = 110;

function turnAround(point: Singularity, x: number, y: number): number {
  const [dx, dy] = [x - point.x, y - point.y];
  const angle = Math.atan2(dy, dx);
  const knot = (angle / (2 * Math.PI) + 0.5) * bendKnots;
  const low = Math.floor(knot);
  const share = knot - low;
  const a = point.bend[low % bendKnots] ?? 0;
  const b = point.bend[(low + 1) % bendKnots] ?? 0;
  const bend = a + (b - a) * share * share * (3 - 2 * share);
  const round = point.roundness / (1 + (dx * dx + dy * dy) / roundReachPx ** 2);
  return angle + bend - round * Math.sin(angle - point.opening);
}

function drawSingularities(
  fingerClass: FingerClass,
  random: Random,
): { readonly cores: readonly Point[]; readonly deltas: readonly Point[] } {
  const near = (x: number, y: number, spread: number): Point => ({
    x: x + spread * clamp(random.gaussian(), -2, 2),
    y: y + spread * clamp(random.gaussian(), -2, 2),
  });
  const side = fingerClass === "left-loop" ? 1 : -1;
  const rise = 22 + 12 * clamp(random.gaussian(), -2, 2);
  switch (fingerClass) {
    case "left-loop":
    case "right-loop": {
      // From a few ridges to twenty between core and delta.
      const reach = 0.55 + 0.55 * random.next();
      const delta = near(side * 118 * reach, rise - 140 * reach, 9);
      return { cores: [near(side * 6, rise, 6)], deltas: [delta] };
    }
    case "twin-loop": {
      const tilt = random.chance(0.5) ? 1 : -1;
      const cores = [near(tilt * 17, rise + 16, 6), near(tilt * -17, rise - 34, 6)];
      return { cores, deltas: [near(-122, -95, 12), near(122, -95, 12)] };
    }
    case "tented-arch":
      return { cores: [near(0, rise - 10, 5)], deltas: [near(0, rise - 75, 10)] };
    case "whorl":
    case "arch": {
      const gap = 5 + 24 * random.next();
      const cores = [near(0, rise + gap, 4), near(0, rise - gap, 4)];
      return { cores, deltas: [near(-115, -90, 15), near(115, -90, 15)] };
    }
  }
}

/** No finger follows a formula: slow waves of a few degrees. */
function drawWave(random: Random): Direction {
  const waves = Array.from({ length: 5 }, () => ({
    kx: 0.016 * random.gaussian(),
    ky: 0.016 * random.gaussian(),
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
