import type { Template } from "./engine-api.ts";
import { RESIDUAL } from "./parameters.ts";
import { directionDifference } from "./primitives/angles.ts";

/** Minutiae of `now` that `previous` shows at the very same place. */
const countInPlace = (now: Template, previous: Template): number =>
  now.minutiae.filter((minutia) =>
    previous.minutiae.some(
      (other) =>
        Math.hypot(minutia.x - other.x, minutia.y - other.y) <= RESIDUAL.reachPx &&
        directionDifference(minutia.angleRad, other.angleRad) <= RESIDUAL.reachRad,
    ),
  ).length;

/**
 * Whether a placement is what the one before it left on the glass: the same minutiae at the same pixels. Nobody puts a finger down
 * twice so exactly, and skin is pulled another way every time; a latent print that breath, light or a wet finger brings
 * back lies where it was left. Both must come from one sensor, one after the other, with the finger lifted in between (one that
 * lies still is read twice at the same place, too).
 */
export const isResidual = (now: Template, previous: Template): boolean =>
  now.minutiae.length >= RESIDUAL.minMinutiae &&
  countInPlace(now, previous) >= RESIDUAL.minShare * now.minutiae.length;
