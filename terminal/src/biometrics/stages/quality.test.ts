import { describe, expect, it } from "vitest";

import type { Extraction, PoorReason } from "../engine-api.ts";
import { extract } from "../extract.ts";
import type { GrayImage } from "../primitives/gray-image.ts";
import { drawRidges, scatter, seeded } from "../synthetic-print.suite.ts";

const AREA = { widthPx: 256, heightPx: 288 };
const GROUND = 228;

/** A print of `count` minutiae, seen where `isSeen` says and on light ground elsewhere. */
const printOf = (
  isSeen: (x: number, y: number) => boolean,
  greyOf: (grey: number) => number = (grey) => grey,
  count = 26,
): GrayImage => {
  const image = drawRidges({
    ...AREA,
    wavelengthPx: 9,
    centre: { x: -150, y: 420 },
    dislocations: scatter(count, 8, { ...AREA, apartPx: 24 }),
  });
  const pixels = image.pixels.map((grey, i) =>
    isSeen(i % AREA.widthPx, Math.floor(i / AREA.widthPx)) ? greyOf(grey) : GROUND,
  );
  return { ...image, pixels };
};

const everywhere = (): boolean => true;
const within =
  (x: number, y: number, radiusPx: number) =>
  (atX: number, atY: number): boolean =>
    Math.hypot(atX - x, atY - y) < radiusPx;

const complaint = (extraction: Extraction): PoorReason | undefined =>
  extraction.kind === "poor" ? extraction.reason : extraction.weakness;

describe("the quality of a placement", () => {
  it("falls with every part of the finger that is not seen", () => {
    const radii = [400, 110, 85, 60, 40];
    const qualities = radii.map((radiusPx) => extract(printOf(within(128, 144, radiusPx))).quality);
    expect(qualities).toEqual(qualities.toSorted((a, b) => b - a));
    expect(new Set(qualities).size).toBe(radii.length);
  });

  it("falls with noise over the same ridges", () => {
    const noisy = (share: number): number => {
      const random = seeded(2);
      const image = printOf(everywhere);
      const pixels = image.pixels.map((grey) =>
        Math.round(grey * (1 - share) + share * 255 * random()),
      );
      return extract({ ...image, pixels }).quality;
    };
    const qualities = [0, 0.5, 0.75].map(noisy);
    expect(qualities).toEqual(qualities.toSorted((a, b) => b - a));
    expect(qualities.at(-1)).toBeLessThan((qualities[0] ?? 0) - 10);
  });
});

describe("what is said against a placement", () => {
  it("is nothing when it is good", () => {
    expect(complaint(extract(printOf(everywhere)))).toBeUndefined();
  });

  it("is that no finger lies there, or too little of one, or at the edge", () => {
    expect(complaint(extract(printOf(() => false)))).toBe("no-finger");
    expect(complaint(extract(printOf(within(128, 144, 45))))).toBe("partial");
    expect(complaint(extract(printOf(within(30, 40, 62))))).toBe("off-centre");
  });

  it("is moisture when valleys are thin, and dryness when ridges are", () => {
    // A bend of the grey scale: half of a wave becomes narrow, the other wide.
    const bent = (power: number) => (grey: number) => 28 + 200 * ((grey - 28) / 200) ** power;
    expect(complaint(extract(printOf(everywhere, bent(10), 8)))).toBe("too-wet");
    expect(complaint(extract(printOf(everywhere, bent(0.1), 8)))).toBe("too-dry");
  });

  it("is that only a former print lies there when its ridges are hardly darker than the ground", () => {
    const faint = (grey: number): number => Math.round(GROUND - (228 - grey) * 0.07);
    expect(complaint(extract(printOf(everywhere, faint, 8)))).toBe("residual-print");
  });
});
