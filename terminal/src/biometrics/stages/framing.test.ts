import { expect, it } from "vitest";

import type { GrayImage } from "../primitives/gray-image.ts";
import { drawRidges } from "../synthetic-print.suite.ts";
import { frame } from "./framing.ts";

/** A stamp of ridges on a large light ground. */
const stamped = (widthPx: number, heightPx: number, at: { x: number; y: number }): GrayImage => {
  const side = 96;
  const centre = { x: 300, y: 300 };
  const stamp = drawRidges({
    widthPx: side,
    heightPx: side,
    wavelengthPx: 9,
    centre,
    dislocations: [],
  });
  const pixels = new Uint8Array(widthPx * heightPx).fill(230);
  for (let y = 0; y < side; y++)
    pixels.set(stamp.pixels.subarray(y * side, (y + 1) * side), (at.y + y) * widthPx + at.x);
  return { widthPx, heightPx, resolutionDpi: 500, pixels };
};

it("leaves images that a finger can fill as they are", () => {
  const image = stamped(300, 200, { x: 10, y: 20 });
  expect(frame(image, 300)).toBe(image);
});

it("cuts larger ones to a window that holds the whole print, wherever it lies", () => {
  for (const at of [
    { x: 0, y: 0 },
    { x: 500, y: 700 },
    { x: 617, y: 3 },
    { x: 320, y: 411 },
  ]) {
    const image = stamped(720, 800, at);
    const framed = frame(image, 250);
    expect([framed.widthPx, framed.heightPx]).toEqual([250, 250]);
    const dark = (pixels: Uint8Array): number => pixels.filter((value) => value < 100).length;
    expect(dark(framed.pixels)).toBe(dark(image.pixels));
  }
});

it("cuts a side only where that side is too long", () => {
  const framed = frame(stamped(720, 200, { x: 400, y: 50 }), 300);
  expect([framed.widthPx, framed.heightPx]).toEqual([300, 200]);
});
