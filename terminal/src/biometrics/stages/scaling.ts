import { LIMITS, SCALING } from "../parameters.ts";
import type { GrayImage } from "../primitives/gray-image.ts";
import { createPlane, type Plane } from "../primitives/plane.ts";

/** The caller handed over something that is not an image this engine can read at all. */
export class InvalidImageError extends Error {
  override readonly name: string = "InvalidImageError";
}

const requireImage = ({ widthPx, heightPx, resolutionDpi, pixels }: GrayImage): void => {
  const sideOk = (side: number): boolean =>
    Number.isInteger(side) && side >= LIMITS.minSidePx && side <= LIMITS.maxSidePx;
  if (!sideOk(widthPx) || !sideOk(heightPx))
    throw new InvalidImageError(`image of ${widthPx}x${heightPx} px is outside the limits`);
  if (!(resolutionDpi >= LIMITS.minDpi && resolutionDpi <= LIMITS.maxDpi))
    throw new InvalidImageError(`resolution of ${resolutionDpi} dpi is outside the limits`);
  if (pixels.length !== widthPx * heightPx)
    throw new InvalidImageError(`${pixels.length} pixels for ${widthPx}x${heightPx}`);
};

const copy = (image: GrayImage): Plane => {
  const plane = createPlane(image.widthPx, image.heightPx);
  plane.data.set(image.pixels);
  return plane;
};

/** First and last source sample and their share for every target sample: area averaging, linear when enlarging. */
const spans = (targetPx: number, ratio: number): Float32Array[] => {
  const weights: Float32Array[] = [];
  const support = Math.max(1, ratio);
  for (let i = 0; i < targetPx; i++) {
    const centre = (i + 0.5) * ratio - 0.5;
    const first = Math.ceil(centre - support);
    const last = Math.floor(centre + support);
    const span = new Float32Array(last - first + 2);
    span[0] = first;
    let sum = 0;
    for (let s = first; s <= last; s++) {
      const weight = Math.max(0, 1 - Math.abs(s - centre) / support);
      span[s - first + 1] = weight;
      sum += weight;
    }
    for (let k = 1; k < span.length; k++) span[k] = (span[k] ?? 0) / sum;
    weights.push(span);
  }
  return weights;
};

const clampIndex = (index: number, length: number): number =>
  Math.min(length - 1, Math.max(0, index));

const scaleRows = (plane: Plane, targetPx: number, ratio: number): Plane => {
  const result = createPlane(targetPx, plane.heightPx);
  const columns = spans(targetPx, ratio);
  for (let y = 0; y < plane.heightPx; y++)
    for (const [x, span] of columns.entries()) {
      let sum = 0;
      for (let k = 1; k < span.length; k++) {
        const source = clampIndex((span[0] ?? 0) + k - 1, plane.widthPx);
        sum += (span[k] ?? 0) * (plane.data[y * plane.widthPx + source] ?? 0);
      }
      result.data[y * targetPx + x] = sum;
    }
  return result;
};

const transpose = (plane: Plane): Plane => {
  const { widthPx, heightPx, data } = plane;
  const result = createPlane(heightPx, widthPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) result.data[x * heightPx + y] = data[y * widthPx + x] ?? 0;
  return result;
};

/**
 * The image as samples at 500 dpi.
 * @throws InvalidImageError when the size, the resolution or the pixel count is outside `LIMITS`.
 */
export const scaleToWorkingResolution = (image: GrayImage): Plane => {
  requireImage(image);
  const ratio = image.resolutionDpi / SCALING.workingDpi;
  if (Math.abs(ratio - 1) < SCALING.keepWithin) return copy(image);
  const widthPx = Math.max(1, Math.round(image.widthPx / ratio));
  const heightPx = Math.max(1, Math.round(image.heightPx / ratio));
  const wide = scaleRows(copy(image), widthPx, ratio);
  return transpose(scaleRows(transpose(wide), heightPx, ratio));
};
