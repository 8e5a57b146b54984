import { CYLINDER, RELAXATION } from "../parameters.ts";
import { directionDifference } from "../primitives/angles.ts";
import { cylinderSimilarity } from "./cylinders.ts";
import type { Prepared } from "./prepared.ts";

/** Minutiae of two templates that may be the same, best first. */
export type Pairs = {
  readonly count: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly similarity: Float32Array;
  /** Cylinder similarity of every minutia of `a` (row) with every one of `b` (column). */
  readonly matrix: SimilarityMatrix;
};

const LEVELS = 512;

export type SimilarityMatrix = { readonly width: number; readonly values: Float32Array };

const similarityMatrix = (a: Prepared, b: Prepared): SimilarityMatrix => {
  const width = b.table.count;
  const values = new Float32Array(a.table.count * width);
  for (let i = 0; i < a.table.count; i++) {
    if (a.cylinders.usable[i] === 0) continue;
    for (let j = 0; j < width; j++) {
      if (b.cylinders.usable[j] === 0) continue;
      const turn = directionDifference(a.table.rad[i] ?? 0, b.table.rad[j] ?? 0);
      if (turn > CYLINDER.maxTurnRad) continue;
      values[i * width + j] = cylinderSimilarity(a.cylinders, i, b.cylinders, j);
    }
  }
  return { width, values };
};

/** Cells of the matrix above the floor, most similar first (counting sort by similarity). */
const ranked = ({ values }: SimilarityMatrix): Int32Array => {
  const counts = new Int32Array(LEVELS + 1);
  const levelOf = (value: number): number => LEVELS - 1 - Math.floor(value * (LEVELS - 1));
  let total = 0;
  for (const value of values) {
    if (value < RELAXATION.minSimilarity) continue;
    total++;
    const after = levelOf(value) + 1;
    counts[after] = (counts[after] ?? 0) + 1;
  }
  for (let level = 1; level <= LEVELS; level++)
    counts[level] = (counts[level] ?? 0) + (counts[level - 1] ?? 0);
  const order = new Int32Array(total);
  for (let cell = 0; cell < values.length; cell++) {
    const value = values[cell] ?? 0;
    if (value < RELAXATION.minSimilarity) continue;
    const level = levelOf(value);
    order[counts[level] ?? 0] = cell;
    counts[level] = (counts[level] ?? 0) + 1;
  }
  return order;
};

/** Pairs the most similar minutiae greedily, each used at most `RELAXATION.uses` times. */
export const pairUp = (a: Prepared, b: Prepared): Pairs => {
  const matrix = similarityMatrix(a, b);
  const limit = Math.min(
    RELAXATION.maxPairs,
    RELAXATION.uses * Math.min(a.table.count, matrix.width),
  );
  const pairs = {
    a: new Int32Array(limit),
    b: new Int32Array(limit),
    similarity: new Float32Array(limit),
  };
  const usesA = new Uint8Array(a.table.count);
  const usesB = new Uint8Array(matrix.width);
  let count = 0;
  for (const cell of ranked(matrix)) {
    if (count === limit) break;
    const i = Math.floor(cell / matrix.width);
    const j = cell % matrix.width;
    if ((usesA[i] ?? 0) >= RELAXATION.uses || (usesB[j] ?? 0) >= RELAXATION.uses) continue;
    usesA[i] = (usesA[i] ?? 0) + 1;
    usesB[j] = (usesB[j] ?? 0) + 1;
    pairs.a[count] = i;
    pairs.b[count] = j;
    pairs.similarity[count] = matrix.values[cell] ?? 0;
    count++;
  }
  return { ...pairs, count, matrix };
};
