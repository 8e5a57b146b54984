import { describe, expect, it } from "vitest";

import type { Template } from "../engine-api.ts";
import { CYLINDER, RELAXATION } from "../parameters.ts";
import { directionDifference } from "../primitives/angles.ts";
import { placedAt, randomTemplate } from "../synthetic-print.suite.ts";
import { CYLINDER_BITS, CYLINDER_WORDS, type Cylinders } from "./cylinders.ts";
import { prepare } from "./prepared.ts";
import { similaritiesPlainly, similarityMatrix } from "./similarity-matrix.ts";

const FINGER = randomTemplate(44, 3);
const LARGE = {
  ...FINGER,
  minutiae: [1, 2, 3, 4, 5].flatMap((s) => randomTemplate(40, s).minutiae),
};
const EMPTY: Template = { ...FINGER, minutiae: [] };
const PAIRS: readonly (readonly [Template, Template])[] = [
  [FINGER, placedAt(FINGER, { turnRad: 0.6, dx: 20, dy: -8 })],
  [FINGER, randomTemplate(31, 90)],
  [LARGE, randomTemplate(52, 7)],
  [LARGE, LARGE],
  [{ ...FINGER, minutiae: FINGER.minutiae.slice(0, 3) }, FINGER],
  [EMPTY, FINGER],
  [FINGER, EMPTY],
];

const bitsOf = (words: Int32Array, minutia: number): boolean[] =>
  Array.from({ length: CYLINDER_BITS }, (_, bit) => {
    const word = words[minutia * CYLINDER_WORDS + (bit >> 5)] ?? 0;
    return ((word >>> (bit & 31)) & 1) === 1;
  });

/** The paper's similarity of two bit cylinders, written as it is printed (section 3.4). */
const paperSimilarity = (a: Cylinders, i: number, b: Cylinders, j: number): number => {
  const [bitsA, bitsB] = [bitsOf(a.bits, i), bitsOf(b.bits, j)];
  const [validA, validB] = [bitsOf(a.valid, i), bitsOf(b.valid, j)];
  const common = validA.map((valid, bit) => valid && validB[bit] === true);
  const norm = (bits: readonly boolean[]): number =>
    Math.sqrt(bits.filter((bit, at) => bit && common[at] === true).length);
  if (common.filter(Boolean).length < CYLINDER.minComparableShare * CYLINDER_BITS) return 0;
  if (norm(bitsA) + norm(bitsB) === 0) return 0;
  return 1 - norm(bitsA.map((bit, at) => bit !== bitsB[at])) / (norm(bitsA) + norm(bitsB));
};

describe("the similarities of all cylinders of two templates", () => {
  it("are the same bits from the kernel and from its plain twin, values and list", () => {
    for (const [left, right] of PAIRS) {
      const [a, b] = [prepare(left), prepare(right)];
      const cells = a.table.count * b.table.count;
      const found = similarityMatrix(a.cylinders, b.cylinders);
      const values = new Float32Array(cells);
      const list = new Uint32Array(cells);
      const listed = similaritiesPlainly(a.cylinders, b.cylinders, values, list);
      expect(found.values.subarray(0, cells)).toEqual(values);
      expect(found.list.subarray(0, found.listed)).toEqual(list.subarray(0, listed));
    }
  });

  it("are the paper's for every pair of minutiae that points roughly one way, and list what may be paired", () => {
    const [a, b] = [prepare(FINGER), prepare(placedAt(FINGER, { turnRad: 0.4, dx: 9, dy: 3 }))];
    const { values, width, list, listed } = similarityMatrix(a.cylinders, b.cylinders);
    let pairable = 0;
    for (let i = 0; i < a.table.count; i++)
      for (let j = 0; j < width; j++) {
        const turn = directionDifference(a.table.rad[i] ?? 0, b.table.rad[j] ?? 0);
        const usable = a.cylinders.usable[i] === 1 && b.cylinders.usable[j] === 1;
        const wanted =
          usable && turn < CYLINDER.maxTurnRad
            ? paperSimilarity(a.cylinders, i, b.cylinders, j)
            : 0;
        expect(values[i * width + j]).toBeCloseTo(wanted, 6);
        if (wanted >= RELAXATION.minSimilarity) pairable++;
      }
    expect(pairable).toBeGreaterThan(a.table.count);
    expect(new Set([...list.subarray(0, listed)].map((entry) => entry & 0xffff)).size).toBe(
      pairable,
    );
  });
});
