import { mkdirSync, readdirSync, statfsSync } from "node:fs";
import { glasses } from "./glass.ts";
import { type FingersOptions, MAX_FOLDER_BYTES } from "./options.ts";
import { encodePgm } from "./pgm.ts";
import { fingerOf, placementOf } from "./population.ts";

export type Picture = { readonly name: string; readonly bytes: Uint8Array };

/** All placements of the first finger, then of the next; one finger is held at a time. */
export function* picturesOf(options: FingersOptions): Generator<Picture> {
  const { population, first, count, placements, firstPlacement } = options;
  for (let index = first; index < first + count; index++) {
    const finger = fingerOf(population, index);
    for (let number = firstPlacement; number < firstPlacement + placements; number++) {
      const bytes = encodePgm(placementOf(finger, number, population));
      yield { name: `${index}_${number}.pgm`, bytes };
    }
  }
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
const headBytes = 20;

/** Throws a `RangeError` that says how much it would be, before anything is written. */
export function prepareFolder(options: FingersOptions, folder: string): void {
  const { widthPx, heightPx } = glasses[options.population.sensor];
  const bytes = options.count * options.placements * (widthPx * heightPx + headBytes);
  if (bytes > MAX_FOLDER_BYTES)
    throw new RangeError(
      `these pictures take ${mebibytes(bytes)}; a folder gets at most ${mebibytes(MAX_FOLDER_BYTES)}: make fewer, or read --stdout`,
    );
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) throw new RangeError(`${folder} is not empty`);
  const { bavail, bsize } = statfsSync(folder);
  if (bytes > (bavail * bsize) / 2)
    throw new RangeError(
      `these pictures take ${mebibytes(bytes)}, more than half of what is free where ${folder} is`,
    );
}
