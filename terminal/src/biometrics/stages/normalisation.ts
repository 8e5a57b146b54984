import { flatten } from "../kernels/flatten.ts";
import { NORMALISATION } from "../parameters.ts";
import { cellMoments, type CellMoments } from "../primitives/cell-grid.ts";
import { gaussianBlur, type Plane } from "../primitives/plane.ts";

export type Normalised = {
  /** Zero mean, unit deviation in every neighbourhood; ridges positive. */
  readonly ridges: Plane;
  /** Per cell: local standard deviation in grey levels. */
  readonly contrast: Plane;
  /** Per cell: local mean in grey levels. */
  readonly brightness: Plane;
  /** Of the single cells, in grey levels. */
  readonly moments: CellMoments;
};

/** Removes what pressure, moisture and grey-level steps did; what a neighbourhood is like is measured on the cells. */
export const normalise = (image: Plane): Normalised => {
  const { windowSigmaCells, smoothingSigmaPx, contrastFloor: floor, clip } = NORMALISATION;
  const smooth = gaussianBlur(image, smoothingSigmaPx);
  const moments = cellMoments(smooth);
  const brightness = gaussianBlur(moments.mean, windowSigmaCells);
  const contrast = gaussianBlur(moments.meanSquare, windowSigmaCells);
  for (let cell = 0; cell < contrast.data.length; cell++) {
    const mean = brightness.data[cell] ?? 0;
    contrast.data[cell] = Math.sqrt(Math.max(0, (contrast.data[cell] ?? 0) - mean * mean));
  }
  const ridges = flatten(smooth, { brightness, contrast, floor, clip });
  return { ridges, contrast, brightness, moments };
};
