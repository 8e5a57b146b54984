import { expect, it } from "vitest";

import type { Template } from "./engine-api.ts";
import { extract } from "./extract.ts";
import { isResidual } from "./residual.ts";
import { drawRidges, placedAt, randomTemplate, scatter } from "./synthetic-print.suite.ts";

/** The same template without every n-th minutia. */
const thinned = (template: Template, n: number): Template => ({
  ...template,
  minutiae: template.minutiae.filter((_, i) => i % n !== 0),
});

it("a faint picture of the former print in the same place is one", () => {
  const area = { widthPx: 256, heightPx: 288 };
  const image = drawRidges({
    ...area,
    wavelengthPx: 9,
    centre: { x: -150, y: 420 },
    dislocations: scatter(20, 8, { ...area, apartPx: 28 }),
  });
  const faint = { ...image, pixels: image.pixels.map((grey) => 200 + Math.round(grey / 8)) };
  const [before, now] = [extract(image), extract(faint)];
  if (before.kind === "poor" || now.kind === "poor") throw new Error("not read");
  expect(isResidual(now.template, before.template)).toBe(true);
});

it("a part of it is one, a second touch of the same finger is not", () => {
  for (let seed = 1; seed < 20; seed++) {
    const template = randomTemplate(40, seed);
    expect(isResidual(thinned(template, 3), template)).toBe(true);
    const again = placedAt(template, { turnRad: 0.05, dx: 7, dy: -5 });
    expect(isResidual(again, template)).toBe(false);
  }
});

it("another finger is not, and a handful of minutiae proves nothing", () => {
  const few = { ...randomTemplate(40, 1), minutiae: randomTemplate(40, 1).minutiae.slice(0, 5) };
  expect(isResidual(few, randomTemplate(40, 1))).toBe(false);
  for (let seed = 1; seed < 30; seed++)
    expect(isResidual(randomTemplate(40, seed), randomTemplate(40, seed + 100))).toBe(false);
});
