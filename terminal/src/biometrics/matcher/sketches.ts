import { CYLINDER, SHORTLIST } from "../parameters.ts";
import { TWO_PI } from "../primitives/angles.ts";
import { popcount32 } from "../primitives/popcount.ts";
import { CYLINDER_BITS, CYLINDER_WORDS, type Cylinders, type MinutiaTable } from "./cylinders.ts";

/** Shortened cylinders of the usable minutiae of a template, for a quick look. */
export type Sketches = {
  readonly count: number;
  readonly bits: Int32Array;
  readonly ones: Uint8Array;
  /** Directions in 1/256 turn. */
  readonly turns: Uint8Array;
};

const WORDS = SHORTLIST.words;
const KEPT = 32 * WORDS;

/** Which bits of a cylinder are kept: evenly spread over cells and sections. */
const SAMPLE: Int32Array = Int32Array.from({ length: KEPT }, (_, k) =>
  Math.floor(((k + 0.5) * CYLINDER_BITS) / KEPT),
);

export const sketch = (table: MinutiaTable, cylinders: Cylinders): Sketches => {
  const usable = Array.from(cylinders.usable.keys()).filter((i) => cylinders.usable[i] === 1);
  const bits = new Int32Array(usable.length * WORDS);
  const ones = new Uint8Array(usable.length);
  const turns = new Uint8Array(usable.length);
  for (const [at, minutia] of usable.entries()) {
    for (const [k, bit] of SAMPLE.entries()) {
      const word = cylinders.bits[minutia * CYLINDER_WORDS + (bit >> 5)] ?? 0;
      if (((word >>> (bit & 31)) & 1) === 0) continue;
      bits[at * WORDS + (k >> 5)] = (bits[at * WORDS + (k >> 5)] ?? 0) | (1 << (k & 31));
      ones[at] = (ones[at] ?? 0) + 1;
    }
    turns[at] = Math.round(((table.rad[minutia] ?? 0) / TWO_PI) * 256) & 255;
  }
  return { count: usable.length, bits, ones, turns };
};

const MAX_TURN = Math.round((CYLINDER.maxTurnRad / TWO_PI) * 256);
const votes = new Float32Array(SHORTLIST.turnBins);

/** Most similar minutia of `b` for minutia `i` of `a` casts its likeness for the turn between them. */
const castVote = (a: Sketches, i: number, b: Sketches): void => {
  const [w0, w1, w2, w3] = [0, 1, 2, 3].map((k) => a.bits[i * WORDS + k] ?? 0);
  const ones = a.ones[i] ?? 0;
  const turn = a.turns[i] ?? 0;
  let best: number = SHORTLIST.minLikeness;
  let bestTurn = -1;
  for (let j = 0; j < b.count; j++) {
    const difference = ((b.turns[j] ?? 0) - turn) & 255;
    if (difference > MAX_TURN && difference < 256 - MAX_TURN) continue;
    const at = j * WORDS;
    const different =
      popcount32((w0 ?? 0) ^ (b.bits[at] ?? 0)) +
      popcount32((w1 ?? 0) ^ (b.bits[at + 1] ?? 0)) +
      popcount32((w2 ?? 0) ^ (b.bits[at + 2] ?? 0)) +
      popcount32((w3 ?? 0) ^ (b.bits[at + 3] ?? 0));
    const likeness = 1 - different / (ones + (b.ones[j] ?? 0) + 1);
    if (likeness <= best) continue;
    best = likeness;
    bestTurn = difference;
  }
  if (bestTurn < 0) return;
  const bin = Math.floor((bestTurn * SHORTLIST.turnBins) / 256);
  votes[bin] = (votes[bin] ?? 0) + (best - SHORTLIST.minLikeness);
};

/** Quick likeness of two templates, 0 or more: the votes that agree on one turn, give or take a bin. */
export const quickLikeness = (a: Sketches, b: Sketches): number => {
  votes.fill(0);
  for (let i = 0; i < a.count; i++) castVote(a, i, b);
  const bins = SHORTLIST.turnBins;
  let best = 0;
  for (let bin = 0; bin < bins; bin++) {
    const sum =
      (votes[bin] ?? 0) + (votes[(bin + 1) % bins] ?? 0) + (votes[(bin + bins - 1) % bins] ?? 0);
    if (sum > best) best = sum;
  }
  return best;
};
