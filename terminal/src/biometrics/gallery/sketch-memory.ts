import { instantiate } from "../kernels/instantiate.ts";
import { HALF_ONES_BYTE, SKETCH_BYTES, TURN_BYTE } from "../matcher/sketches.ts";
import { popcount32 } from "../primitives/popcount.ts";
import { plainSpace, type ByteSpace } from "./byte-space.ts";

/** Minutiae of a probe compared at once, and the bytes of one such block: 16 of bits, directions, half ones. */
export const LANES = 16;
export const BLOCK_BYTES: number = LANES * SKETCH_BYTES;
/** Sixteen likenesses and sixteen turns a block. */
export const NEAREST_BYTES: number = 2 * LANES;

/** What `nearest` is asked; addresses in the memory's own bytes. */
export type NearestAsk = {
  /** A stored finger's sketches. */
  readonly sketches: number;
  readonly count: number;
  /** The probe's blocks: byte k of lane l at 16 k + l. */
  readonly probe: number;
  readonly blocks: number;
  /** Gets `NEAREST_BYTES` a block. */
  readonly nearest: number;
  /** Pairs turned by more, in 1/256 turn, are unlike. */
  readonly maxTurn: number;
};

/** Bytes in which sketches lie, and the loop that reads them (`kernels/sketch-scan.wat` says what it answers). */
export type SketchMemory = ByteSpace & { readonly nearest: (ask: NearestAsk) => void };

const PAGE_BYTES = 65_536;
/** Grown in steps of 1 MiB: views are made anew each time. */
const STEP_PAGES = 16;

const kernelMemory = (): SketchMemory | null => {
  const kernel = instantiate("sketch-scan");
  if (kernel === null) return null;
  const nearest = kernel.call("nearest");
  let view = new Uint8Array(kernel.memory.buffer);
  return {
    view: () => view,
    reserve: (byteCount) => {
      const missing = Math.ceil((byteCount - view.length) / PAGE_BYTES);
      if (missing <= 0) return;
      kernel.memory.grow(Math.max(missing, STEP_PAGES));
      view = new Uint8Array(kernel.memory.buffer);
    },
    nearest: (ask) => {
      nearest(ask.sketches, ask.count, ask.probe, ask.blocks, ask.nearest, ask.maxTurn);
    },
  };
};

const differentBits = (view: Uint8Array, lane: number, sketch: number): number => {
  let different = 0;
  for (let k = 0; k < TURN_BYTE; k++)
    different += popcount32((view[lane + k * LANES] ?? 0) ^ (view[sketch + k] ?? 0));
  return different;
};

/** The kernel's answer for one lane of a block, in plain steps. */
const nearestOfLane = (view: Uint8Array, lane: number, ask: NearestAsk): [number, number] => {
  let [best, bestTurn] = [0, 0];
  for (let i = 0; i < ask.count; i++) {
    const sketch = ask.sketches + i * SKETCH_BYTES;
    const turn = ((view[sketch + TURN_BYTE] ?? 0) - (view[lane + TURN_BYTE * LANES] ?? 0)) & 255;
    if (turn > ask.maxTurn && turn < 256 - ask.maxTurn) continue;
    const half = (view[lane + HALF_ONES_BYTE * LANES] ?? 0) + (view[sketch + HALF_ONES_BYTE] ?? 0);
    const likeness = half - differentBits(view, lane, sketch);
    if (likeness > best) [best, bestTurn] = [likeness, turn];
  }
  return [best, bestTurn];
};

const plainNearest = (view: Uint8Array, ask: NearestAsk): void => {
  for (let block = 0; block < ask.blocks; block++)
    for (let lane = 0; lane < LANES; lane++) {
      const at = ask.nearest + block * NEAREST_BYTES + lane;
      const [likeness, turn] = nearestOfLane(view, ask.probe + block * BLOCK_BYTES + lane, ask);
      view[at] = likeness;
      view[at + LANES] = turn;
    }
};

/** The twin, for machines without WebAssembly SIMD and as the kernel's witness. */
export const plainSketchMemory = (): SketchMemory => {
  const space = plainSpace();
  return { ...space, nearest: (ask) => plainNearest(space.view(), ask) };
};

export const createSketchMemory = (): SketchMemory => kernelMemory() ?? plainSketchMemory();
