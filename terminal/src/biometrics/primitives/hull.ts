/** Convex hull as x, y pairs, counter-clockwise (y up); fewer than three corners for degenerate sets. */
export const convexHull = (x: Float32Array, y: Float32Array): Float32Array => {
  const order = Array.from(x.keys()).toSorted(
    (a, b) => (x[a] ?? 0) - (x[b] ?? 0) || (y[a] ?? 0) - (y[b] ?? 0),
  );
  const turn = (o: number, a: number, b: number): number =>
    ((x[a] ?? 0) - (x[o] ?? 0)) * ((y[b] ?? 0) - (y[o] ?? 0)) -
    ((y[a] ?? 0) - (y[o] ?? 0)) * ((x[b] ?? 0) - (x[o] ?? 0));
  const chain = (points: readonly number[]): number[] => {
    const line: number[] = [];
    for (const point of points) {
      while (line.length >= 2 && turn(line.at(-2) ?? 0, line.at(-1) ?? 0, point) <= 0) line.pop();
      line.push(point);
    }
    line.pop();
    return line;
  };
  const corners = [...chain(order), ...chain(order.toReversed())];
  const hull = new Float32Array(corners.length * 2);
  for (const [i, corner] of corners.entries()) {
    hull[2 * i] = x[corner] ?? 0;
    hull[2 * i + 1] = y[corner] ?? 0;
  }
  return hull;
};

/** Square of the distance to an edge: the root is not needed to compare. */
const edgeDistanceSquared = (hull: Float32Array, i: number, x: number, y: number): number => {
  const next = (i + 2) % hull.length;
  const ax = hull[i] ?? 0;
  const ay = hull[i + 1] ?? 0;
  const dx = (hull[next] ?? 0) - ax;
  const dy = (hull[next + 1] ?? 0) - ay;
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / length;
  const t = Math.min(1, Math.max(0, share));
  const [offX, offY] = [x - ax - t * dx, y - ay - t * dy];
  return offX * offX + offY * offY;
};

/** True for points in the hull or within `marginPx` of it. */
export const hullReaches = (
  hull: Float32Array,
  x: number,
  y: number,
  marginPx: number,
): boolean => {
  let inside = hull.length >= 6;
  for (let i = 0; inside && i < hull.length; i += 2) {
    const next = (i + 2) % hull.length;
    const ax = hull[i] ?? 0;
    const ay = hull[i + 1] ?? 0;
    const side = ((hull[next] ?? 0) - ax) * (y - ay) - ((hull[next + 1] ?? 0) - ay) * (x - ax);
    if (side < 0) inside = false;
  }
  if (inside || marginPx === 0) return inside;
  for (let i = 0; i < hull.length; i += 2)
    if (edgeDistanceSquared(hull, i, x, y) <= marginPx * marginPx) return true;
  return false;
};

const areaOf = (corners: ArrayLike<number>): number => {
  let doubled = 0;
  for (let i = 0; i < corners.length; i += 2) {
    const next = (i + 2) % corners.length;
    doubled +=
      (corners[i] ?? 0) * (corners[next + 1] ?? 0) - (corners[next] ?? 0) * (corners[i + 1] ?? 0);
  }
  return Math.max(0, doubled / 2);
};

/** What of a polygon lies left of the edge of `hull` that starts at `edge` (Sutherland–Hodgman). */
const cutBy = (corners: readonly number[], hull: Float32Array, edge: number): number[] => {
  const next = (edge + 2) % hull.length;
  const ax = hull[edge] ?? 0;
  const ay = hull[edge + 1] ?? 0;
  const ux = (hull[next] ?? 0) - ax;
  const uy = (hull[next + 1] ?? 0) - ay;
  const kept: number[] = [];
  for (let i = 0; i < corners.length; i += 2) {
    const after = (i + 2) % corners.length;
    const [x = 0, y = 0] = [corners[i], corners[i + 1]];
    const [toX = 0, toY = 0] = [corners[after], corners[after + 1]];
    const side = ux * (y - ay) - uy * (x - ax);
    const toSide = ux * (toY - ay) - uy * (toX - ax);
    if (side >= 0) kept.push(x, y);
    if (side >= 0 === toSide >= 0) continue;
    const share = side / (side - toSide);
    kept.push(x + share * (toX - x), y + share * (toY - y));
  }
  return kept;
};

/** Area two hulls share, in units of their coordinates squared. */
export const commonArea = (a: Float32Array, b: Float32Array): number => {
  if (a.length < 6 || b.length < 6) return 0;
  let corners: number[] = Array.from(a);
  for (let edge = 0; edge < b.length && corners.length > 0; edge += 2)
    corners = cutBy(corners, b, edge);
  return areaOf(corners);
};
