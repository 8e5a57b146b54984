import { neighbourOffsets, type Bitmap } from "../primitives/bitmap.ts";
import { packBitmap, unpackBitmap, type PackedBitmap } from "../primitives/packed-bitmap.ts";
import type { Skeleton } from "./skeleton.ts";

/** Bits that are set in two or more of four words. */
const twoOfFour = (a: number, b: number, c: number, d: number): number =>
  (a & b) | (c & d) | ((a | b) & (c | d));

/** Bits that are set in exactly one of four words. */
const oneOfFour = (a: number, b: number, c: number, d: number): number =>
  ((a ^ b) & ~(c | d)) | ((c ^ d) & ~(a | b));

/**
 * Which pixels of a word Guo and Hall's sub-iteration deletes (CACM 32(3), 1989, algorithm A1), all 32 at once. The
 * neighbours P2 … P9 run clockwise from north; counted in pairs from either end, two or three must be set.
 */
const deletable = (words: Int32Array, at: number, stride: number, second: boolean): number => {
  const here = words[at] ?? 0;
  if (here === 0) return 0;
  const p2 = words[at - stride] ?? 0;
  const p6 = words[at + stride] ?? 0;
  const p9 = (p2 << 1) | ((words[at - stride - 1] ?? 0) >>> 31);
  const p8 = (here << 1) | ((words[at - 1] ?? 0) >>> 31);
  const p7 = (p6 << 1) | ((words[at + stride - 1] ?? 0) >>> 31);
  const p3 = (p2 >>> 1) | ((words[at - stride + 1] ?? 0) << 31);
  const p4 = (here >>> 1) | ((words[at + 1] ?? 0) << 31);
  const p5 = (p6 >>> 1) | ((words[at + stride + 1] ?? 0) << 31);
  const [n92, n34, n56, n78] = [p9 | p2, p3 | p4, p5 | p6, p7 | p8];
  const [n23, n45, n67, n89] = [p2 | p3, p4 | p5, p6 | p7, p8 | p9];
  const crossing = oneOfFour(~p2 & n34, ~p4 & n56, ~p6 & n78, ~p8 & n92);
  const enough = twoOfFour(n92, n34, n56, n78) & twoOfFour(n23, n45, n67, n89);
  const surrounded = n92 & n34 & n56 & n78 & n23 & n45 & n67 & n89;
  const kept = second ? (n23 | ~p5) & p4 : (n67 | ~p9) & p8;
  return here & crossing & enough & ~surrounded & ~kept;
};

/** One sub-iteration over the whole bitmap; rows around which nothing changed since the last two are skipped. */
const erode = (
  bitmap: PackedBitmap,
  doomed: Int32Array,
  changedAt: Int32Array,
  iteration: number,
): boolean => {
  const { words, stride, rows } = bitmap;
  let changed = false;
  const recently = iteration - 2;
  const isQuiet = (row: number): boolean =>
    Math.max(changedAt[row - 1] ?? 0, changedAt[row] ?? 0, changedAt[row + 1] ?? 0) < recently;
  for (let row = 1; row <= rows; row++) {
    if (isQuiet(row)) continue;
    const end = (row + 1) * stride;
    for (let at = row * stride + 1; at < end; at++)
      doomed[at] = deletable(words, at, stride, iteration % 2 === 1);
  }
  for (let row = 1; row <= rows; row++) {
    let any = 0;
    for (let at = row * stride + 1; at < (row + 1) * stride; at++) {
      const gone = doomed[at] ?? 0;
      if (gone === 0) continue;
      words[at] = (words[at] ?? 0) & ~gone;
      doomed[at] = 0;
      any |= gone;
    }
    if (any === 0) continue;
    changedAt[row] = iteration;
    changed = true;
  }
  return changed;
};

/** Removes the corner pixels that make a line look two pixels wide, without breaking it. */
const sharpenCorners = (bits: Uint8Array, pixels: Int32Array, near: Int32Array): void => {
  const isSet = (at: number, k: number): number => bits[at + (near[k & 7] ?? 0)] ?? 0;
  for (const at of pixels)
    for (let k = 0; k < 8; k += 2) {
      const corner = isSet(at, k) & isSet(at, k + 2);
      const away = isSet(at, k + 4) | isSet(at, k + 5) | isSet(at, k + 6);
      if (corner === 0 || away === 1 || isSet(at, k + 3) + isSet(at, k + 7) > 0) continue;
      bits[at] = 0;
      break;
    }
};

/** Guo and Hall's thinning without anything added: erodes from all sides, in place, and answers the places left. */
export const erodeToLines = (bitmap: Bitmap): Int32Array => {
  const packed = packBitmap(bitmap);
  const doomed = new Int32Array(packed.words.length);
  const changedAt = new Int32Array(packed.rows + 2).fill(-1);
  // Two sub-iterations in turn until neither deletes anything.
  for (let iteration = 0, quiet = 0; quiet < 2; iteration++)
    quiet = erode(packed, doomed, changedAt, iteration) ? 0 : quiet + 1;
  return unpackBitmap(packed, bitmap);
};

/** Ridges one pixel wide, 8-connected; written into the bitmap. */
export const thin = (bitmap: Bitmap): Skeleton => {
  const pixels = erodeToLines(bitmap);
  sharpenCorners(bitmap.bits, pixels, neighbourOffsets(bitmap.stride));
  return { bitmap, pixels };
};
