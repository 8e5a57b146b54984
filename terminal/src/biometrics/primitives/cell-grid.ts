import { CELL_PX } from "../parameters.ts";
import { createPlane, type Plane } from "./plane.ts";

/** Number of cells that cover an image, and nothing else: the maps themselves are planes of one sample per cell. */
export type CellGrid = { readonly columns: number; readonly rows: number };

export const gridOf = (image: Plane): CellGrid => ({
  columns: Math.ceil(image.widthPx / CELL_PX),
  rows: Math.ceil(image.heightPx / CELL_PX),
});

/** Mean and mean square of the samples of each cell. */
export type CellMoments = { readonly mean: Plane; readonly meanSquare: Plane };

export const cellMoments = (image: Plane): CellMoments => {
  const { columns, rows } = gridOf(image);
  const { widthPx, heightPx, data } = image;
  const mean = createPlane(columns, rows);
  const meanSquare = createPlane(columns, rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const right = Math.min(widthPx, (column + 1) * CELL_PX);
      const bottom = Math.min(heightPx, (row + 1) * CELL_PX);
      let sum = 0;
      let squares = 0;
      for (let y = row * CELL_PX; y < bottom; y++)
        for (let x = column * CELL_PX; x < right; x++) {
          const value = data[y * widthPx + x] ?? 0;
          sum += value;
          squares += value * value;
        }
      const count = (right - column * CELL_PX) * (bottom - row * CELL_PX);
      mean.data[row * columns + column] = sum / count;
      meanSquare.data[row * columns + column] = squares / count;
    }
  return { mean, meanSquare };
};
