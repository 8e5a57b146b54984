import { CELL_PX } from "../parameters.ts";
import type { Plane } from "./plane.ts";

/** Number of cells that cover an image, and nothing else: the maps themselves are planes of one sample per cell. */
export type CellGrid = { readonly columns: number; readonly rows: number };

export const gridOf = (image: Plane): CellGrid => ({
  columns: Math.ceil(image.widthPx / CELL_PX),
  rows: Math.ceil(image.heightPx / CELL_PX),
});

/** Mean of each cell. */
export const cellMeans = (image: Plane): Plane => {
  const { columns, rows } = gridOf(image);
  const data = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const right = Math.min(image.widthPx, (column + 1) * CELL_PX);
      const bottom = Math.min(image.heightPx, (row + 1) * CELL_PX);
      let sum = 0;
      for (let y = row * CELL_PX; y < bottom; y++)
        for (let x = column * CELL_PX; x < right; x++)
          sum += image.data[y * image.widthPx + x] ?? 0;
      data[row * columns + column] = sum / ((right - column * CELL_PX) * (bottom - row * CELL_PX));
    }
  return { widthPx: columns, heightPx: rows, data };
};
