import { CELL_PX, NORMALISATION } from "../parameters.ts";
import { cellMoments, type CellMoments } from "../primitives/cell-grid.ts";
import { createPlane, gaussianBlur, type Plane } from "../primitives/plane.ts";

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

/** The row of cells before a pixel row's middle, the one after it, and the share of the one after. */
const cellRowsAt = (
  y: number,
  rowCount: number,
): { readonly above: number; readonly below: number; readonly share: number } => {
  const position = (y + 0.5) / CELL_PX - 0.5;
  const low = Math.floor(position);
  return {
    above: Math.max(0, low),
    below: Math.min(rowCount - 1, low + 1),
    share: position - low,
  };
};

/** One row of a cell map interpolated between the cell rows. */
const interpolateRow = (map: Plane, y: number, into: Float32Array): void => {
  const { above, below, share } = cellRowsAt(y, map.heightPx);
  const from = above * map.widthPx;
  const to = below * map.widthPx;
  for (let column = 0; column < map.widthPx; column++) {
    const top = map.data[from + column] ?? 0;
    into[column] = top + share * ((map.data[to + column] ?? 0) - top);
  }
};

/** Shares of the cell that comes second, for the four samples of a cell: between the cell before and it, twice, then it and the next. */
const SHARES = [0.625, 0.875, 0.125, 0.375] as const;

/** One row: mean and deviation interpolated between the middles of the cells. */
const flattenRow = (
  samples: Float32Array,
  means: Float32Array,
  deviations: Float32Array,
  into: Float32Array,
): void => {
  const { contrastFloor, clip } = NORMALISATION;
  const last = means.length - 1;
  for (let x = 0; x < samples.length; x++) {
    const column = x >> 2;
    const phase = x & 3;
    const before = phase < 2 ? Math.max(0, column - 1) : column;
    const after = phase < 2 ? column : Math.min(last, column + 1);
    const share = SHARES[phase] ?? 0;
    const mean = (means[before] ?? 0) * (1 - share) + (means[after] ?? 0) * share;
    const deviation = (deviations[before] ?? 0) * (1 - share) + (deviations[after] ?? 0) * share;
    const value = (mean - (samples[x] ?? 0)) / (deviation + contrastFloor);
    into[x] = value > clip ? clip : value < -clip ? -clip : value;
  }
};

/** Local mean 0 and deviation 1, dark becomes positive. */
const flatten = (image: Plane, brightness: Plane, contrast: Plane): Plane => {
  const { widthPx, heightPx, data } = image;
  const ridges = createPlane(widthPx, heightPx);
  const means = new Float32Array(brightness.widthPx);
  const deviations = new Float32Array(brightness.widthPx);
  for (let y = 0; y < heightPx; y++) {
    interpolateRow(brightness, y, means);
    interpolateRow(contrast, y, deviations);
    const [start, end] = [y * widthPx, (y + 1) * widthPx];
    flattenRow(data.subarray(start, end), means, deviations, ridges.data.subarray(start, end));
  }
  return ridges;
};

/** Removes what pressure, moisture and grey-level steps did; what a neighbourhood is like is measured on the cells. */
export const normalise = (image: Plane): Normalised => {
  const { windowSigmaCells, smoothingSigmaPx } = NORMALISATION;
  const smooth = gaussianBlur(image, smoothingSigmaPx);
  const moments = cellMoments(smooth);
  const brightness = gaussianBlur(moments.mean, windowSigmaCells);
  const contrast = gaussianBlur(moments.meanSquare, windowSigmaCells);
  for (let cell = 0; cell < contrast.data.length; cell++) {
    const mean = brightness.data[cell] ?? 0;
    contrast.data[cell] = Math.sqrt(Math.max(0, (contrast.data[cell] ?? 0) - mean * mean));
  }
  return { ridges: flatten(smooth, brightness, contrast), contrast, brightness, moments };
};
