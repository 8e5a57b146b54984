import { SHORTLIST } from "../parameters.ts";
import { TWO_PI } from "../primitives/angles.ts";
import { popcount32 } from "../primitives/popcount.ts";

/**
 * A sketch is a cylinder coarse enough for 128 bits: the neighbourhood of a minutia, turned to its direction, on a floor of
 * 21 cells and six sections of relative direction (the idea of Minutia Cylinder-Code, Cappelli, Ferrara, Maltoni 2010). It
 * comes straight from the minutiae, without a cylinder's sums of Gaussians: a neighbour sets every bit whose cell and
 * section it is near to.
 *
 * Bytes of one sketch: 0 … 15 the bits, 16 the direction in 1/256 turn, 17 half the number of bits set, rounded up (0: too
 * few neighbours, says nothing and resembles nothing).
 */
export const SKETCH_BYTES = 18;
export const TURN_BYTE = 16;
export const HALF_ONES_BYTE = 17;

/** The columns of a minutia table that a sketch needs; px, y up, radians counter-clockwise. */
export type Places = {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly rad: Float32Array;
};

const { radiusPx, cellsAcross, sections, nearPx, nearRad, minNeighbours } = SHORTLIST;

/** Places around a minutia are looked up to 2 px, an eighth of a cell's reach. */
const GRID_PX = 2;
const REACH_PX = Math.ceil(radiusPx + nearPx);
const GRID_RADIUS = Math.ceil(REACH_PX / GRID_PX) + 1;
const GRID_SIDE = 2 * GRID_RADIUS + 1;

const cellCentres = (): readonly { readonly x: number; readonly y: number }[] => {
  const side = (2 * radiusPx) / cellsAcross;
  const centre = (index: number): number => (index + 0.5) * side - radiusPx;
  return Array.from({ length: cellsAcross * cellsAcross }, (_, at) => ({
    x: centre(Math.floor(at / cellsAcross)),
    y: centre(at % cellsAcross),
  })).filter(({ x, y }) => Math.hypot(x, y) <= radiusPx);
};

const CELLS = cellCentres();

/** For every place around a minutia one bit per cell near it. */
const CELLS_NEAR: Int32Array = Int32Array.from({ length: GRID_SIDE * GRID_SIDE }, (_, at) => {
  const x = (Math.floor(at / GRID_SIDE) - GRID_RADIUS) * GRID_PX;
  const y = ((at % GRID_SIDE) - GRID_RADIUS) * GRID_PX;
  return CELLS.reduce(
    (mask, cell, k) => (Math.hypot(x - cell.x, y - cell.y) < nearPx ? mask | (1 << k) : mask),
    0,
  );
});

/** For every turn against a minutia, in 1/256, one bit per section near it. */
const SECTIONS_NEAR: Uint8Array = Uint8Array.from({ length: 256 }, (_, step) => {
  const turn = (step * TWO_PI) / 256;
  let mask = 0;
  for (let section = 0; section < sections; section++) {
    const off = Math.abs(turn - ((section + 0.5) * TWO_PI) / sections);
    if (Math.min(off, TWO_PI - off) < nearRad) mask |= 1 << section;
  }
  return mask;
});

type Columns = {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
  readonly turns: Uint8Array;
  /** A word of cells per minutia and section. */
  readonly floors: Int32Array;
  /** Neighbours that touched a cell. */
  readonly neighbours: Uint8Array;
};

/** Sets what a neighbour at (dx, dy) px and at a turn in 1/256 means to the minutia `centre`. */
const addNeighbour = (
  columns: Columns,
  centre: number,
  place: { readonly dx: number; readonly dy: number; readonly turn: number },
): void => {
  const cos = columns.cos[centre] ?? 0;
  const sin = columns.sin[centre] ?? 0;
  const column = Math.floor((cos * place.dx + sin * place.dy) / GRID_PX + 0.5) + GRID_RADIUS;
  const row = Math.floor((cos * place.dy - sin * place.dx) / GRID_PX + 0.5) + GRID_RADIUS;
  const cells = CELLS_NEAR[column * GRID_SIDE + row] ?? 0;
  if (cells === 0) return;
  columns.neighbours[centre] = Math.min(255, (columns.neighbours[centre] ?? 0) + 1);
  const near = SECTIONS_NEAR[place.turn & 255] ?? 0;
  for (let section = 0; section < sections; section++) {
    const at = centre * sections + section;
    if (((near >> section) & 1) === 1) columns.floors[at] = (columns.floors[at] ?? 0) | cells;
  }
};

const lookAround = ({ count, x, y, rad }: Places): Columns => {
  const columns: Columns = {
    cos: Float32Array.from({ length: count }, (_, i) => Math.cos(rad[i] ?? 0)),
    sin: Float32Array.from({ length: count }, (_, i) => Math.sin(rad[i] ?? 0)),
    turns: Uint8Array.from({ length: count }, (_, i) => Math.round(((rad[i] ?? 0) / TWO_PI) * 256)),
    floors: new Int32Array(count * sections),
    neighbours: new Uint8Array(count),
  };
  const { turns } = columns;
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const dx = (x[j] ?? 0) - (x[i] ?? 0);
      const dy = (y[j] ?? 0) - (y[i] ?? 0);
      if (dx * dx + dy * dy > REACH_PX * REACH_PX) continue;
      const turn = (turns[j] ?? 0) - (turns[i] ?? 0);
      addNeighbour(columns, i, { dx, dy, turn });
      addNeighbour(columns, j, { dx: -dx, dy: -dy, turn: -turn });
    }
  return columns;
};

/** Writes a minutia's sections one after the other, lowest bit first; answers how many bits are set. */
const packBits = (floors: Int32Array, minutia: number, view: DataView): number => {
  let ones = 0;
  let [held, heldBits, byte] = [0, 0, minutia * SKETCH_BYTES];
  for (let section = 0; section < sections; section++) {
    const cells = floors[minutia * sections + section] ?? 0;
    ones += popcount32(cells);
    // At most 7 + 21 bits are held at once.
    held |= cells << heldBits;
    for (heldBits += CELLS.length; heldBits >= 8; heldBits -= 8) {
      view.setUint8(byte++, held & 255);
      held >>>= 8;
    }
  }
  if (heldBits > 0) view.setUint8(byte, held & 255);
  return ones;
};

/** The sketches of all minutiae in their order, `SKETCH_BYTES` each. */
export const sketch = (places: Places): Uint8Array => {
  const columns = lookAround(places);
  const bytes = new Uint8Array(places.count * SKETCH_BYTES);
  const view = new DataView(bytes.buffer);
  for (let minutia = 0; minutia < places.count; minutia++) {
    const at = minutia * SKETCH_BYTES;
    view.setUint8(at + TURN_BYTE, columns.turns[minutia] ?? 0);
    if ((columns.neighbours[minutia] ?? 0) < minNeighbours) continue;
    view.setUint8(at + HALF_ONES_BYTE, (packBits(columns.floors, minutia, view) + 1) >> 1);
  }
  return bytes;
};
