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

const segmentDistance = (hull: Float32Array, i: number, x: number, y: number): number => {
  const next = (i + 2) % hull.length;
  const ax = hull[i] ?? 0;
  const ay = hull[i + 1] ?? 0;
  const dx = (hull[next] ?? 0) - ax;
  const dy = (hull[next + 1] ?? 0) - ay;
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / length;
  const t = Math.min(1, Math.max(0, share));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
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
    if (segmentDistance(hull, i, x, y) <= marginPx) return true;
  return false;
};
