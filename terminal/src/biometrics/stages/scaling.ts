import { LIMITS, SCALING } from "../parameters.ts";
import type { GrayImage } from "../primitives/gray-image.ts";
import { createPlane, type Plane } from "../primitives/plane.ts";
import { frame } from "./framing.ts";

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

/** For every target sample the source samples it is made of (clamped to the image) and their shares, `width` of each. */
type Spans = {
  readonly width: number;
  readonly sources: Int32Array;
  readonly shares: Float32Array;
};

/** Area averaging when shrinking, linear interpolation when enlarging. */
const spansOf = (targetPx: number, sourcePx: number, ratio: number): Spans => {
  const support = Math.max(1, ratio);
  const width = Math.ceil(2 * support) + 1;
  const sources = new Int32Array(targetPx * width);
  const shares = new Float32Array(targetPx * width);
  for (let i = 0; i < targetPx; i++) {
    const centre = (i + 0.5) * ratio - 0.5;
    const first = Math.ceil(centre - support);
    let sum = 0;
    for (let k = 0; k < width; k++) {
      const weight = Math.max(0, 1 - Math.abs(first + k - centre) / support);
      sources[i * width + k] = Math.min(sourcePx - 1, Math.max(0, first + k));
      shares[i * width + k] = weight;
      sum += weight;
    }
    for (let k = i * width; k < (i + 1) * width; k++) shares[k] = (shares[k] ?? 0) / sum;
  }
  return { width, sources, shares };
};

/** Whole rows added with their shares. */
const scaleColumns = (image: GrayImage, targetPx: number, ratio: number): Plane => {
  const { widthPx, heightPx, pixels } = image;
  const { width, sources, shares } = spansOf(targetPx, heightPx, ratio);
  const result = createPlane(widthPx, targetPx);
  for (let y = 0; y < targetPx; y++) {
    const row = result.data.subarray(y * widthPx, (y + 1) * widthPx);
    for (let k = y * width; k < (y + 1) * width; k++) {
      const share = shares[k] ?? 0;
      const from = (sources[k] ?? 0) * widthPx;
      if (share === 0) continue;
      for (let x = 0; x < widthPx; x++) row[x] = (row[x] ?? 0) + share * (pixels[from + x] ?? 0);
    }
  }
  return result;
};

const scaleRows = (plane: Plane, targetPx: number, ratio: number): Plane => {
  const { widthPx, heightPx, data } = plane;
  const { width, sources, shares } = spansOf(targetPx, widthPx, ratio);
  const result = createPlane(targetPx, heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < targetPx; x++) {
      let sum = 0;
      for (let k = x * width; k < (x + 1) * width; k++)
        sum += (shares[k] ?? 0) * (data[y * widthPx + (sources[k] ?? 0)] ?? 0);
      result.data[y * targetPx + x] = sum;
    }
  return result;
};

/**
 * The image as samples at 500 dpi, at most `SCALING.maxSidePx` a side.
 * @throws InvalidImageError when the size, the resolution or the pixel count is outside `LIMITS`.
 */
export const scaleToWorkingResolution = (image: GrayImage): Plane => {
  requireImage(image);
  const ratio = image.resolutionDpi / SCALING.workingDpi;
  const framed = frame(image, Math.floor(SCALING.maxSidePx * ratio));
  if (Math.abs(ratio - 1) < SCALING.keepWithin) return copy(framed);
  const widthPx = Math.max(1, Math.round(framed.widthPx / ratio));
  const heightPx = Math.max(1, Math.round(framed.heightPx / ratio));
  return scaleRows(scaleColumns(framed, heightPx, ratio), widthPx, ratio);
};
