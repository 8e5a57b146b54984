import { HALF_ONES_BYTE, SKETCH_BYTES } from "../matcher/sketches.ts";
import { GALLERY_LIMITS, SHORTLIST } from "../parameters.ts";
import { createPackedPool } from "./packed-pool.ts";
import { BLOCK_BYTES, LANES, NEAREST_BYTES, type SketchMemory } from "./sketch-memory.ts";

/** Sketches of a placement and its minutiae's qualities, in the same order. */
export type SketchedProbe = {
  readonly sketches: Uint8Array;
  readonly quality: ArrayLike<number>;
};

/** How much of a placement is looked at: its best minutiae, or all that are looked up. */
export type Look = "glance" | "close";

/** The stored fingers' sketches in one memory, and how alike a probe is to each of them at a glance. */
export type QuickLook = {
  /** Stores a finger's sketches; answers its slot. */
  readonly add: (sketches: Uint8Array) => number;
  readonly remove: (slot: number) => void;
  /** Takes the placements that are looked for from now on, at most `GALLERY_LIMITS.maxProbes`. */
  readonly lookFor: (probes: readonly SketchedProbe[]) => void;
  /** Likeness of a placement (index in what is looked for) and a finger: whole, 0 or more. */
  readonly likeness: (slot: number, at: { readonly probe: number; readonly look: Look }) => number;
  /** Bytes of the sketches stored, and of the memory around them. */
  readonly liveBytes: () => number;
  readonly heldBytes: () => number;
};

const MAX_BLOCKS = SHORTLIST.probeMinutiae / LANES;
const GLANCE_BLOCKS = SHORTLIST.glanceMinutiae / LANES;
const PROBE_BYTES = MAX_BLOCKS * BLOCK_BYTES;
/** Before the pool: the placements looked for, then the answer of one look. */
const NEAREST_AT = GALLERY_LIMITS.maxProbes * PROBE_BYTES;
const POOL_AT = NEAREST_AT + MAX_BLOCKS * NEAREST_BYTES;

/** Minutiae by what they say, the most first: how surely they are there times how much is around them. */
const chosen = ({ sketches, quality }: SketchedProbe): number[] => {
  const weight = Float64Array.from(
    { length: quality.length },
    (_, i) => (quality[i] ?? 0) * (sketches[i * SKETCH_BYTES + HALF_ONES_BYTE] ?? 0),
  );
  return Array.from(weight.keys())
    .filter((i) => (sketches[i * SKETCH_BYTES + HALF_ONES_BYTE] ?? 0) > 0)
    .toSorted((a, b) => (weight[b] ?? 0) - (weight[a] ?? 0))
    .slice(0, SHORTLIST.probeMinutiae);
};

/** Lays a placement out lane by lane at an address; answers its number of blocks. Empty lanes resemble nothing. */
const layOut = (view: Uint8Array, address: number, probe: SketchedProbe): number => {
  view.fill(0, address, address + PROBE_BYTES);
  const minutiae = chosen(probe);
  for (const [lane, minutia] of minutiae.entries()) {
    const at = address + Math.floor(lane / LANES) * BLOCK_BYTES + (lane % LANES);
    for (let k = 0; k < SKETCH_BYTES; k++)
      view[at + k * LANES] = probe.sketches[minutia * SKETCH_BYTES + k] ?? 0;
  }
  return Math.ceil(minutiae.length / LANES);
};

const BINS = SHORTLIST.turnBins;

/** The nearest minutiae vote with their likeness for the turn; the most of three neighbouring bins counts. */
const countVotes = (view: Uint8Array, blocks: number, votes: Int32Array): number => {
  votes.fill(0);
  for (let block = 0; block < blocks; block++) {
    const at = NEAREST_AT + block * NEAREST_BYTES;
    for (let lane = at; lane < at + LANES; lane++) {
      const bin = ((view[lane + LANES] ?? 0) * BINS) >> 8;
      votes[bin] = (votes[bin] ?? 0) + (view[lane] ?? 0);
    }
  }
  let most = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const before = votes[(bin + BINS - 1) % BINS] ?? 0;
    const after = votes[(bin + 1) % BINS] ?? 0;
    most = Math.max(most, before + (votes[bin] ?? 0) + after);
  }
  return most;
};

export const createQuickLook = (memory: SketchMemory): QuickLook => {
  memory.reserve(POOL_AT);
  const pool = createPackedPool(memory, POOL_AT);
  const votes = new Int32Array(BINS);
  let blocksOf: number[] = [];
  return {
    add: pool.put,
    remove: pool.drop,
    lookFor: (probes) => {
      blocksOf = probes
        .slice(0, GALLERY_LIMITS.maxProbes)
        .map((probe, i) => layOut(memory.view(), i * PROBE_BYTES, probe));
    },
    likeness: (slot, { probe, look }) => {
      const all = blocksOf[probe] ?? 0;
      const blocks = look === "glance" ? Math.min(all, GLANCE_BLOCKS) : all;
      memory.nearest({
        sketches: pool.addressOf(slot),
        count: pool.lengthOf(slot) / SKETCH_BYTES,
        probe: probe * PROBE_BYTES,
        blocks,
        nearest: NEAREST_AT,
        maxTurn: SHORTLIST.maxTurn,
      });
      return countVotes(memory.view(), blocks, votes);
    },
    liveBytes: pool.liveBytes,
    heldBytes: () => memory.view().length,
  };
};
