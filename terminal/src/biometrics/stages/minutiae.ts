import { CELL_PX, MINUTIAE } from "../parameters.ts";
import { directionDifference, wrapTurn } from "../primitives/angles.ts";
import { neighbourOffsets, pixelAt, type Bitmap } from "../primitives/bitmap.ts";
import { ridgeDirectionAt, type OrientationField } from "./orientation.ts";
import { branchesOf, crossingNumber, walk, type Skeleton, type Walk } from "./skeleton.ts";

/** A minutia while it is still in image axes (y down, angle towards y). */
export type Candidate = {
  readonly x: number;
  readonly y: number;
  /** Along the ridge that ends, or between the two ridges that part. */
  readonly rad: number;
  readonly type: "ending" | "bifurcation";
};

const headingOf = (skeleton: Bitmap, at: number, { path }: Walk): number => {
  const last = path.at(-1) ?? at;
  const dy = Math.floor(last / skeleton.stride) - Math.floor(at / skeleton.stride);
  const dx = (last % skeleton.stride) - (at % skeleton.stride);
  return Math.atan2(dy, dx);
};

/** The direction of the orientation field nearest to a traced one: the trace gives the sense, the field the precision. */
const snap = (traced: number, ridge: number): number =>
  wrapTurn(directionDifference(traced, ridge) <= Math.PI / 2 ? ridge : ridge + Math.PI);

const meanDirection = (a: number, b: number): number =>
  Math.atan2(Math.sin(a) + Math.sin(b), Math.cos(a) + Math.cos(b));

/** Heading between the two ridges that part most narrowly. */
const forkHeading = (headings: readonly number[]): number => {
  let best = 0;
  let narrowest = Infinity;
  for (let i = 0; i < headings.length; i++)
    for (let j = i + 1; j < headings.length; j++) {
      const a = headings[i] ?? 0;
      const b = headings[j] ?? 0;
      const angle = directionDifference(a, b);
      if (angle < narrowest) {
        narrowest = angle;
        best = meanDirection(a, b);
      }
    }
  return best;
};

const candidateAt = (
  skeleton: Bitmap,
  field: OrientationField,
  at: number,
  crossings: 1 | 3,
): Candidate | null => {
  const { bits, stride } = skeleton;
  const near = neighbourOffsets(stride);
  const walks = branchesOf(bits, at, near).map((first) =>
    walk(skeleton, at, first, MINUTIAE.tracePx),
  );
  const usable = walks.filter(({ path }) => path.length >= MINUTIAE.tracePx / 2);
  if (usable.length < crossings) return null;
  const headings = usable.map((step) => headingOf(skeleton, at, step));
  const { x, y } = pixelAt(skeleton, at);
  const columns = field.cos2.widthPx;
  const ridge = ridgeDirectionAt(
    field,
    Math.floor(y / CELL_PX) * columns + Math.floor(x / CELL_PX),
  );
  const heading = crossings === 1 ? (headings[0] ?? 0) : forkHeading(headings);
  return { x, y, rad: snap(heading, ridge), type: crossings === 1 ? "ending" : "bifurcation" };
};

/** Endings and bifurcations of the skeleton, unfiltered, except those whose ridges are too short to have a direction. */
export const findMinutiae = (
  { bitmap: skeleton, pixels }: Skeleton,
  field: OrientationField,
): Candidate[] => {
  const { bits, stride } = skeleton;
  const found: Candidate[] = [];
  const near = neighbourOffsets(stride);
  for (const at of pixels) {
    if (bits[at] !== 1) continue;
    const crossings = crossingNumber(bits, at, near);
    if (crossings !== 1 && crossings !== 3) continue;
    const candidate = candidateAt(skeleton, field, at, crossings);
    if (candidate !== null) found.push(candidate);
  }
  return found;
};
