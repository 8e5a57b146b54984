import { parseArgs } from "node:util";
import { glasses, isSensorName } from "./glass.ts";
import type { Population, PopulationAge, PopulationCondition } from "./population.ts";

export const MAX_INDEX = 10_000_000;
export const MAX_FINGERS = 100_000;
export const MAX_PLACEMENTS = 100;
/** More than this is not written into a folder: whoever needs it reads `--stdout` and keeps what it makes of it. */
export const MAX_FOLDER_BYTES = 0x4000_0000;

/** What `npm run fingers` was asked for. */
export type FingersOptions = {
  readonly population: Population;
  readonly first: number;
  readonly count: number;
  readonly placements: number;
  readonly firstPlacement: number;
  /** Null: standard output. */
  readonly folder: string | null;
};

export const USAGE = `npm run fingers -- --out DIR | --stdout [--seed N] [--first N] [--count N] [--placements N] [--sensor NAME] ...

  Made-up fingers as a sensor delivers them. A finger depends on --seed, its number and --age alone, a placement on its
  number, --sensor and --condition too: every range can be made by itself, and two runs give the same bytes.

  --out DIR             writes DIR/<finger>_<placement>.pgm (at most 1 GiB); DIR must be new or empty
  --stdout              writes the same pictures one after the other: binary PGM, all placements of a finger, then the
                        next finger. Run 'node hardware-sim/dist/finger/main.js', not npm, which prints a heading.
  --seed N              the population (default 1)
  --first N             number of the first finger, from 0 (default 0)
  --count N             how many fingers (default 10, at most 100000)
  --placements N        pictures of each finger (default 4, at most 100)
  --first-placement N   number of the first of them, from 1 (default 1)
  --sensor NAME         R307 (256x288, 500 dpi, 16 levels), R503 (192x192, 508 dpi, 16 levels) or
                        optical (388x374, 500 dpi, 256 levels); default R307
  --age NAME            child, adult or mixed (default mixed)
  --condition NAME      normal: all placed well; mixed: some dry, wet, beside or partial (default normal)
`;

const ages: readonly PopulationAge[] = ["child", "adult", "mixed"];
const populationConditions: readonly PopulationCondition[] = ["normal", "mixed"];

type Range = { readonly min: number; readonly max: number };

function whole(text: string, name: string, { min, max }: Range): number {
  const value = text === "" ? Number.NaN : Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`);
  return value;
}

function oneOf<T extends string>(text: string, name: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined)
    throw new RangeError(`--${name} takes ${choices.join(", ")}, not "${text}"`);
  return found;
}

/** Throws `RangeError` or `TypeError` with a sentence for whoever typed the command. */
export function parseFingersOptions(args: readonly string[]): FingersOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      first: { type: "string", default: "0" },
      count: { type: "string", default: "10" },
      placements: { type: "string", default: "4" },
      "first-placement": { type: "string", default: "1" },
      sensor: { type: "string", default: "R307" },
      age: { type: "string", default: "mixed" },
      condition: { type: "string", default: "normal" },
      out: { type: "string" },
      stdout: { type: "boolean", default: false },
    },
  });
  if ((values.out === undefined) === !values.stdout)
    throw new RangeError("say either --out DIR or --stdout");
  if (!isSensorName(values.sensor))
    throw new RangeError(
      `--sensor takes ${Object.keys(glasses).join(", ")}, not "${values.sensor}"`,
    );
  return {
    population: {
      seed: whole(values.seed, "seed", { min: 0, max: 0xffff_ffff }),
      age: oneOf(values.age, "age", ages),
      sensor: values.sensor,
      condition: oneOf(values.condition, "condition", populationConditions),
    },
    first: whole(values.first, "first", { min: 0, max: MAX_INDEX }),
    count: whole(values.count, "count", { min: 1, max: MAX_FINGERS }),
    placements: whole(values.placements, "placements", { min: 1, max: MAX_PLACEMENTS }),
    firstPlacement: whole(values["first-placement"], "first-placement", { min: 1, max: 1_000 }),
    folder: values.out ?? null,
  };
}
