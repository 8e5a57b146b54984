import type { Template } from "./engine-api.ts";
import { RESIDUAL } from "./parameters.ts";
import { directionDifference } from "./primitives/angles.ts";
import type { GrayImage } from "./primitives/gray-image.ts";

/** What is kept of a placement until the next one of the same sensor. */
export type PlacementTrace = {
  readonly template: Template;
  /** Deviation of the image's grey levels (`contrastOf`). */
  readonly contrast: number;
};

/** Standard deviation of all grey levels of an image, 0 … 127.5. */
export const contrastOf = ({ pixels }: GrayImage): number => {
  let sum = 0;
  let sumOfSquares = 0;
  for (const grey of pixels) {
    sum += grey;
    sumOfSquares += grey * grey;
  }
  const mean = sum / pixels.length;
  return Math.sqrt(Math.max(0, sumOfSquares / pixels.length - mean * mean));
};

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
 * Whether a placement is what the one before it left on the glass: the same minutiae at the same pixels, and fainter. Nobody puts
 * a finger down twice so exactly, and skin is pulled another way every time; a latent print that breath, light or a wet finger brings
 * back lies where it was left, as grease without skin behind it. Both must come from one sensor, one after the other, with the finger
 * lifted in between (one that lies still is read twice at the same place, too).
 */
export const isResidual = (now: PlacementTrace, previous: PlacementTrace): boolean =>
  now.template.minutiae.length >= RESIDUAL.minMinutiae &&
  now.contrast <= RESIDUAL.maxContrastShare * previous.contrast &&
  countInPlace(now.template, previous.template) >= RESIDUAL.minShare * now.template.minutiae.length;
