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

/** Where a sample lies between the centres of the cells: the cell before it and the share of the cell after it. */
type Between = {
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly share: Float32Array;
};

const betweenCells = (lengthPx: number, cellCount: number): Between => {
  const before = new Int32Array(lengthPx);
  const after = new Int32Array(lengthPx);
  const share = new Float32Array(lengthPx);
  for (let i = 0; i < lengthPx; i++) {
    const position = (i + 0.5) / CELL_PX - 0.5;
    const low = Math.floor(position);
    before[i] = Math.max(0, low);
    after[i] = Math.min(cellCount - 1, low + 1);
    share[i] = position - low;
  }
  return { before, after, share };
};

/** One row of a cell map interpolated between the cell rows. */
const interpolateRow = (map: Plane, rows: Between, y: number, into: Float32Array): void => {
  const above = (rows.before[y] ?? 0) * map.widthPx;
  const below = (rows.after[y] ?? 0) * map.widthPx;
  const share = rows.share[y] ?? 0;
  for (let column = 0; column < map.widthPx; column++) {
    const top = map.data[above + column] ?? 0;
    into[column] = top + share * ((map.data[below + column] ?? 0) - top);
  }
};

/** Local mean 0 and deviation 1, dark becomes positive. */
const flatten = (image: Plane, brightness: Plane, contrast: Plane): Plane => {
  const { contrastFloor, clip } = NORMALISATION;
  const { widthPx, heightPx, data } = image;
  const ridges = createPlane(widthPx, heightPx);
  const columns = betweenCells(widthPx, brightness.widthPx);
  const rows = betweenCells(heightPx, brightness.heightPx);
  const means = new Float32Array(brightness.widthPx);
  const deviations = new Float32Array(brightness.widthPx);
  for (let y = 0; y < heightPx; y++) {
    interpolateRow(brightness, rows, y, means);
    interpolateRow(contrast, rows, y, deviations);
    for (let x = 0, at = y * widthPx; x < widthPx; x++, at++) {
      const before = columns.before[x] ?? 0;
      const after = columns.after[x] ?? 0;
      const share = columns.share[x] ?? 0;
      const mean = (means[before] ?? 0) * (1 - share) + (means[after] ?? 0) * share;
      const deviation = (deviations[before] ?? 0) * (1 - share) + (deviations[after] ?? 0) * share;
      const value = (mean - (data[at] ?? 0)) / (deviation + contrastFloor);
      ridges.data[at] = value > clip ? clip : value < -clip ? -clip : value;
    }
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
