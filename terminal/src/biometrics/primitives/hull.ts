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
  let ax = hull[hull.length - 2] ?? 0;
  let ay = hull[hull.length - 1] ?? 0;
  for (let i = 0; inside && i < hull.length; i += 2) {
    const bx = hull[i] ?? 0;
    const by = hull[i + 1] ?? 0;
    if ((bx - ax) * (y - ay) - (by - ay) * (x - ax) < 0) inside = false;
    ax = bx;
    ay = by;
  }
  if (inside || marginPx === 0) return inside;
  for (let i = 0; i < hull.length; i += 2)
    if (edgeDistanceSquared(hull, i, x, y) <= marginPx * marginPx) return true;
  return false;
};

/**
 * A test like `hullReaches` with one margin for many points: the distance to the edges' lines decides most of them,
 * only points beyond a corner are measured exactly.
 */
export const createReach = (
  hull: Float32Array,
  marginPx: number,
): ((x: number, y: number) => boolean) => {
  if (hull.length < 6) return (x, y) => hullReaches(hull, x, y, marginPx);
  const lines = new Float64Array((hull.length / 2) * 3);
  for (let i = 0; i < hull.length; i += 2) {
    const next = (i + 2) % hull.length;
    const ex = (hull[next] ?? 0) - (hull[i] ?? 0);
    const ey = (hull[next + 1] ?? 0) - (hull[i + 1] ?? 0);
    const length = Math.sqrt(ex * ex + ey * ey);
    const [nx, ny] = [ey / length, -ex / length];
    lines.set([nx, ny, nx * (hull[i] ?? 0) + ny * (hull[i + 1] ?? 0)], (i / 2) * 3);
  }
  return (x, y) => {
    let outside = 0;
    for (let at = 0; at < lines.length; at += 3) {
      const beyond = (lines[at] ?? 0) * x + (lines[at + 1] ?? 0) * y - (lines[at + 2] ?? 0);
      if (beyond > marginPx) return false;
      if (beyond > outside) outside = beyond;
    }
    return outside === 0 || hullReaches(hull, x, y, marginPx);
  };
};

const areaOf = (corners: Float64Array, length: number): number => {
  let doubled = 0;
  for (let i = 0; i < length; i += 2) {
    const next = i + 2 === length ? 0 : i + 2;
    doubled +=
      (corners[i] ?? 0) * (corners[next + 1] ?? 0) - (corners[next] ?? 0) * (corners[i + 1] ?? 0);
  }
  return Math.max(0, doubled / 2);
};

/** Writes what of a polygon lies left of the edge of `hull` that starts at `edge` (Sutherland–Hodgman); its length. */
const cutBy = (
  corners: Float64Array,
  length: number,
  edge: { readonly hull: Float32Array; readonly start: number },
  kept: Float64Array,
): number => {
  const { hull, start } = edge;
  const next = start + 2 === hull.length ? 0 : start + 2;
  const ax = hull[start] ?? 0;
  const ay = hull[start + 1] ?? 0;
  const ux = (hull[next] ?? 0) - ax;
  const uy = (hull[next + 1] ?? 0) - ay;
  let count = 0;
  for (let i = 0; i < length; i += 2) {
    const after = i + 2 === length ? 0 : i + 2;
    const x = corners[i] ?? 0;
    const y = corners[i + 1] ?? 0;
    const toX = corners[after] ?? 0;
    const toY = corners[after + 1] ?? 0;
    const side = ux * (y - ay) - uy * (x - ax);
    const toSide = ux * (toY - ay) - uy * (toX - ax);
    if (side >= 0) {
      kept[count++] = x;
      kept[count++] = y;
    }
    if (side >= 0 === toSide >= 0) continue;
    const share = side / (side - toSide);
    kept[count++] = x + share * (toX - x);
    kept[count++] = y + share * (toY - y);
  }
  return count;
};

/** A convex polygon cut by an edge gains at most one corner: this holds both hulls of the largest templates. */
let cut: [Float64Array, Float64Array] = [new Float64Array(256), new Float64Array(256)];

/** Area two hulls share, in units of their coordinates squared. */
export const commonArea = (a: Float32Array, b: Float32Array): number => {
  if (a.length < 6 || b.length < 6) return 0;
  const longest = 2 * (a.length + b.length);
  if (cut[0].length < longest) cut = [new Float64Array(longest), new Float64Array(longest)];
  cut[0].set(a);
  let length = a.length;
  for (let start = 0; start < b.length && length > 0; start += 2) {
    length = cutBy(cut[0], length, { hull: b, start }, cut[1]);
    cut.reverse();
  }
  return areaOf(cut[0], length);
};
