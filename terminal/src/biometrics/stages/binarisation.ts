import { CELL_PX, SKELETON } from "../parameters.ts";
import { bitIndex, createBitmap, type Bitmap } from "../primitives/bitmap.ts";
import type { Plane } from "../primitives/plane.ts";
import { removeSpecks } from "./specks.ts";
import type { Mask } from "./segmentation.ts";

/** Pixels of the mask, in the bitmap's layout. */
const maskPixels = (mask: Mask, like: Bitmap): Uint8Array => {
  const inside = new Uint8Array(like.bits.length);
  for (let y = 0; y < like.heightPx; y++) {
    const row = Math.floor(y / CELL_PX) * mask.columns;
    const out = bitIndex(like, 0, y);
    const end = out + like.widthPx;
    for (let column = 0, at = out; at < end; column++, at += CELL_PX)
      if (mask.cells[row + column] === 1) inside.fill(1, at, Math.min(end, at + CELL_PX));
  }
  return inside;
};

/** Ridges as ones, without pores and specks. */
export const binarise = (enhanced: Plane, mask: Mask): Bitmap => {
  const { widthPx, heightPx, data } = enhanced;
  const bitmap = createBitmap(widthPx, heightPx);
  const inside = maskPixels(mask, bitmap);
  for (let y = 0; y < heightPx; y++) {
    const out = bitIndex(bitmap, 0, y);
    const from = y * widthPx;
    for (let x = 0; x < widthPx; x++)
      if ((data[from + x] ?? 0) > 0) bitmap.bits[out + x] = inside[out + x] ?? 0;
  }
  removeSpecks(bitmap, inside, 1, SKELETON.minRidgeAreaPx);
  removeSpecks(bitmap, inside, 0, SKELETON.minPoreAreaPx);
  return bitmap;
};
