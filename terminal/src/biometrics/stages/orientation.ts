import { innerCellsOf, sumGradients } from "../kernels/gradient.ts";
import { CELL_PX, ORIENTATION } from "../parameters.ts";
import { gridOf } from "../primitives/cell-grid.ts";
import { createPlane, gaussianBlur, type Plane } from "../primitives/plane.ts";

/** Ridge direction per cell as a doubled-angle vector of length coherence; image axes, y down. */
export type OrientationField = {
  readonly cos2: Plane;
  readonly sin2: Plane;
  /** 0 (no direction) … 1 (parallel ridges). */
  readonly coherence: Plane;
};

/** Ridge direction of a cell, radians in [0, π), image axes (y down). */
export const ridgeDirectionAt = (field: OrientationField, cell: number): number => {
  const rad = 0.5 * Math.atan2(field.sin2.data[cell] ?? 0, field.cos2.data[cell] ?? 0);
  return rad < 0 ? rad + Math.PI : rad;
};

type Tensor = { readonly difference: Plane; readonly mixed: Plane; readonly energy: Plane };

/** The gradient points across the ridge; the doubled angle is turned by π to point along it. */
const setCell = (
  { difference, mixed, energy }: Tensor,
  cell: number,
  { xx, yy, xy }: { readonly xx: number; readonly yy: number; readonly xy: number },
): void => {
  difference.data[cell] = yy - xx;
  mixed.data[cell] = -2 * xy;
  energy.data[cell] = xx + yy;
};

/** Sums of the tensor over the samples of one cell that have all their neighbours, into place `cell`. */
const sumCell = (
  { widthPx, heightPx, data }: Plane,
  tensor: Tensor,
  column: number,
  row: number,
): void => {
  const left = Math.max(1, column * CELL_PX);
  const right = Math.min(widthPx - 1, (column + 1) * CELL_PX);
  const bottom = Math.min(heightPx - 1, (row + 1) * CELL_PX);
  let [xx, yy, xy] = [0, 0, 0];
  for (let y = Math.max(1, row * CELL_PX); y < bottom; y++)
    for (let i = y * widthPx + left; i < y * widthPx + right; i++) {
      const northWest = data[i - widthPx - 1] ?? 0;
      const northEast = data[i - widthPx + 1] ?? 0;
      const southWest = data[i + widthPx - 1] ?? 0;
      const southEast = data[i + widthPx + 1] ?? 0;
      // Scharr's 3-10-3 weights: the 3×3 gradient whose direction depends least on the direction itself.
      const falling = southEast - northWest;
      const rising = northEast - southWest;
      const gx = 3 * (falling + rising) + 10 * ((data[i + 1] ?? 0) - (data[i - 1] ?? 0));
      const gy =
        3 * (falling - rising) + 10 * ((data[i + widthPx] ?? 0) - (data[i - widthPx] ?? 0));
      xx += gx * gx;
      yy += gy * gy;
      xy += gx * gy;
    }
  setCell(tensor, row * tensor.energy.widthPx + column, { xx, yy, xy });
};

/** Cells at the edge are summed sample by sample, all others by the kernel. */
const structureTensor = (ridges: Plane): Tensor => {
  const { columns, rows } = gridOf(ridges);
  const difference = createPlane(columns, rows);
  const mixed = createPlane(columns, rows);
  const energy = createPlane(columns, rows);
  const tensor = { difference, mixed, energy };
  const inner = innerCellsOf(ridges);
  const sums = sumGradients(ridges, inner);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const isInner = row > 0 && row <= inner.rows && column > 0 && column <= inner.columns;
      if (!isInner) {
        sumCell(ridges, tensor, column, row);
        continue;
      }
      const at = 3 * ((row - 1) * inner.columns + column - 1);
      const [xx = 0, yy = 0, xy = 0] = [sums[at], sums[at + 1], sums[at + 2]];
      setCell(tensor, row * columns + column, { xx, yy, xy });
    }
  return tensor;
};

const divide = (value: Plane, by: Plane): Plane => {
  const result = createPlane(value.widthPx, value.heightPx);
  for (let i = 0; i < result.data.length; i++)
    result.data[i] = (value.data[i] ?? 0) / ((by.data[i] ?? 0) + 1e-3);
  return result;
};

/** Ridge direction: structure tensor, then smoothing weighted by coherence so that clear ridges speak for blurred ones. */
export const estimateOrientation = (ridges: Plane): OrientationField => {
  const { tensorSigmaCells, smoothingSigmaCells } = ORIENTATION;
  const tensor = structureTensor(ridges);
  const energy = gaussianBlur(tensor.energy, tensorSigmaCells);
  const cos2 = divide(gaussianBlur(tensor.difference, tensorSigmaCells), energy);
  const sin2 = divide(gaussianBlur(tensor.mixed, tensorSigmaCells), energy);
  const smoothCos2 = gaussianBlur(cos2, smoothingSigmaCells);
  const smoothSin2 = gaussianBlur(sin2, smoothingSigmaCells);
  const coherence = createPlane(cos2.widthPx, cos2.heightPx);
  for (let i = 0; i < coherence.data.length; i++)
    coherence.data[i] = Math.sqrt((smoothCos2.data[i] ?? 0) ** 2 + (smoothSin2.data[i] ?? 0) ** 2);
  return { cos2: smoothCos2, sin2: smoothSin2, coherence };
};
