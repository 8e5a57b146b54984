import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { directionDifference, signedDifference, turnBetween, wrapTurn } from "./angles.ts";
import { convexHull, createReach, hullReaches } from "./hull.ts";
import { boxBlurTwice, createPlane, gaussianBlur } from "./plane.ts";
import { popcount32 } from "./popcount.ts";

const angle = fc.double({ min: -50, max: 50, noNaN: true });

describe("angles", () => {
  it("wrap into one turn", () => {
    fc.assert(
      fc.property(angle, (rad) => {
        const wrapped = wrapTurn(rad);
        expect(wrapped).toBeGreaterThanOrEqual(0);
        expect(wrapped).toBeLessThanOrEqual(2 * Math.PI);
        expect(Math.cos(wrapped)).toBeCloseTo(Math.cos(rad), 9);
      }),
    );
  });

  it("within two turns differ the same without a division", () => {
    const near = fc.double({ min: 0, max: 4 * Math.PI, noNaN: true, maxExcluded: true });
    fc.assert(
      fc.property(near, near, (a, b) => {
        expect(turnBetween(a, b)).toBeCloseTo(directionDifference(a, b), 9);
      }),
    );
  });

  it("differ by at most half a turn, and symmetrically", () => {
    fc.assert(
      fc.property(angle, angle, (a, b) => {
        expect(directionDifference(a, b)).toBeLessThanOrEqual(Math.PI);
        expect(directionDifference(a, b)).toBeCloseTo(directionDifference(b, a), 9);
        expect(Math.cos(signedDifference(a, b))).toBeCloseTo(Math.cos(a - b), 9);
      }),
    );
  });
});

describe("popcount32", () => {
  it("counts the ones of any word", () => {
    fc.assert(
      fc.property(fc.integer(), (word) => {
        const ones = (word >>> 0).toString(2).replaceAll("0", "").length;
        expect(popcount32(word)).toBe(ones);
      }),
    );
  });
});

describe("the hull", () => {
  const x = Float32Array.of(0, 10, 10, 0, 5);
  const y = Float32Array.of(0, 0, 10, 10, 5);
  const hull = convexHull(x, y);

  it("keeps corners and drops what lies inside", () => {
    expect([...hull]).toEqual([0, 0, 10, 0, 10, 10, 0, 10]);
  });

  it("reaches its inside and as far beyond as the margin", () => {
    expect(hullReaches(hull, 5, 5, 0)).toBe(true);
    expect(hullReaches(hull, 13, 5, 0)).toBe(false);
    expect(hullReaches(hull, 13, 5, 4)).toBe(true);
    expect(hullReaches(hull, 13, 14, 4)).toBe(false);
  });

  it("has no inside when all points lie on one line", () => {
    const flat = convexHull(Float32Array.of(0, 1, 2), Float32Array.of(0, 1, 2));
    expect(hullReaches(flat, 1, 1, 0)).toBe(false);
    expect(hullReaches(flat, 1, 1, 1)).toBe(true);
  });
});

describe("blurring", () => {
  it("leaves a flat plane as it was and keeps the sum of a point", () => {
    const flat = createPlane(40, 30);
    flat.data.fill(7);
    const point = createPlane(61, 61);
    point.data[30 * 61 + 30] = 1;
    for (const blur of [gaussianBlur, boxBlurTwice]) {
      expect(Math.max(...blur(flat, 3).data)).toBeCloseTo(7, 4);
      expect(Math.min(...blur(flat, 3).data)).toBeCloseTo(7, 4);
      expect(blur(point, 3).data.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    }
  });
});

describe("a reach around a hull", () => {
  it("says of every point what the slow test says", () => {
    const place = fc.integer({ min: -120, max: 320 });
    const corner = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }));
    fc.assert(
      fc.property(
        fc.array(corner, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(place, place), { minLength: 20, maxLength: 20 }),
        (corners, points) => {
          const xs = Float32Array.from(corners, ([x]) => x);
          const ys = Float32Array.from(corners, ([, y]) => y);
          const hull = convexHull(xs, ys);
          const reaches = createReach(hull, 50);
          for (const [x, y] of points) expect(reaches(x, y)).toBe(hullReaches(hull, x, y, 50));
        },
      ),
    );
  });
});
