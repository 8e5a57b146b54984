import { neighbourOffsets, type Bitmap } from "../primitives/bitmap.ts";

/** The eight neighbours as a byte, bit 0 = north, clockwise. */
const neighbourhood = (bits: Uint8Array, at: number, near: Int32Array): number => {
  let code = 0;
  for (let k = 0; k < 8; k++) code |= (bits[at + (near[k] ?? 0)] ?? 0) << k;
  return code;
};

const bit = (code: number, k: number): number => (code >> (k & 7)) & 1;

/** Deletable in Guo and Hall's two sub-iterations (CACM 32(3), 1989, algorithm A1): one table each. */
const guoHall = (second: boolean): Uint8Array => {
  const table = new Uint8Array(256);
  for (let code = 0; code < 256; code++) {
    const p = (k: number): number => bit(code, k - 2);
    const crossings =
      ((1 - p(2)) & (p(3) | p(4))) +
      ((1 - p(4)) & (p(5) | p(6))) +
      ((1 - p(6)) & (p(7) | p(8))) +
      ((1 - p(8)) & (p(9) | p(2)));
    const n1 = (p(9) | p(2)) + (p(3) | p(4)) + (p(5) | p(6)) + (p(7) | p(8));
    const n2 = (p(2) | p(3)) + (p(4) | p(5)) + (p(6) | p(7)) + (p(8) | p(9));
    const n = Math.min(n1, n2);
    const side = second ? (p(2) | p(3) | (1 - p(5))) & p(4) : (p(6) | p(7) | (1 - p(9))) & p(8);
    if (crossings === 1 && n >= 2 && n <= 3 && side === 0) table[code] = 1;
  }
  return table;
};

const FIRST = guoHall(false);
const SECOND = guoHall(true);

/** Removes the corner pixels that make a line look two pixels wide, without breaking it. */
const sharpenCorners = (bits: Uint8Array, pixels: Int32Array, near: Int32Array): void => {
  for (const at of pixels) {
    if (bits[at] === 0) continue;
    const code = neighbourhood(bits, at, near);
    for (let k = 0; k < 8; k += 2) {
      const corner = bit(code, k) & bit(code, k + 2);
      const away = bit(code, k + 4) | bit(code, k + 5) | bit(code, k + 6);
      if (corner === 1 && away === 0 && bit(code, k + 3) + bit(code, k + 7) === 0) {
        bits[at] = 0;
        break;
      }
    }
  }
};

/** Ridges one pixel wide, 8-connected, in place. */
export const thin = (bitmap: Bitmap): void => {
  const { bits, stride } = bitmap;
  const near = neighbourOffsets(stride);
  let pixels = new Int32Array(bits.length);
  let count = 0;
  for (let at = 0; at < bits.length; at++) if (bits[at] === 1) pixels[count++] = at;
  pixels = pixels.slice(0, count);
  const doomed = new Int32Array(count);
  for (let changed = true; changed;) {
    changed = false;
    for (const table of [FIRST, SECOND]) {
      let doomedCount = 0;
      for (let i = 0; i < count; i++) {
        const at = pixels[i] ?? 0;
        if (table[neighbourhood(bits, at, near)] === 1) doomed[doomedCount++] = at;
      }
      for (let i = 0; i < doomedCount; i++) bits[doomed[i] ?? 0] = 0;
      let kept = 0;
      for (let i = 0; i < count; i++)
        if (bits[pixels[i] ?? 0] === 1) pixels[kept++] = pixels[i] ?? 0;
      if (doomedCount > 0) changed = true;
      count = kept;
    }
  }
  sharpenCorners(bits, pixels.subarray(0, count), near);
};
