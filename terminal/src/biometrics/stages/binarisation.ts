import { CELL_PX, SKELETON } from "../parameters.ts";
import { bitIndex, createBitmap, type Bitmap } from "../primitives/bitmap.ts";
import type { Plane } from "../primitives/plane.ts";
import { removeSpecks } from "./specks.ts";
import type { Mask } from "./segmentation.ts";

/** Ridges as ones, without pores and specks. */
export const binarise = (enhanced: Plane, mask: Mask): Bitmap => {
  const { widthPx, heightPx, data } = enhanced;
  const bitmap = createBitmap(widthPx, heightPx);
  const inside = new Uint8Array(bitmap.bits.length);
  for (let y = 0; y < heightPx; y++) {
    const row = Math.floor(y / CELL_PX) * mask.columns;
    const out = bitIndex(bitmap, 0, y);
    for (let column = 0; column < mask.columns; column++) {
      if (mask.cells[row + column] !== 1) continue;
      const end = Math.min(widthPx, (column + 1) * CELL_PX);
      for (let x = column * CELL_PX; x < end; x++) {
        inside[out + x] = 1;
        bitmap.bits[out + x] = (data[y * widthPx + x] ?? 0) > 0 ? 1 : 0;
      }
    }
  }
  removeSpecks(bitmap, inside, 1, SKELETON.minRidgeAreaPx);
  removeSpecks(bitmap, inside, 0, SKELETON.minPoreAreaPx);
  return bitmap;
};
