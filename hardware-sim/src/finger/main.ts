import { once } from "node:events";
import { mkdirSync, readdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { glasses } from "./glass.ts";
import { type FingersOptions, MAX_FOLDER_BYTES, parseFingersOptions, USAGE } from "./options.ts";
import { encodePgm } from "./pgm.ts";
import { fingerOf, placementOf } from "./population.ts";

type Picture = { readonly name: string; readonly bytes: Uint8Array };

function* picturesOf(options: FingersOptions): Generator<Picture> {
  const { population, first, count, placements, firstPlacement } = options;
  for (let index = first; index < first + count; index++) {
    const finger = fingerOf(population, index);
    for (let number = firstPlacement; number < firstPlacement + placements; number++) {
      yield {
        name: `${index}_${number}.pgm`,
        bytes: encodePgm(placementOf(finger, number, population)),
      };
    }
  }
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** Throws a `RangeError` that says how much it would be before anything is written. */
function prepareFolder(options: FingersOptions, folder: string): void {
  const { widthPx, heightPx } = glasses[options.population.sensor];
  const bytes = options.count * options.placements * (widthPx * heightPx + 20);
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

async function run(options: FingersOptions): Promise<void> {
  const { folder } = options;
  if (folder !== null) prepareFolder(options, folder);
  for (const { name, bytes } of picturesOf(options)) {
    if (folder !== null) writeFileSync(join(folder, name), bytes);
    else if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
  }
}

async function main(): Promise<number> {
  if (process.argv.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    await run(parseFingersOptions(process.argv.slice(2)));
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // A reader that has seen enough closes the pipe: no failure of this program.
    if ("code" in error && error.code === "EPIPE") return 0;
    process.stderr.write(`fingers: ${error.message}\n--help explains the options\n`);
    return 2;
  }
}

process.exitCode = await main();
