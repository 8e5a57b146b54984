import { describe, expect, it } from "vitest";

import type { Template } from "./engine-api.ts";
import { consolidate } from "./enrol.ts";
import { compare } from "./match.ts";
import { placedAt, randomTemplate } from "./synthetic-print.suite.ts";

const FINGER = randomTemplate(60, 1);

/** What a small sensor sees of the finger from a line on: a placement. */
const part = (fromY: number, toY: number, turnRad = 0): Template => {
  const seen = FINGER.minutiae.filter(({ y }) => y >= fromY && y < toY);
  return placedAt({ ...FINGER, minutiae: seen }, { turnRad, dx: 0, dy: 40 - fromY });
};

const mergedOf = (placements: readonly Template[]): Template => {
  const result = consolidate(placements);
  if (result.kind !== "merged") throw new Error(`placement ${result.placementIndex} did not fit`);
  return result.template;
};

describe("consolidate", () => {
  it("joins overlapping placements into one larger finger", () => {
    const merged = mergedOf([part(0, 180), part(110, 290, 0.2)]);
    expect(merged.placementCount).toBe(2);
    expect(Math.abs(merged.minutiae.length - FINGER.minutiae.length)).toBeLessThanOrEqual(2);
    expect(compare(FINGER, merged)).toBeGreaterThan(compare(FINGER, part(0, 180)));
  });

  it("counts a minutia seen three times once", () => {
    const merged = mergedOf([FINGER, part(0, 290, 0.1), part(0, 290, -0.2)]);
    expect(merged.minutiae).toHaveLength(FINGER.minutiae.length);
    expect(merged.placementCount).toBe(3);
  });

  it("keeps all coordinates inside the merged template", () => {
    const { widthPx, heightPx, minutiae } = mergedOf([part(0, 180), part(110, 290, -0.3)]);
    for (const { x, y } of minutiae) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThan(widthPx);
      expect(y).toBeLessThan(heightPx);
    }
  });

  it("returns a single placement as it is", () => {
    expect(mergedOf([FINGER])).toEqual(FINGER);
  });

  it("names the placement of another finger", () => {
    const stranger = randomTemplate(50, 77);
    expect(consolidate([part(0, 200), stranger, part(60, 290, 0.1)])).toEqual({
      kind: "inconsistent",
      placementIndex: 1,
    });
  });

  it("refuses no placements and more than eight as a programming error", () => {
    expect(() => consolidate([])).toThrow(RangeError);
    expect(() => consolidate(Array.from({ length: 9 }, () => FINGER))).toThrow(RangeError);
  });
});
