import fc from "fast-check";
import { expect, test } from "vitest";

import { HALF_ONES_BYTE, SKETCH_BYTES, TURN_BYTE } from "../matcher/sketches.ts";
import {
  BLOCK_BYTES,
  createSketchMemory,
  LANES,
  NEAREST_BYTES,
  plainSketchMemory,
  type NearestAsk,
  type SketchMemory,
} from "./sketch-memory.ts";

const sketchBytes = fc
  .tuple(fc.uint8Array({ minLength: TURN_BYTE, maxLength: TURN_BYTE }), fc.nat(255), fc.nat(64))
  .map(([bits, turn, half]) => [...bits, turn, half]);

const askFor = (sketches: number, count: number, blocks: number): NearestAsk => ({
  sketches,
  count,
  probe: 0,
  blocks,
  nearest: 4 * BLOCK_BYTES,
  maxTurn: 64,
});

/** What a memory answers for stored sketches and probe sketches laid out lane by lane. */
const answerOf = (
  memory: SketchMemory,
  stored: readonly number[][],
  probe: readonly number[][],
): number[] => {
  const blocks = Math.ceil(probe.length / LANES);
  const ask = askFor(5000, stored.length, blocks);
  memory.reserve(5000 + stored.length * SKETCH_BYTES);
  memory.view().fill(0);
  memory.view().set(stored.flat(), ask.sketches);
  for (const [lane, sketch] of probe.entries())
    for (const [k, byte] of sketch.entries())
      memory.view()[Math.floor(lane / LANES) * BLOCK_BYTES + k * LANES + (lane % LANES)] = byte;
  memory.nearest(ask);
  return Array.from(memory.view().subarray(ask.nearest, ask.nearest + blocks * NEAREST_BYTES));
};

test("the kernel answers bit for bit what its plain twin answers", () => {
  const kernel = createSketchMemory();
  expect(kernel.nearest.toString()).not.toBe(plainSketchMemory().nearest.toString());
  fc.assert(
    fc.property(
      fc.array(sketchBytes, { maxLength: 12 }),
      fc.array(sketchBytes, { minLength: 1, maxLength: 40 }),
      (stored, probe) => {
        expect(answerOf(kernel, stored, probe)).toEqual(
          answerOf(plainSketchMemory(), stored, probe),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("both answer the most alike sketch within the turn, the first of equals", () => {
  const sketch = (bits: number, turn: number): number[] => {
    const bytes = Array.from({ length: SKETCH_BYTES }, () => 0);
    for (let bit = 0; bit < bits; bit++)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
    bytes[TURN_BYTE] = turn;
    bytes[HALF_ONES_BYTE] = Math.ceil(bits / 2);
    return bytes;
  };
  for (const memory of [createSketchMemory(), plainSketchMemory()]) {
    const near = answerOf(
      memory,
      [sketch(20, 100), sketch(30, 90), sketch(30, 80)],
      [sketch(32, 70)],
    );
    expect([near[0], near[LANES]]).toEqual([15 + 16 - 2, 20]);
    const turnedTooFar = answerOf(memory, [sketch(30, 135)], [sketch(32, 70)]);
    expect([turnedTooFar[0], turnedTooFar[LANES]]).toEqual([0, 0]);
    const turnedBack = answerOf(memory, [sketch(30, 250)], [sketch(32, 58)]);
    expect([turnedBack[0], turnedBack[LANES]]).toEqual([29, 192]);
  }
});
