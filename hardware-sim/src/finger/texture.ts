import { createRandom, type Random } from "../random.ts";

/** Side of the tiles; a power of two, so that a position wraps with one mask. */
const tileSide = 256;
const tileMask = tileSide - 1;

/** Normal numbers, mean 0, deviation 1, that repeat every 256 pixels; where they begin is drawn. */
export type Texture = { at(column: number, row: number): number };

/** Grains of a pixel each. */
const grainTile: Float32Array = createTile(0);
/** Patches of about three pixels: what dry skin and dust look like. */
const fineTile: Float32Array = createTile(1.7);

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

/** A torus of noise, the same in every direction: normals under a bell of the given deviation, scaled to deviation 1. */
function createTile(bellPx: number): Float32Array {
  const random = createRandom(0x7e57_0000 + Math.round(bellPx * 10));
  const white = Float32Array.from({ length: tileSide * tileSide }, () => random.gaussian());
  const reach = Math.ceil(2.5 * bellPx);
  const bell = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    bellPx === 0 ? 1 : Math.exp(-((i - reach) ** 2) / (2 * bellPx ** 2)),
  );
  const across = blurred(white, bell, (at, by) => (at & ~tileMask) | ((at + by) & tileMask));
  const tile = blurred(across, bell, (at, by) => (at + by * tileSide) & (white.length - 1));
  const deviation = Math.sqrt(tile.reduce((sum, value) => sum + value * value, 0) / tile.length);
  return tile.map((value) => value / deviation);
}

function blurred(
  values: Float32Array,
  bell: Float32Array,
  neighbour: (at: number, by: number) => number,
): Float32Array {
  const reach = (bell.length - 1) / 2;
  return values.map((_, at) => {
    let sum = 0;
    for (const [i, weight] of bell.entries()) {
      sum += weight * (values[neighbour(at, i - reach)] ?? 0);
    }
    return sum;
  });
}

export function eased(t: number): number {
  return t * t * (3 - 2 * t);
}
