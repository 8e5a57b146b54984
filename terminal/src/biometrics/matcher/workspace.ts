import type { PairColumns, Places } from "./alignment.ts";
import type { Mates } from "./mates.ts";

/** Minutiae of the largest template the workspace holds so far; grows to whatever is compared. */
let capacity = 0;

/** Arrays one comparison writes and the next one writes again: comparing allocates nothing. */
export type Workspace = {
  readonly places: Places;
  readonly bent: Places;
  readonly mates: Mates;
  readonly seed: PairColumns;
  readonly takenA: Uint8Array;
  readonly takenB: Uint8Array;
};

const pairColumns = (length: number): PairColumns => ({
  count: 0,
  a: new Uint16Array(length),
  b: new Uint16Array(length),
  weight: new Float64Array(length),
});

const placeColumns = (length: number): Places => ({
  count: 0,
  x: new Float32Array(length),
  y: new Float32Array(length),
  rad: new Float32Array(length),
});

const build = (length: number): Workspace => ({
  places: placeColumns(length),
  bent: placeColumns(length),
  mates: {
    ...pairColumns(length),
    distancePx: new Float64Array(length),
    turnRad: new Float64Array(length),
  },
  seed: pairColumns(length + 1),
  takenA: new Uint8Array(length),
  takenB: new Uint8Array(length),
});

let workspace: Workspace = build(capacity);

/** The workspace, large enough for templates of `count` minutiae; everything in it is from an earlier comparison. */
export const workspaceFor = (count: number): Workspace => {
  if (count > capacity) {
    capacity = Math.max(2 * capacity, count, 64);
    workspace = build(capacity);
  }
  return workspace;
};
