import { expect, it } from "vitest";

import { missesByTercile, rankCorrelation } from "./quality-figures.ts";

const pairs = (...rows: readonly (readonly [quality: number, score: number])[]) =>
  rows.map(([quality, score]) => ({ quality, score }));

it("ranks agree, disagree or say nothing", () => {
  expect(rankCorrelation(pairs([1, 10], [2, 11], [9, 400]))).toBeCloseTo(1);
  expect(rankCorrelation(pairs([3, 10], [2, 11], [1, 400]))).toBeCloseTo(-1);
  expect(rankCorrelation(pairs([5, 1], [5, 2], [5, 3]))).toBe(0);
  expect(rankCorrelation([])).toBe(0);
});

it("equal qualities share a rank, so that their order does not matter", () => {
  const one = pairs([1, 1], [2, 2], [2, 3], [3, 4]);
  const other = pairs([1, 1], [2, 3], [2, 2], [3, 4]);
  expect(rankCorrelation(one)).toBeCloseTo(rankCorrelation(other));
  expect(rankCorrelation(one)).toBeLessThan(1);
});

it("misses are counted within thirds of the qualities", () => {
  const six = pairs([60, 30], [10, 5], [30, 5], [40, 30], [50, 30], [20, 30]);
  expect(missesByTercile(six, 19)).toEqual([0.5, 0.5, 0]);
});
