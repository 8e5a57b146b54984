import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import * as parameters from "../../biometrics/parameters.ts";
import { openBlockCache, programVersion, type BlockCache } from "./finger-cache.ts";
import { doFingerJobs, type FingerOrder } from "./finger-jobs.ts";

export type SensorName = "R307" | "R503" | "optical";

/** Fingers `first` … of a seed, and which of their placements. */
export type FingerRange = {
  readonly sensor: SensorName;
  readonly seed: number;
  readonly condition: "normal" | "mixed";
  readonly first: number;
  readonly count: number;
  readonly firstPlacement: number;
  readonly placements: number;
};

/** Stored bytes of every placement of every finger; empty where extraction refused the image. */
export type FingerBytes = readonly (readonly Uint8Array[])[];

const RESOLUTION_DPI: Readonly<Record<SensorName, number>> = { R307: 500, R503: 508, optical: 500 };
/** Fingers drawn by one call of the generator. */
const BLOCK_FINGERS = 50;

const fromRoot = (place: string): string =>
  fileURLToPath(new URL(`../../../../${place}`, import.meta.url));

const GENERATOR = fromRoot("hardware-sim/dist/finger/main.js");
/** What decides about a template: the generator, the extraction and its numbers, the stored form. */
const PROGRAMS = [
  "hardware-sim/dist/finger",
  "hardware-sim/dist/gray-image.js",
  "hardware-sim/dist/random.js",
  "terminal/dist/biometrics/extract.js",
  "terminal/dist/biometrics/stages",
  "terminal/dist/biometrics/primitives",
  "terminal/dist/biometrics/kernels",
  "terminal/dist/biometrics/templates/codec.js",
];

/** Numbers of matching, enrolment and search, which change no template; all others do. */
const NOT_EXTRACTION = new Set([
  "CYLINDER",
  "RELAXATION",
  "EVIDENCE",
  "CHANCE",
  "BENDING",
  "SCORE",
  "LOG_ODDS",
  "ENROLMENT",
  "IDENTIFICATION",
  "SHORTLIST",
  "GALLERY_LIMITS",
]);
const extractionNumbers = (): unknown =>
  Object.entries(parameters).filter(([name]) => !NOT_EXTRACTION.has(name));

let opened: BlockCache | null = null;
const cache = (): BlockCache => {
  if (!existsSync(GENERATOR)) throw new Error(`${GENERATOR} is not built; run npm run build`);
  const version = programVersion(PROGRAMS.map(fromRoot), extractionNumbers());
  opened ??= openBlockCache(fromRoot(`.cache/fingers/${version}`));
  return opened;
};

type Block = { readonly name: string; readonly range: FingerRange };

const blocksOf = (range: FingerRange): Block[] => {
  const blocks: Block[] = [];
  const end = range.first + range.count;
  for (let first = range.first; first < end; first += BLOCK_FINGERS) {
    const block = { ...range, first, count: Math.min(BLOCK_FINGERS, end - first) };
    const { sensor, seed, condition, count, firstPlacement, placements } = block;
    const name = [sensor, seed, condition, first, count, firstPlacement, placements].join("-");
    blocks.push({ name, range: block });
  }
  return blocks;
};

const toOrder = ({ range }: Block): FingerOrder => ({
  kind: "draw",
  program: GENERATOR,
  resolutionDpi: RESOLUTION_DPI[range.sensor],
  args: [
    "--stdout",
    `--seed=${range.seed}`,
    `--first=${range.first}`,
    `--count=${range.count}`,
    `--first-placement=${range.firstPlacement}`,
    `--placements=${range.placements}`,
    `--sensor=${range.sensor}`,
    `--condition=${range.condition}`,
  ],
});

export type Jobs = {
  readonly jobs: number;
  /** Told now and then what share of something is done. */
  readonly onProgress: (what: string, share: number) => void;
};

/** Drawn fingers after extraction, from the cache where an earlier run with the same programs made them. */
export const drawFingers = async (
  range: FingerRange,
  { jobs, onProgress }: Jobs,
): Promise<FingerBytes> => {
  const store = cache();
  const blocks = blocksOf(range);
  const found = blocks.map(({ name, range: { count } }) =>
    store.read(name, count * range.placements),
  );
  const missing = blocks.filter((_, i) => found[i] === null);
  let done = 0;
  await doFingerJobs(missing.map(toOrder), jobs, (index, [templates = []]) => {
    const block = missing[index];
    if (block === undefined || templates.length !== block.range.count * range.placements)
      throw new Error(`the generator wrote ${templates.length} pictures, not what was asked for`);
    store.write(block.name, templates);
    found[blocks.indexOf(block)] = templates;
    onProgress(
      `drawing and extracting ${range.count} fingers for ${range.sensor}`,
      ++done / missing.length,
    );
  });
  const all = found.flatMap((templates) => templates ?? []);
  return Array.from({ length: range.count }, (_, i) =>
    all.slice(i * range.placements, (i + 1) * range.placements),
  );
};

/** Merged template and placements of every finger, as stored bytes. */
export const mergeFingers = async (
  fingers: FingerBytes,
  { jobs, onProgress }: Jobs,
): Promise<FingerBytes> => {
  const orders: FingerOrder[] = [];
  for (let at = 0; at < fingers.length; at += BLOCK_FINGERS)
    orders.push({ kind: "merge", fingers: fingers.slice(at, at + BLOCK_FINGERS) });
  const merged: FingerBytes[] = [];
  let done = 0;
  await doFingerJobs(orders, jobs, (index, templates) => {
    merged[index] = templates;
    onProgress(`merging placements of ${fingers.length} fingers`, ++done / orders.length);
  });
  return merged.flat();
};
