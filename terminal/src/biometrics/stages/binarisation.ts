import { CELL_PX, SKELETON } from "../parameters.ts";
import { bitIndex, createBitmap, type Bitmap } from "../primitives/bitmap.ts";
import type { Plane } from "../primitives/plane.ts";
import type { Mask } from "./segmentation.ts";

/** Replaces connected areas of `value` smaller than `minAreaPx`; areas touching the outside of the mask stay. */
const removeSpecks = (
  bitmap: Bitmap,
  inside: Uint8Array,
  value: number,
  minAreaPx: number,
): void => {
  const { bits, stride } = bitmap;
  const seen = new Uint8Array(bits.length);
  const area: number[] = [];
  // Ridges connect through corners, valleys do not: the usual pair of connectivities.
  const near =
    value === 1
      ? [-stride, -1, 1, stride, -stride - 1, 1 - stride, stride - 1, stride + 1]
      : [-stride, -1, 1, stride];
  for (let start = 0; start < bits.length; start++) {
    if (inside[start] === 0 || bits[start] !== value || seen[start] === 1) continue;
    area.length = 0;
    area.push(start);
    seen[start] = 1;
    let open = false;
    for (let head = 0; head < area.length; head++) {
      const at = area[head] ?? 0;
      for (const step of near) {
        const next = at + step;
        if (inside[next] === 0) open = true;
        else if (bits[next] === value && seen[next] === 0) {
          seen[next] = 1;
          area.push(next);
        }
      }
    }
    if (!open && area.length < minAreaPx) for (const at of area) bits[at] = 1 - value;
  }
};

/** Pixels of the mask, in the bitmap's layout. */
export const maskPixels = (mask: Mask, like: Bitmap): Uint8Array => {
  const inside = new Uint8Array(like.bits.length);
  for (let y = 0; y < like.heightPx; y++) {
    const row = Math.floor(y / CELL_PX) * mask.columns;
    const out = bitIndex(like, 0, y);
    for (let x = 0; x < like.widthPx; x++)
      inside[out + x] = mask.cells[row + ((x / CELL_PX) | 0)] ?? 0;
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
    for (let x = 0; x < widthPx; x++)
      bitmap.bits[out + x] = inside[out + x] === 1 && (data[y * widthPx + x] ?? 0) > 0 ? 1 : 0;
  }
  removeSpecks(bitmap, inside, 1, SKELETON.minRidgeAreaPx);
  removeSpecks(bitmap, inside, 0, SKELETON.minPoreAreaPx);
  return bitmap;
};
