import type { MinutiaTable } from "./minutia-table.ts";

/** Rigid motion of the probe onto the candidate: turn about the origin, then shift (y up). */
export type Motion = {
  readonly cos: number;
  readonly sin: number;
  readonly dx: number;
  readonly dy: number;
};

/** Pairs of minutiae as columns, the first `count` of which are meant; the columns are used again and again. */
export type PairColumns = {
  count: number;
  readonly a: Uint16Array;
  readonly b: Uint16Array;
  readonly weight: Float64Array;
};

/** A turn votes as if each direction were a lever of this many px, squared. */
const LEVER_SQUARE: number = 12 ** 2;

/** Least-squares motion of weighted pairs. */
export const fitMotion = (a: MinutiaTable, b: MinutiaTable, pairs: PairColumns): Motion => {
  let sum = 0;
  let ax = 0;
  let ay = 0;
  let bx = 0;
  let by = 0;
  for (let k = 0; k < pairs.count; k++) {
    const weight = pairs.weight[k] ?? 0;
    const i = pairs.a[k] ?? 0;
    const j = pairs.b[k] ?? 0;
    sum += weight;
    ax += weight * (a.x[i] ?? 0);
    ay += weight * (a.y[i] ?? 0);
    bx += weight * (b.x[j] ?? 0);
    by += weight * (b.y[j] ?? 0);
  }
  ax /= sum;
  ay /= sum;
  bx /= sum;
  by /= sum;
  let dot = 0;
  let cross = 0;
  for (let k = 0; k < pairs.count; k++) {
    const weight = pairs.weight[k] ?? 0;
    const i = pairs.a[k] ?? 0;
    const j = pairs.b[k] ?? 0;
    const ux = (a.x[i] ?? 0) - ax;
    const uy = (a.y[i] ?? 0) - ay;
    const vx = (b.x[j] ?? 0) - bx;
    const vy = (b.y[j] ?? 0) - by;
    const cosA = LEVER_SQUARE * (a.cos[i] ?? 0);
    const sinA = LEVER_SQUARE * (a.sin[i] ?? 0);
    const cosB = b.cos[j] ?? 0;
    const sinB = b.sin[j] ?? 0;
    dot += weight * (ux * vx + uy * vy + cosA * cosB + sinA * sinB);
    cross += weight * (ux * vy - uy * vx + cosA * sinB - sinA * cosB);
  }
  const length = Math.sqrt(dot * dot + cross * cross);
  const cos = length === 0 ? 1 : dot / length;
  const sin = length === 0 ? 0 : cross / length;
  return { cos, sin, dx: bx - (cos * ax - sin * ay), dy: by - (sin * ax + cos * ay) };
};

/** Where the minutiae of a print lie in the other print's frame; directions in [0, 4π). */
export type Places = {
  count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly rad: Float32Array;
};

/** Writes the minutiae of a table, moved, into `places`. */
export const movePlaces = (table: MinutiaTable, motion: Motion, places: Places): void => {
  const { cos, sin, dx, dy } = motion;
  const bearing = Math.atan2(sin, cos);
  const turn = bearing < 0 ? bearing + 2 * Math.PI : bearing;
  places.count = table.count;
  for (let i = 0; i < table.count; i++) {
    const fromX = table.x[i] ?? 0;
    const fromY = table.y[i] ?? 0;
    places.x[i] = cos * fromX - sin * fromY + dx;
    places.y[i] = sin * fromX + cos * fromY + dy;
    places.rad[i] = (table.rad[i] ?? 0) + turn;
  }
};

/** A hull moved; stays convex and keeps its sense of rotation. */
export const moveHull = (hull: Float32Array, motion: Motion): Float32Array => {
  const { cos, sin, dx, dy } = motion;
  const moved = new Float32Array(hull.length);
  for (let i = 0; i < hull.length; i += 2) {
    const x = hull[i] ?? 0;
    const y = hull[i + 1] ?? 0;
    moved[i] = cos * x - sin * y + dx;
    moved[i + 1] = sin * x + cos * y + dy;
  }
  return moved;
};
