import { createRandom, type Random } from "../random.ts";

/** Side of the tiles; a power of two, so that a position wraps with one mask. */
const tileSide = 256;
const tileMask = tileSide - 1;

/** Normal numbers, mean 0, deviation 1, that repeat every 256 pixels; where they begin is drawn. */
export type Texture = { at(column: number, row: number): number };

/** Grains of a pixel each. */
const grainTile: Float32Array = createTile(1);
/** Patches of about three pixels: what dry skin and dust look like. */
const fineTile: Float32Array = createTile(3.2);

/** Drawing a normal number for every pixel of every picture would take most of the time: a tile is drawn once. */
export function grainTexture(random: Random): Texture {
  return placed(grainTile, random);
}

export function fineTexture(random: Random): Texture {
  return placed(fineTile, random);
}

function placed(tile: Float32Array, random: Random): Texture {
  const [left, top] = [random.below(tileSide), random.below(tileSide)];
  const [across, down] = [random.chance(0.5) ? 1 : -1, random.chance(0.5) ? 1 : -1];
  return {
    at: (column, row) =>
      tile[((top + down * row) & tileMask) * tileSide + ((left + across * column) & tileMask)] ?? 0,
  };
}

/** A torus of smooth noise: normals at knots `sizePx` apart, blended; scaled to deviation 1. */
function createTile(sizePx: number): Float32Array {
  const random = createRandom(0x7e57_0000 + Math.round(sizePx * 10));
  const knots = Math.round(tileSide / sizePx);
  const values = Float32Array.from({ length: knots * knots }, () => random.gaussian());
  const tile = new Float32Array(tileSide * tileSide);
  let squares = 0;
  for (let at = 0; at < tile.length; at++) {
    const x = ((at % tileSide) * knots) / tileSide;
    const y = (Math.floor(at / tileSide) * knots) / tileSide;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [h, v] = [eased(x - left), eased(y - top)];
    const [right, below] = [(left + 1) % knots, (top + 1) % knots];
    const upper =
      (values[top * knots + left] ?? 0) * (1 - h) + (values[top * knots + right] ?? 0) * h;
    const lower =
      (values[below * knots + left] ?? 0) * (1 - h) + (values[below * knots + right] ?? 0) * h;
    const value = upper * (1 - v) + lower * v;
    tile[at] = value;
    squares += value * value;
  }
  const deviation = Math.sqrt(squares / tile.length);
  return tile.map((value) => value / deviation);
}

export function eased(t: number): number {
  return t * t * (3 - 2 * t);
}
