import { RELAXATION } from "../parameters.ts";
import type { Prepared } from "./prepared.ts";
import { LEVELS, similarityMatrix, type SimilarityMatrix } from "./similarity-matrix.ts";

/** Minutiae of two templates that may be the same, best first. */
export type Pairs = {
  readonly count: number;
  readonly a: Uint16Array;
  readonly b: Uint16Array;
  readonly similarity: Float32Array;
  readonly matrix: SimilarityMatrix;
};

const starts = new Int32Array(LEVELS + 1);
let order = new Uint32Array(0);

/** Listed cells, most similar first, in `order` (counting sort by level). */
const rank = ({ listed, list }: SimilarityMatrix): void => {
  if (order.length < listed) order = new Uint32Array(2 * listed);
  starts.fill(0);
  for (let k = 0; k < listed; k++) {
    const after = LEVELS - ((list[k] ?? 0) >>> 16);
    starts[after] = (starts[after] ?? 0) + 1;
  }
  for (let level = 1; level <= LEVELS; level++)
    starts[level] = (starts[level] ?? 0) + (starts[level - 1] ?? 0);
  for (let k = 0; k < listed; k++) {
    const entry = list[k] ?? 0;
    const level = LEVELS - 1 - (entry >>> 16);
    const at = starts[level] ?? 0;
    order[at] = entry & 0xffff;
    starts[level] = at + 1;
  }
};

const kept = {
  a: new Uint16Array(RELAXATION.maxPairs),
  b: new Uint16Array(RELAXATION.maxPairs),
  similarity: new Float32Array(RELAXATION.maxPairs),
};
let usedA = new Uint8Array(0);
let usedB = new Uint8Array(0);

/** Pairs the most similar minutiae greedily, one to one. Valid until the next call. */
export const pairUp = (a: Prepared, b: Prepared): Pairs => {
  const matrix = similarityMatrix(a.cylinders, b.cylinders);
  const { width, values } = matrix;
  const height = a.table.count;
  const limit = Math.min(RELAXATION.maxPairs, height, width);
  if (usedA.length < height) usedA = new Uint8Array(height);
  if (usedB.length < width) usedB = new Uint8Array(width);
  usedA.fill(0, 0, height);
  usedB.fill(0, 0, width);
  rank(matrix);
  let count = 0;
  for (let k = 0; k < matrix.listed && count < limit; k++) {
    const cell = order[k] ?? 0;
    const i = Math.trunc(cell / width);
    const j = cell - i * width;
    if (usedA[i] === 1 || usedB[j] === 1) continue;
    usedA[i] = 1;
    usedB[j] = 1;
    kept.a[count] = i;
    kept.b[count] = j;
    kept.similarity[count] = values[cell] ?? 0;
    count++;
  }
  return { ...kept, count, matrix };
};
