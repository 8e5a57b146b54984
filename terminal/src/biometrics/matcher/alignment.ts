import type { MinutiaTable } from "./cylinders.ts";

/** Rigid motion of the probe onto the candidate: turn about the origin, then shift (y up). */
export type Motion = {
  readonly cos: number;
  readonly sin: number;
  readonly dx: number;
  readonly dy: number;
};

export type WeightedPair = { readonly a: number; readonly b: number; readonly weight: number };

/** Least-squares motion of weighted pairs; directions vote for the turn as if each were a lever of `leverPx`. */
export const fitMotion = (
  a: MinutiaTable,
  b: MinutiaTable,
  pairs: readonly WeightedPair[],
): Motion => {
  const leverPx = 12;
  let [sum, ax, ay, bx, by] = [0, 0, 0, 0, 0];
  for (const { a: i, b: j, weight } of pairs) {
    sum += weight;
    ax += weight * (a.x[i] ?? 0);
    ay += weight * (a.y[i] ?? 0);
    bx += weight * (b.x[j] ?? 0);
    by += weight * (b.y[j] ?? 0);
  }
  [ax, ay, bx, by] = [ax / sum, ay / sum, bx / sum, by / sum];
  let [dot, cross] = [0, 0];
  for (const { a: i, b: j, weight } of pairs) {
    const ux = (a.x[i] ?? 0) - ax;
    const uy = (a.y[i] ?? 0) - ay;
    const vx = (b.x[j] ?? 0) - bx;
    const vy = (b.y[j] ?? 0) - by;
    const turn = (b.rad[j] ?? 0) - (a.rad[i] ?? 0);
    dot += weight * (ux * vx + uy * vy + leverPx * leverPx * Math.cos(turn));
    cross += weight * (ux * vy - uy * vx + leverPx * leverPx * Math.sin(turn));
  }
  const length = Math.hypot(dot, cross);
  const cos = length === 0 ? 1 : dot / length;
  const sin = length === 0 ? 0 : cross / length;
  return { cos, sin, dx: bx - (cos * ax - sin * ay), dy: by - (sin * ax + cos * ay) };
};

/** The minutiae of a table moved; quality and hull untouched. */
export const moveTable = (table: MinutiaTable, motion: Motion): MinutiaTable => {
  const { cos, sin, dx, dy } = motion;
  const turn = Math.atan2(sin, cos);
  const x = new Float32Array(table.count);
  const y = new Float32Array(table.count);
  const rad = new Float32Array(table.count);
  for (let i = 0; i < table.count; i++) {
    const fromX = table.x[i] ?? 0;
    const fromY = table.y[i] ?? 0;
    x[i] = cos * fromX - sin * fromY + dx;
    y[i] = sin * fromX + cos * fromY + dy;
    rad[i] = (table.rad[i] ?? 0) + turn;
  }
  return { ...table, x, y, rad };
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
