import type { Minutia, Template } from "../engine-api.ts";
import { ENROLMENT, LIMITS } from "../parameters.ts";
import { signedDifference, wrapTurn } from "../primitives/angles.ts";
import { convexHull, hullReaches } from "../primitives/hull.ts";
import type { Motion } from "./alignment.ts";
import type { MatePair } from "./evidence.ts";

type Sighting = {
  readonly minutia: Minutia;
  /** Placements that showed it, and placements whose print covers the place. */
  readonly seen: number;
  readonly covered: number;
};

/** A merge in progress, in the image axes (y down) of its first placement, shifted to the origin. */
export type Merge = { readonly sightings: readonly Sighting[]; readonly placementCount: number };

/** Shifts everything so that the leftmost and topmost minutiae are at 0. */
const atOrigin = (sightings: readonly Sighting[]): readonly Sighting[] => {
  const left = Math.min(...sightings.map(({ minutia }) => minutia.x));
  const top = Math.min(...sightings.map(({ minutia }) => minutia.y));
  return sightings.map((sighting) => ({
    ...sighting,
    minutia: {
      ...sighting.minutia,
      x: sighting.minutia.x - left,
      y: sighting.minutia.y - top,
    },
  }));
};

export const startMerge = (template: Template): Merge => ({
  sightings: atOrigin(template.minutiae.map((minutia) => ({ minutia, seen: 1, covered: 1 }))),
  placementCount: template.placementCount,
});

const moved = (minutia: Minutia, { cos, sin, dx, dy }: Motion): Minutia => {
  const up = -minutia.y;
  return {
    ...minutia,
    x: cos * minutia.x - sin * up + dx,
    y: -(sin * minutia.x + cos * up + dy),
    angleRad: wrapTurn(minutia.angleRad + Math.atan2(sin, cos)),
  };
};

/** One minutia out of a known one and a new sighting of it; the known one weighs as often as it was seen. */
const blend = (known: Sighting, fresh: Minutia): Sighting => {
  const share = 1 / (known.seen + 1);
  const { minutia } = known;
  const turn = signedDifference(fresh.angleRad, minutia.angleRad);
  return {
    minutia: {
      x: minutia.x + share * (fresh.x - minutia.x),
      y: minutia.y + share * (fresh.y - minutia.y),
      angleRad: wrapTurn(minutia.angleRad + share * turn),
      type: fresh.quality > minutia.quality ? fresh.type : minutia.type,
      quality: Math.max(minutia.quality, fresh.quality),
    },
    seen: known.seen + 1,
    covered: known.covered + 1,
  };
};

const hullOf = (minutiae: readonly Minutia[]): Float32Array =>
  convexHull(
    Float32Array.from(minutiae, ({ x }) => x),
    Float32Array.from(minutiae, ({ y }) => y),
  );

const withinLimit = (sightings: Sighting[]): readonly Sighting[] =>
  sightings.length <= LIMITS.maxMergedMinutiae
    ? sightings
    : sightings
        .toSorted((s, t) => weighed(t).quality - weighed(s).quality)
        .slice(0, LIMITS.maxMergedMinutiae);

/** How a placement (as probe) lies on a merge (as candidate). */
export type Fit = { readonly motion: Motion; readonly mates: readonly MatePair[] };

/** Adds a placement to the merge it fits on. */
export const mergeInto = (merge: Merge, placement: Template, evidence: Fit): Merge => {
  const fresh = placement.minutiae.map((minutia) => moved(minutia, evidence.motion));
  const freshHull = hullOf(fresh);
  const mergedHull = hullOf(merge.sightings.map(({ minutia }) => minutia));
  const mateOf = new Map(evidence.mates.map(({ a, b }) => [b, a]));
  const used = new Set(evidence.mates.map(({ a }) => a));
  const sightings = merge.sightings.map((known, index): Sighting => {
    const mate = fresh[mateOf.get(index) ?? -1];
    if (mate !== undefined) return blend(known, mate);
    const covers = hullReaches(freshHull, known.minutia.x, known.minutia.y, 0);
    return covers ? { ...known, covered: known.covered + 1 } : known;
  });
  for (const [index, minutia] of fresh.entries()) {
    if (used.has(index)) continue;
    const covers = hullReaches(mergedHull, minutia.x, minutia.y, 0);
    sightings.push({ minutia, seen: 1, covered: covers ? 2 : 1 });
  }
  return {
    sightings: atOrigin(withinLimit(sightings)),
    placementCount: merge.placementCount + placement.placementCount,
  };
};

const weighed = ({ minutia, seen, covered }: Sighting): Minutia => {
  const share = seen >= 2 || covered === 1 ? 1 : ENROLMENT.lonelyShare;
  return {
    ...minutia,
    x: Math.round(minutia.x),
    y: Math.round(minutia.y),
    quality: Math.round(minutia.quality * share),
  };
};

/** The merge as a template, in the order of its sightings. */
export const toTemplate = (merge: Merge): Template => {
  const minutiae = merge.sightings.map(weighed);
  return {
    widthPx: Math.max(0, ...minutiae.map(({ x }) => x)) + 1,
    heightPx: Math.max(0, ...minutiae.map(({ y }) => y)) + 1,
    minutiae,
    placementCount: merge.placementCount,
  };
};
