import { expect, it } from "vitest";

import { seeded } from "../synthetic-print.suite.ts";
import {
  filterInPasses,
  filterInPassesPlainly,
  packFilters,
  type FilterPass,
} from "./line-filters.ts";

const ROWS = 40;

const planeOf = (stride: number, seed: number): Float32Array => {
  const random = seeded(seed);
  return Float32Array.from({ length: stride * ROWS }, () => random() * 6 - 3);
};

/** Every cell that stays eight rows away from the plane's ends, each with some filter. */
const passOf = (stride: number, filterCount: number, seed: number): FilterPass => {
  const random = seeded(seed);
  const positions: number[] = [];
  for (let y = 8; y + 12 < ROWS; y += 4)
    for (let x = 8; x + 12 < stride; x += 4) positions.push(y * stride + x);
  const filters = positions.map(() => Math.floor(random() * filterCount));
  return {
    positions: Int32Array.from(positions),
    filters: Int32Array.from(filters),
    count: positions.length,
  };
};

it("gives the bits of its TypeScript twin, also when widths take turns", () => {
  for (const [stride, seed] of [
    [48, 1],
    [61, 2],
    [48, 3],
  ] as const) {
    const random = seeded(seed + 10);
    const filters = Array.from({ length: 5 }, (_, i) => ({
      offsets: Int32Array.from({ length: 6 + i }, (_, k) => (k - 3) * (stride + 1)),
      weights: Float32Array.from({ length: 6 + i }, (_, k) => (k === 2 ? 0 : random() - 0.5)),
    }));
    const bank = packFilters(stride, filters);
    const passes = [passOf(stride, 5, seed), passOf(stride, 5, seed + 1)];
    const source = planeOf(stride, seed);
    const plain = filterInPassesPlainly(source, bank, passes);
    expect(filterInPasses(source, bank, passes).slice()).toEqual(plain);
    expect(plain.some((value) => value !== 0)).toBe(true);
  }
});
