import { describe, expect, it } from "vitest";

import { cellMoments } from "../primitives/cell-grid.ts";
import { createPlane, type Plane } from "../primitives/plane.ts";
import { seeded } from "../synthetic-print.suite.ts";
import { flatten, flattenPlainly } from "./flatten.ts";
import { innerCellsOf, sumGradients, sumGradientsPlainly } from "./gradient.ts";

const SIZES = [
  [64, 40],
  [37, 23],
  [9, 9],
  [101, 58],
  [5, 6],
] as const;

const noise = (widthPx: number, heightPx: number): Plane => {
  const random = seeded(widthPx);
  const plane = createPlane(widthPx, heightPx);
  for (let i = 0; i < plane.data.length; i++) plane.data[i] = random() * 255;
  return plane;
};

describe("kernels and their TypeScript twins give the same bits", () => {
  it("when they flatten, also where the last cell is cut", () => {
    for (const [widthPx, heightPx] of SIZES) {
      const image = noise(widthPx, heightPx);
      const { mean: brightness, meanSquare } = cellMoments(image);
      const contrast = { ...meanSquare, data: meanSquare.data.map((value) => value / 600) };
      const how = { brightness, contrast, floor: 4, clip: 1.1 };
      const flat = flatten(image, how);
      expect(flat).toEqual(flattenPlainly(image, how));
      expect(flat.data.some((value) => Math.abs(value) < 1)).toBe(true);
      expect(Math.max(...flat.data)).toBeCloseTo(1.1, 6);
    }
  });

  it("when they sum gradients, also where no cell has all neighbours", () => {
    for (const [widthPx, heightPx] of SIZES) {
      const image = noise(widthPx, heightPx);
      const inner = innerCellsOf(image);
      const sums = sumGradients(image, inner);
      expect(sums).toEqual(sumGradientsPlainly(image, inner));
      expect(sums).toHaveLength(inner.columns * inner.rows * 3);
    }
  });
});

it("a slope has the gradient of its steepness in every inner cell", () => {
  const slope = createPlane(40, 30);
  for (let i = 0; i < slope.data.length; i++) slope.data[i] = 2 * (i % 40);
  const inner = innerCellsOf(slope);
  const sums = sumGradients(slope, inner);
  // Scharr's weights add up to 32 over a distance of two samples.
  for (let cell = 0; cell < inner.columns * inner.rows; cell++)
    expect([...sums.subarray(3 * cell, 3 * cell + 3)]).toEqual([16 * 64 ** 2, 0, 0]);
});
