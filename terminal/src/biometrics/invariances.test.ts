import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Minutia } from "./engine-api.ts";
import { extract } from "./extract.ts";
import { directionDifference } from "./primitives/angles.ts";
import type { GrayImage } from "./primitives/gray-image.ts";
import { drawRidges, scatter, type RidgePattern } from "./synthetic-print.suite.ts";

const AREA = { widthPx: 240, heightPx: 264 };

/** Prints that differ in ridge width, direction and minutiae. */
const patterns = fc
  .record({
    seed: fc.integer({ min: 1, max: 10_000 }),
    wavelengthPx: fc.integer({ min: 14, max: 22 }).map((half) => half / 2),
    bearing: fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
  })
  .map(({ seed, wavelengthPx, bearing }): RidgePattern => ({
    ...AREA,
    wavelengthPx,
    centre: { x: 120 + 330 * Math.cos(bearing), y: 132 + 330 * Math.sin(bearing) },
    dislocations: scatter(14, seed, { ...AREA, apartPx: 34 }),
  }));

const minutiaeOf = (image: GrayImage): readonly Minutia[] => {
  const extraction = extract(image);
  if (extraction.kind === "poor") throw new Error(`poor: ${extraction.reason}`);
  return extraction.template.minutiae;
};

type Place = Pick<Minutia, "x" | "y" | "angleRad">;

/** Share of `wanted` that `found` has within 5 px and 0.25 rad. */
const shareFound = (wanted: readonly Place[], found: readonly Place[]): number =>
  wanted.filter((a) =>
    found.some(
      (b) =>
        Math.hypot(a.x - b.x, a.y - b.y) < 5 && directionDifference(a.angleRad, b.angleRad) < 0.25,
    ),
  ).length / wanted.length;

/** The same minutiae both ways, but for one in ten that a border or a rounding decides. */
const expectSame = (a: readonly Place[], b: readonly Place[]): void => {
  expect(a.length).toBeGreaterThan(7);
  expect(Math.min(shareFound(a, b), shareFound(b, a))).toBeGreaterThan(0.9 - 1 / a.length);
};

const SAMPLES = { numRuns: 8, seed: 20_261_122 };

/** A quarter turn counter-clockwise. */
const turned = (image: GrayImage): GrayImage => {
  const { widthPx, heightPx, pixels } = image;
  const result = new Uint8Array(pixels.length);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++)
      result[(widthPx - 1 - x) * heightPx + y] = pixels[y * widthPx + x] ?? 0;
  return { ...image, widthPx: heightPx, heightPx: widthPx, pixels: result };
};

/** The print drawn at another resolution, as a sensor of that resolution would see it. */
const drawnAt = (pattern: RidgePattern, resolutionDpi: number): GrayImage => {
  const scale = resolutionDpi / 500;
  const image = drawRidges({
    widthPx: Math.round(pattern.widthPx * scale),
    heightPx: Math.round(pattern.heightPx * scale),
    wavelengthPx: pattern.wavelengthPx * scale,
    centre: { x: pattern.centre.x * scale, y: pattern.centre.y * scale },
    dislocations: pattern.dislocations.map((d) => ({ ...d, x: d.x * scale, y: d.y * scale })),
  });
  return { ...image, resolutionDpi };
};

describe("the minutiae of a print", () => {
  it("turn with the image", () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        const image = drawRidges(pattern);
        const expected = minutiaeOf(image).map(({ x, y, angleRad }) => ({
          x: y,
          y: image.widthPx - 1 - x,
          angleRad: angleRad + Math.PI / 2,
        }));
        expectSame(minutiaeOf(turned(image)), expected);
      }),
      SAMPLES,
    );
  });

  it("move with the print, also by steps that are no whole cells", () => {
    fc.assert(
      fc.property(
        patterns,
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: -9, max: 9 }),
        (pattern, dx, dy) => {
          const moved = drawRidges({
            ...pattern,
            centre: { x: pattern.centre.x + dx, y: pattern.centre.y + dy },
            dislocations: pattern.dislocations.map((d) => ({ ...d, x: d.x + dx, y: d.y + dy })),
          });
          const expected = minutiaeOf(drawRidges(pattern)).map((m) => ({
            ...m,
            x: m.x + dx,
            y: m.y + dy,
          }));
          expectSame(minutiaeOf(moved), expected);
        },
      ),
      SAMPLES,
    );
  });

  it("are in the same places whatever the resolution", () => {
    fc.assert(
      fc.property(patterns, fc.constantFrom(300, 400, 508, 569, 1000), (pattern, dpi) => {
        expectSame(minutiaeOf(drawnAt(pattern, dpi)), minutiaeOf(drawRidges(pattern)));
      }),
      SAMPLES,
    );
  });

  it("do not depend on brightness and contrast", () => {
    fc.assert(
      fc.property(
        patterns,
        fc.integer({ min: 3, max: 10 }),
        fc.integer({ min: 0, max: 100 }),
        (pattern, tenths, lift) => {
          const image = drawRidges(pattern);
          const pixels = image.pixels.map(
            (grey) => (grey * tenths) / 10 + lift * (1 - tenths / 10),
          );
          expectSame(minutiaeOf({ ...image, pixels }), minutiaeOf(image));
        },
      ),
      SAMPLES,
    );
  });
});
