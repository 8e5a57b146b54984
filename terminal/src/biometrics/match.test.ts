import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compare } from "./match.ts";
import { SCORE } from "./parameters.ts";
import { placedAt, randomTemplate } from "./synthetic-print.suite.ts";

const FINGER = randomTemplate(36, 1);

describe("compare", () => {
  it("is sure about a print and itself", () => {
    expect(compare(FINGER, FINGER)).toBeGreaterThan(SCORE.evenOdds + 15);
  });

  it("does not care how the finger was turned and shifted", () => {
    const motion = fc.record({
      turnRad: fc.double({ min: -1.2, max: 1.2, noNaN: true }),
      dx: fc.integer({ min: -90, max: 90 }),
      dy: fc.integer({ min: -90, max: 90 }),
    });
    const still = compare(FINGER, FINGER);
    fc.assert(
      fc.property(motion, (m) => {
        expect(Math.abs(compare(placedAt(FINGER, m), FINGER) - still)).toBeLessThan(0.2 * still);
      }),
      { numRuns: 25, seed: 11 },
    );
  });

  it("says nearly the same with the sides exchanged", () => {
    const moved = placedAt(FINGER, { turnRad: 0.3, dx: 20, dy: -15 });
    const part = { ...moved, minutiae: moved.minutiae.slice(4, 30) };
    expect(Math.abs(compare(part, FINGER) - compare(FINGER, part))).toBeLessThan(3);
  });

  it("believes no stranger", () => {
    for (let seed = 2; seed < 42; seed++)
      expect(compare(randomTemplate(36, seed * 17), FINGER)).toBeLessThan(SCORE.evenOdds);
  });

  it("has nothing to say about an empty or tiny template", () => {
    const tiny = { ...FINGER, minutiae: FINGER.minutiae.slice(0, 2) };
    const empty = { ...FINGER, minutiae: [] };
    for (const [a, b] of [
      [empty, FINGER],
      [FINGER, empty],
      [empty, empty],
      [tiny, FINGER],
      [tiny, tiny],
    ] as const)
      expect(compare(a, b)).toBeLessThan(SCORE.evenOdds);
  });
});
