import { describe, expect, it } from "vitest";

import type { Extraction } from "../engine-api.ts";
import { extract } from "../extract.ts";
import type { GrayImage } from "../primitives/gray-image.ts";
import { drawRidges, scatter } from "../synthetic-print.suite.ts";

const AREA = { widthPx: 260, heightPx: 300 };

/** A print on a light ground that leaves free what is farther than `radiusPx` from the middle. */
const printOf = (radiusPx: number, ridgeShift = 0): GrayImage => {
  const image = drawRidges({
    ...AREA,
    wavelengthPx: 9,
    centre: { x: -150, y: 420 },
    dislocations: scatter(12, 5, { ...AREA, apartPx: 34 }),
  });
  const pixels = image.pixels.map((value, i) => {
    const x = i % AREA.widthPx;
    const y = Math.floor(i / AREA.widthPx);
    const away = Math.hypot(x - AREA.widthPx / 2, y - AREA.heightPx / 2);
    return away > radiusPx ? 228 : Math.min(228, Math.max(28, value + ridgeShift));
  });
  return { ...image, pixels };
};

const inverted = (image: GrayImage): GrayImage => ({
  ...image,
  pixels: image.pixels.map((value) => 255 - value),
});

const places = (extraction: Extraction): string[] =>
  extraction.kind === "poor"
    ? [extraction.reason]
    : extraction.template.minutiae.map(({ x, y, type }) => `${x} ${y} ${type}`).toSorted();

describe("an inverted print", () => {
  it("shows the same minutiae of the same types where the ground around it is seen", () => {
    for (const ridgeShift of [-60, 0, 60]) {
      const upright = places(extract(printOf(120, ridgeShift)));
      expect(upright.length).toBeGreaterThan(5);
      expect(places(extract(inverted(printOf(120, ridgeShift))))).toEqual(upright);
    }
  });

  it("is read with endings and bifurcations exchanged where the print fills the image", () => {
    const upright = places(extract(printOf(1000)));
    const exchanged = places(extract(inverted(printOf(1000))));
    expect(exchanged.filter((place) => upright.includes(place))).toEqual([]);
    expect(exchanged).toHaveLength(upright.length);
  });
});

it("a wet finger whose middle is one dark patch is not taken for an inverted one", () => {
  const dry = printOf(1000);
  const pixels = dry.pixels.map((value, i) => {
    const away = Math.hypot((i % AREA.widthPx) - 130, Math.floor(i / AREA.widthPx) - 150);
    return away < 70 ? 30 : value;
  });
  const kept = places(extract({ ...dry, pixels }));
  const own = places(extract(dry));
  expect(kept.filter((place) => own.includes(place)).length).toBeGreaterThan(3);
});
