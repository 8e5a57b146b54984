import { instantiate, type KernelFunction } from "../kernels/instantiate.ts";
import { CYLINDER, RELAXATION } from "../parameters.ts";
import { TWO_PI } from "../primitives/angles.ts";
import { cylinderSimilarity, CYLINDER_WORDS, MIN_COMPARABLE, type Cylinders } from "./cylinders.ts";

/** Cylinder similarity of every minutia of one template (row) with every one of another (column). */
export type SimilarityMatrix = {
  readonly width: number;
  readonly values: Float32Array;
  /** Cells from `RELAXATION.minSimilarity` on, row by row: number of the cell + 65536 · its level, 0 … `LEVELS` − 1. */
  readonly listed: number;
  readonly list: Uint32Array;
};

/** Steps in which similarities are ranked. */
export const LEVELS = 512;

/** Cells a list entry can number. */
const MAX_CELLS = 65_536;

/** Directions are compared as 32-bit numbers, a full turn being 2³²: their difference wraps by itself. */
const MAX_TURN = Math.floor((CYLINDER.maxTurnRad / TWO_PI) * 2 ** 32);

/** The plain twin of the kernel: every pair on its own. Fills values and list; answers the entries of the list. */
export const similaritiesPlainly = (
  a: Cylinders,
  b: Cylinders,
  values: Float32Array,
  list: Uint32Array,
): number => {
  const width = b.usable.length;
  let listed = 0;
  for (let i = 0; i < a.usable.length; i++)
    for (let j = 0; j < width; j++) {
      const turn = ((a.turns[i] ?? 0) - (b.turns[j] ?? 0) + MAX_TURN) >>> 0;
      const comparable = a.usable[i] === 1 && b.usable[j] === 1 && turn <= 2 * MAX_TURN;
      const cell = i * width + j;
      values[cell] = comparable ? cylinderSimilarity(a, i, b, j) : 0;
      const value = values[cell] ?? 0;
      if (value >= RELAXATION.minSimilarity)
        list[listed++] = cell + MAX_CELLS * Math.floor((LEVELS - 1) * value);
    }
  return listed;
};

/** Memory of the kernel, bytes; `kernels/cylinder-similarity.wat` says what lies where. */
const MAX_COUNT = 256;
const SIDE_BYTES = 26_624;
const VALID_BYTES = 12_288;
const TURN_BYTES = 24_576;
const USABLE_BYTES = 25_600;
const SIDE_A = 4096;
const SIDE_B: number = SIDE_A + SIDE_BYTES;
const OUT: number = SIDE_B + SIDE_BYTES;
const LIST: number = OUT + 4 * MAX_CELLS;

/** One side of the kernel's memory and what lies in it: a probe stays there while a gallery passes by. */
class Side {
  private readonly bits: Int32Array;
  private readonly valid: Int32Array;
  private readonly turns: Int32Array;
  private readonly usable: Uint8Array;
  private held: Cylinders | null = null;

  constructor(buffer: ArrayBuffer, address: number) {
    const words = MAX_COUNT * CYLINDER_WORDS;
    this.bits = new Int32Array(buffer, address, words);
    this.valid = new Int32Array(buffer, address + VALID_BYTES, words);
    this.turns = new Int32Array(buffer, address + TURN_BYTES, MAX_COUNT);
    this.usable = new Uint8Array(buffer, address + USABLE_BYTES, MAX_COUNT);
  }

  load(cylinders: Cylinders): void {
    if (this.held === cylinders) return;
    this.bits.set(cylinders.bits);
    this.valid.set(cylinders.valid);
    this.turns.set(cylinders.turns);
    this.usable.set(cylinders.usable);
    this.held = cylinders;
  }
}

type Machine = {
  readonly run: KernelFunction;
  readonly a: Side;
  readonly b: Side;
  readonly out: Float32Array;
  readonly list: Uint32Array;
};

const start = (): Machine | null => {
  const kernel = CYLINDER_WORDS === 12 ? instantiate("cylinder-similarity") : null;
  if (kernel === null) return null;
  const { buffer } = kernel.memory;
  new Float64Array(buffer, 0, 385).set(Float64Array.from({ length: 385 }, (_, i) => Math.sqrt(i)));
  return {
    run: kernel.call("similarities"),
    a: new Side(buffer, SIDE_A),
    b: new Side(buffer, SIDE_B),
    out: new Float32Array(buffer, OUT, MAX_CELLS),
    list: new Uint32Array(buffer, LIST, MAX_CELLS),
  };
};

const machine: Machine | null = start();
let plainValues = new Float32Array(0);
let plainList = new Uint32Array(0);

/** Valid until the next call: the values lie in memory that is used again. No side has more than 256. */
export const similarityMatrix = (a: Cylinders, b: Cylinders): SimilarityMatrix => {
  const height = a.usable.length;
  const width = b.usable.length;
  if (machine === null) {
    if (plainValues.length < height * width) {
      plainValues = new Float32Array(height * width);
      plainList = new Uint32Array(height * width);
    }
    const listed = similaritiesPlainly(a, b, plainValues, plainList);
    return { width, values: plainValues, listed, list: plainList };
  }
  machine.a.load(a);
  machine.b.load(b);
  const sides = [SIDE_A, SIDE_B, OUT, height, width] as const;
  const { minSimilarity } = RELAXATION;
  const listed = machine.run(...sides, MAX_TURN, MIN_COMPARABLE, minSimilarity, LIST);
  return { width, values: machine.out, listed, list: machine.list };
};
