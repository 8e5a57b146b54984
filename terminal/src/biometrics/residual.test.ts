import { expect, it } from "vitest";

import type { Template } from "./engine-api.ts";
import { extract } from "./extract.ts";
import { contrastOf, isResidual, type PlacementTrace } from "./residual.ts";
import { drawRidges, placedAt, randomTemplate, scatter } from "./synthetic-print.suite.ts";

/** The same template without every n-th minutia. */
const thinned = (template: Template, n: number): Template => ({
  ...template,
  minutiae: template.minutiae.filter((_, i) => i % n !== 0),
});

const strong = (template: Template): PlacementTrace => ({ template, contrast: 50 });
const faint = (template: Template): PlacementTrace => ({ template, contrast: 20 });

it("a faint picture of the former print in the same place is one", () => {
  const area = { widthPx: 256, heightPx: 288 };
  const image = drawRidges({
    ...area,
    wavelengthPx: 9,
    centre: { x: -150, y: 420 },
    dislocations: scatter(20, 8, { ...area, apartPx: 28 }),
  });
  const left = { ...image, pixels: image.pixels.map((grey) => 200 + Math.round(grey / 8)) };
  const [before, now] = [image, left].map((picture) => {
    const extraction = extract(picture);
    if (extraction.kind === "poor") throw new Error("not read");
    return { template: extraction.template, contrast: contrastOf(picture) };
  });
  if (before === undefined || now === undefined) throw new Error("not read");
  expect(isResidual(now, before)).toBe(true);
  expect(isResidual(before, now)).toBe(false);
});

it("a part of it is one, a second touch of the same finger is not", () => {
  for (let seed = 1; seed < 20; seed++) {
    const template = randomTemplate(40, seed);
    expect(isResidual(faint(thinned(template, 3)), strong(template))).toBe(true);
    const again = placedAt(template, { turnRad: 0.05, dx: 7, dy: -5 });
    expect(isResidual(faint(again), strong(template))).toBe(false);
  }
});

it("another finger is not, and a handful of minutiae proves nothing", () => {
  const few = { ...randomTemplate(40, 1), minutiae: randomTemplate(40, 1).minutiae.slice(0, 5) };
  expect(isResidual(faint(few), strong(randomTemplate(40, 1)))).toBe(false);
  for (let seed = 1; seed < 30; seed++)
    expect(
      isResidual(faint(randomTemplate(40, seed)), strong(randomTemplate(40, seed + 100))),
    ).toBe(false);
});

it("contrast is the deviation of the grey levels", () => {
  const image = {
    widthPx: 2,
    heightPx: 2,
    resolutionDpi: 500,
    pixels: Uint8Array.of(10, 30, 10, 30),
  };
  expect(contrastOf(image)).toBe(10);
});
