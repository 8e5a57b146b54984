import { expect, it } from "vitest";

import { bitIndex, createBitmap, neighbourOffsets, type Bitmap } from "../primitives/bitmap.ts";
import { seeded } from "../synthetic-print.suite.ts";
import { erodeToLines } from "./thinning.ts";

/** Guo and Hall's conditions as the paper writes them, for one pixel: P2 … P9 clockwise from north. */
const isDeletable = (p: readonly number[], second: boolean): boolean => {
  const at = (k: number): boolean => p[(k - 2 + 8) % 8] === 1;
  let crossings = 0;
  let [n1, n2] = [0, 0];
  for (const k of [2, 4, 6, 8]) {
    if (!at(k) && (at(k + 1) || at(k + 2))) crossings++;
    if (at(k - 1) || at(k)) n1++;
    if (at(k) || at(k + 1)) n2++;
  }
  const n = Math.min(n1, n2);
  const kept = second ? (at(2) || at(3) || !at(5)) && at(4) : (at(6) || at(7) || !at(9)) && at(8);
  return crossings === 1 && n >= 2 && n <= 3 && !kept;
};

/** The witness: pixel by pixel, every pixel every time. */
const erodeSlowly = ({ bits, stride }: Bitmap): void => {
  const near = neighbourOffsets(stride);
  for (let quiet = 0, turn = 0; quiet < 2; turn++) {
    const doomed: number[] = [];
    for (const [at, value] of bits.entries()) {
      const neighbours = Array.from(near, (step) => bits[at + step] ?? 0);
      if (value === 1 && isDeletable(neighbours, turn % 2 === 1)) doomed.push(at);
    }
    for (const at of doomed) bits[at] = 0;
    quiet = doomed.length === 0 ? quiet + 1 : 0;
  }
};

/** Blobs a few pixels wide, in every direction, reaching to the edges. */
const blobs = (widthPx: number, heightPx: number, seed: number): Bitmap => {
  const random = seeded(seed);
  const bitmap = createBitmap(widthPx, heightPx);
  for (let count = 0; count < (widthPx * heightPx) / 60; count++) {
    const [left, top] = [random() * widthPx, random() * heightPx];
    const [right, bottom] = [left + 2 + random() * 9, top + 2 + random() * 9];
    for (let y = Math.floor(top); y < Math.min(heightPx, bottom); y++)
      for (let x = Math.floor(left); x < Math.min(widthPx, right); x++)
        bitmap.bits[bitIndex(bitmap, x, y)] = 1;
  }
  return bitmap;
};

it("thins 32 pixels at once exactly as Guo and Hall's rules do one by one", () => {
  for (const [widthPx, heightPx, seed] of [
    [31, 40, 1],
    [32, 33, 2],
    [33, 20, 3],
    [100, 70, 4],
    [128, 64, 5],
  ] as const) {
    const slow = blobs(widthPx, heightPx, seed);
    erodeSlowly(slow);
    const fast = blobs(widthPx, heightPx, seed);
    const left = erodeToLines(fast);
    expect(fast.bits).toEqual(slow.bits);
    expect([...left]).toEqual([...slow.bits.keys()].filter((at) => slow.bits[at] === 1));
  }
});
