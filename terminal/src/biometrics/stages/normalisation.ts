import { NORMALISATION } from "../parameters.ts";
import { boxBlurTwice, createPlane, gaussianBlur, type Plane } from "../primitives/plane.ts";

export type Normalised = {
  /** Zero mean, unit deviation in every neighbourhood; ridges positive. */
  readonly ridges: Plane;
  /** Local standard deviation in grey levels. */
  readonly contrast: Plane;
  /** Local mean in grey levels. */
  readonly brightness: Plane;
};

const square = (plane: Plane): Plane => {
  const result = createPlane(plane.widthPx, plane.heightPx);
  for (let i = 0; i < plane.data.length; i++) {
    const value = plane.data[i] ?? 0;
    result.data[i] = value * value;
  }
  return result;
};

/** Removes what pressure, moisture and grey-level steps did: local mean 0, local deviation 1, dark becomes positive. */
export const normalise = (image: Plane): Normalised => {
  const { windowRadiusPx, contrastFloor, clip, smoothingSigmaPx } = NORMALISATION;
  const smooth = gaussianBlur(image, smoothingSigmaPx);
  const brightness = boxBlurTwice(smooth, windowRadiusPx);
  const contrast = boxBlurTwice(square(smooth), windowRadiusPx);
  const ridges = createPlane(image.widthPx, image.heightPx);
  for (let i = 0; i < ridges.data.length; i++) {
    const mean = brightness.data[i] ?? 0;
    const deviation = Math.sqrt(Math.max(0, (contrast.data[i] ?? 0) - mean * mean));
    contrast.data[i] = deviation;
    const value = (mean - (smooth.data[i] ?? 0)) / (deviation + contrastFloor);
    ridges.data[i] = Math.min(clip, Math.max(-clip, value));
  }
  return { ridges, contrast, brightness };
};
