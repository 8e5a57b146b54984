import { EVIDENCE } from "../parameters.ts";
import { turnBetween } from "../primitives/angles.ts";
import type { PairColumns, Places } from "./alignment.ts";
import { firstFrom, type MinutiaTable } from "./minutia-table.ts";

/** Minutiae that lie on each other after alignment; `weight` is 1 where they fit perfectly. */
export type Mates = PairColumns & {
  readonly distancePx: Float64Array;
  readonly turnRad: Float64Array;
};

/** Pairs within reach, in the order they were found; `order` sorts them by cost. */
type Near = {
  readonly a: Uint16Array;
  readonly b: Uint16Array;
  readonly square: Float64Array;
  readonly turn: Float64Array;
  readonly cost: Float64Array;
  readonly order: Uint32Array;
};

const buildNear = (length: number): Near => ({
  a: new Uint16Array(length),
  b: new Uint16Array(length),
  square: new Float64Array(length),
  turn: new Float64Array(length),
  cost: new Float64Array(length),
  order: new Uint32Array(length),
});

let near = buildNear(256);

/** Writes as many pairs as there is room for; answers how many there are. */
const collect = (places: Places, b: MinutiaTable, widen: number, into: Near): number => {
  const reach = EVIDENCE.reachPx * widen;
  const reachSquare = reach * reach;
  const perSquare = 1 / (2 * (EVIDENCE.distanceSigmaPx * widen) ** 2);
  const perTurn = 1 / (2 * EVIDENCE.turnSigmaRad ** 2);
  const { a: firsts, b: seconds, square: squares, turn: turns, cost: costs } = into;
  const { sortedX, byX, count } = b;
  let found = 0;
  for (let i = 0; i < places.count; i++) {
    const x = places.x[i] ?? 0;
    const y = places.y[i] ?? 0;
    const rad = places.rad[i] ?? 0;
    for (let at = firstFrom(b, x - reach); at < count; at++) {
      const dx = (sortedX[at] ?? 0) - x;
      if (dx > reach) break;
      const j = byX[at] ?? 0;
      const dy = (b.y[j] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square > reachSquare) continue;
      const turn = turnBetween(rad, b.rad[j] ?? 0);
      if (turn > EVIDENCE.reachRad) continue;
      // Writes beyond the end of a typed array are dropped.
      firsts[found] = i;
      seconds[found] = j;
      squares[found] = square;
      turns[found] = turn;
      costs[found] = square * perSquare + turn * turn * perTurn;
      found++;
    }
  }
  return found;
};

/** Many pairs lie within reach of each other only in made-up templates; a few are sorted fastest by insertion. */
const INSERTION_LIMIT = 128;

const sortByCost = ({ order, cost }: Near, found: number): void => {
  if (found > INSERTION_LIMIT) {
    for (let k = 0; k < found; k++) order[k] = k;
    order.subarray(0, found).sort((s, t) => (cost[s] ?? 0) - (cost[t] ?? 0) || s - t);
    return;
  }
  for (let k = 0; k < found; k++) {
    const mine = cost[k] ?? 0;
    let at = k;
    while (at > 0 && (cost[order[at - 1] ?? 0] ?? 0) > mine) {
      order[at] = order[at - 1] ?? 0;
      at--;
    }
    order[at] = k;
  }
};

type Found = { readonly mates: Mates; readonly takenA: Uint8Array; readonly takenB: Uint8Array };

/** One-to-one mates within reach, cheapest first; leaves 1 in `takenA` and `takenB` for every minutia that has one. */
export const findMates = (
  places: Places,
  b: MinutiaTable,
  widen: number,
  { mates, takenA, takenB }: Found,
): void => {
  let found = collect(places, b, widen, near);
  if (found > near.a.length) {
    near = buildNear(2 * found);
    found = collect(places, b, widen, near);
  }
  sortByCost(near, found);
  const { a: firsts, b: seconds, order, cost, square, turn } = near;
  takenA.fill(0, 0, places.count);
  takenB.fill(0, 0, b.count);
  let count = 0;
  for (let k = 0; k < found; k++) {
    const pair = order[k] ?? 0;
    const i = firsts[pair] ?? 0;
    const j = seconds[pair] ?? 0;
    if (takenA[i] === 1 || takenB[j] === 1) continue;
    takenA[i] = 1;
    takenB[j] = 1;
    mates.a[count] = i;
    mates.b[count] = j;
    mates.weight[count] = 1 / (1 + (cost[pair] ?? 0));
    mates.distancePx[count] = Math.sqrt(square[pair] ?? 0);
    mates.turnRad[count] = turn[pair] ?? 0;
    count++;
  }
  mates.count = count;
};
