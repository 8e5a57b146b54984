import { describe, expect, it } from "vitest";

import type { Extraction, Minutia } from "./engine-api.ts";
import { extract } from "./extract.ts";
import type { GrayImage } from "./primitives/gray-image.ts";
import { InvalidImageError } from "./stages/scaling.ts";
import { drawRidges, scatter, seeded, type RidgePattern } from "./synthetic-print.suite.ts";

const SIZE = { widthPx: 256, heightPx: 288 };
const PATTERN: RidgePattern = {
  ...SIZE,
  wavelengthPx: 9,
  centre: { x: -150, y: 420 },
  dislocations: scatter(12, 5, { ...SIZE, apartPx: 32 }),
};

const minutiaeOf = (extraction: Extraction): readonly Minutia[] => {
  if (extraction.kind !== "template") throw new Error(`poor: ${extraction.reason}`);
  return extraction.template.minutiae;
};

const filled = (value: (i: number) => number, side = 200): GrayImage => ({
  widthPx: side,
  heightPx: side,
  resolutionDpi: 500,
  pixels: Uint8Array.from({ length: side * side }, (_, i) => value(i)),
});

/** The image with every sample doubled both ways: the same finger at 1000 dpi. */
const doubled = (image: GrayImage): GrayImage => {
  const widthPx = image.widthPx * 2;
  const pixels = Uint8Array.from({ length: widthPx * image.heightPx * 2 }, (_, i) => {
    const x = Math.floor((i % widthPx) / 2);
    const y = Math.floor(Math.floor(i / widthPx) / 2);
    return image.pixels[y * image.widthPx + x] ?? 0;
  });
  return { widthPx, heightPx: image.heightPx * 2, resolutionDpi: 1000, pixels };
};

const nearestPx = (minutiae: readonly Minutia[], at: { x: number; y: number }): number =>
  Math.min(...minutiae.map((m) => Math.hypot(m.x - at.x, m.y - at.y)));

describe("extract", () => {
  it("finds every dislocation of a clean ridge pattern and nothing else", () => {
    const minutiae = minutiaeOf(extract(drawRidges(PATTERN)));
    for (const d of PATTERN.dislocations) expect(nearestPx(minutiae, d)).toBeLessThan(7);
    expect(minutiae).toHaveLength(PATTERN.dislocations.length);
  });

  it("points minutiae along the ridges", () => {
    const minutiae = minutiaeOf(extract(drawRidges(PATTERN)));
    for (const { x, y, angleRad } of minutiae) {
      // Ridges are circles: their direction is at right angles to the way to the centre.
      const outward = Math.atan2(-(y - PATTERN.centre.y), x - PATTERN.centre.x);
      expect(Math.abs(Math.cos(angleRad - outward))).toBeLessThan(0.3);
    }
  });

  it("finds the same minutiae at 4 bits of grey", () => {
    const image = drawRidges(PATTERN);
    const coarse = { ...image, pixels: image.pixels.map((v) => (v >> 4) * 17) };
    const minutiae = minutiaeOf(extract(coarse));
    for (const d of PATTERN.dislocations) expect(nearestPx(minutiae, d)).toBeLessThan(8);
  });

  it("finds the same minutiae whatever the resolution", () => {
    const minutiae = minutiaeOf(extract(doubled(drawRidges(PATTERN))));
    for (const d of PATTERN.dislocations) expect(nearestPx(minutiae, d)).toBeLessThan(8);
  });

  it("gives the same answer twice", () => {
    const image = drawRidges(PATTERN);
    expect(extract(image)).toEqual(extract(image));
  });

  it("calls empty, flat and noisy images poor, with a reason and a low quality", () => {
    const random = seeded(9);
    const images = [
      filled(() => 0),
      filled(() => 255),
      filled(() => 128),
      filled((i) => (i % 200) + 20),
      filled(() => Math.floor(random() * 256)),
      filled(() => 120 + Math.floor(random() * 8)),
      filled(() => (random() < 0.01 ? 0 : 240)),
    ];
    for (const image of images) {
      const extraction = extract(image);
      expect(extraction.kind).toBe("poor");
      expect(extraction.quality).toBeLessThan(40);
    }
  });

  it("survives every size from a stamp to a palm without throwing", () => {
    const random = seeded(3);
    for (const [widthPx, heightPx, resolutionDpi] of [
      [32, 32, 500],
      [144, 144, 508],
      [800, 750, 1000],
      [333, 97, 250],
      [61, 400, 569],
    ] as const) {
      const pixels = Uint8Array.from({ length: widthPx * heightPx }, () => random() * 256);
      expect(() => extract({ widthPx, heightPx, resolutionDpi, pixels })).not.toThrow();
    }
  });

  it("refuses what is not an image with a typed error", () => {
    const good = filled(() => 0);
    for (const bad of [
      { ...good, widthPx: 199 },
      { ...good, pixels: new Uint8Array(0) },
      { ...good, resolutionDpi: 0 },
      { ...good, resolutionDpi: Number.NaN },
      { ...good, widthPx: 0, heightPx: 0, pixels: new Uint8Array(0) },
      { ...good, widthPx: 1e6 },
      { ...good, widthPx: 200.5 },
    ])
      expect(() => extract(bad)).toThrow(InvalidImageError);
  });

  it("shows every stage to a tap, in order", () => {
    const stages: string[] = [];
    extract(drawRidges(PATTERN), (stage) => stages.push(stage));
    expect(stages).toEqual([
      "scaled",
      "normalised",
      "print",
      "orientation",
      "wavelength",
      "enhanced",
      "mask",
      "ground",
      "binarised",
      "skeleton",
      "candidates",
      "minutiae",
    ]);
  });
});
