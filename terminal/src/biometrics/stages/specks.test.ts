import { expect, it } from "vitest";

import { bitIndex, createBitmap, type Bitmap } from "../primitives/bitmap.ts";
import { seeded } from "../synthetic-print.suite.ts";
import { removeSpecks } from "./specks.ts";

/** The witness: floods every area and looks at it. */
const removeSlowly = (
  bitmap: Bitmap,
  inside: Uint8Array,
  value: 0 | 1,
  minAreaPx: number,
): void => {
  const { bits, stride } = bitmap;
  const sides = [-stride, -1, 1, stride];
  const near = value === 0 ? sides : [...sides, -stride - 1, 1 - stride, stride - 1, stride + 1];
  const seen = new Set<number>();
  for (const start of bits.keys()) {
    if (inside[start] !== 1 || bits[start] !== value || seen.has(start)) continue;
    const area = new Set([start]);
    let open = false;
    for (const at of area)
      for (const next of near.map((step) => at + step)) {
        if (inside[next] === 0) open = true;
        else if (bits[next] === value) area.add(next);
      }
    for (const at of area) seen.add(at);
    if (!open && area.size < minAreaPx) for (const at of area) bits[at] = 1 - value;
  }
};

/** Noise inside a mask that covers the middle and reaches one edge. */
const noise = (seed: number): { bitmap: Bitmap; inside: Uint8Array } => {
  const random = seeded(seed);
  const bitmap = createBitmap(61, 47);
  const inside = new Uint8Array(bitmap.bits.length);
  for (let y = 0; y < bitmap.heightPx; y++)
    for (let x = 8; x < bitmap.widthPx; x++) {
      const at = bitIndex(bitmap, x, y);
      if (y < 40 - x / 4) inside[at] = 1;
      if (inside[at] === 1 && random() < 0.3 + 0.05 * seed) bitmap.bits[at] = 1;
    }
  return { bitmap, inside };
};

it("removes exactly the areas that flooding finds, ridges joined by corners and valleys by sides", () => {
  for (let seed = 0; seed < 8; seed++)
    for (const value of [0, 1] as const) {
      const slow = noise(seed);
      removeSlowly(slow.bitmap, slow.inside, value, 9);
      const fast = noise(seed);
      removeSpecks(fast.bitmap, fast.inside, value, 9);
      expect(fast.bitmap.bits).toEqual(slow.bitmap.bits);
      expect(fast.bitmap.bits).not.toEqual(noise(seed).bitmap.bits);
    }
});
