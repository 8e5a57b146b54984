import { neighbourOffsets, type Bitmap } from "../primitives/bitmap.ts";

/** Ridges one pixel wide. */
export type Skeleton = {
  readonly bitmap: Bitmap;
  /** Where its pixels were after thinning, row by row; later stages only take some away. */
  readonly pixels: Int32Array;
};

/** A walk along the skeleton: where it went and what stopped it. */
export type Walk = {
  readonly path: readonly number[];
  readonly end: "length" | "ending" | "junction";
};

/** Number of ridges leaving each of the 256 neighbourhoods (crossing number). */
const CROSSINGS: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  let changes = 0;
  for (let k = 0; k < 8; k++) changes += ((code >> k) ^ (code >> ((k + 1) & 7))) & 1;
  return changes / 2;
});

export const crossingNumber = (bits: Uint8Array, at: number, near: Int32Array): number => {
  // Unrolled: asked of every pixel of the skeleton.
  const code =
    (bits[at + (near[0] ?? 0)] ?? 0) |
    ((bits[at + (near[1] ?? 0)] ?? 0) << 1) |
    ((bits[at + (near[2] ?? 0)] ?? 0) << 2) |
    ((bits[at + (near[3] ?? 0)] ?? 0) << 3) |
    ((bits[at + (near[4] ?? 0)] ?? 0) << 4) |
    ((bits[at + (near[5] ?? 0)] ?? 0) << 5) |
    ((bits[at + (near[6] ?? 0)] ?? 0) << 6) |
    ((bits[at + (near[7] ?? 0)] ?? 0) << 7);
  return CROSSINGS[code] ?? 0;
};

/** First pixels of the ridges leaving a point: side neighbours before corner ones of the same ridge. */
export const branchesOf = (bits: Uint8Array, at: number, near: Int32Array): number[] => {
  const branches: number[] = [];
  for (let k = 0; k < 8; k++) {
    if (bits[at + (near[k] ?? 0)] !== 1) continue;
    const isCorner = k % 2 === 1;
    const besideSide =
      bits[at + (near[(k + 7) & 7] ?? 0)] === 1 || bits[at + (near[(k + 1) & 7] ?? 0)] === 1;
    if (!(isCorner && besideSide)) branches.push(at + (near[k] ?? 0));
  }
  return branches;
};

/** Follows a ridge from `first` away from `origin` for at most `maxPx` pixels. */
export const walk = (skeleton: Bitmap, origin: number, first: number, maxPx: number): Walk => {
  const { bits, stride } = skeleton;
  const near = neighbourOffsets(stride);
  const path = [first];
  let previous = origin;
  let at = first;
  while (path.length < maxPx) {
    if (crossingNumber(bits, at, near) > 2) return { path, end: "junction" };
    const from = previous;
    const next = branchesOf(bits, at, near).find(
      (candidate) =>
        candidate !== from && !path.includes(candidate) && !isBeside(candidate, from, stride),
    );
    if (next === undefined) return { path, end: "ending" };
    previous = at;
    at = next;
    path.push(at);
  }
  return { path, end: "length" };
};

const isBeside = (a: number, b: number, stride: number): boolean => {
  const distance = Math.abs(a - b);
  return distance === 1 || distance === stride;
};

/** Erases branches that end before `maxPx`: hairs grown by thinning a ragged ridge. */
export const pruneSpurs = ({ bitmap: skeleton, pixels }: Skeleton, maxPx: number): void => {
  const { bits, stride } = skeleton;
  const near = neighbourOffsets(stride);
  for (const at of pixels) {
    if (bits[at] !== 1 || crossingNumber(bits, at, near) !== 1) continue;
    const first = branchesOf(bits, at, near)[0];
    if (first === undefined) continue;
    const { path, end } = walk(skeleton, at, first, maxPx);
    if (end !== "junction") continue;
    bits[at] = 0;
    for (const pixel of path.slice(0, -1)) bits[pixel] = 0;
  }
};
