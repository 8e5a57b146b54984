import { parseArgs } from "node:util";

import type { Gallery } from "../../biometrics/engine-api.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { GALLERY_LIMITS } from "../../biometrics/parameters.ts";
import { encodeTemplate } from "../../biometrics/templates/codec.ts";
import { exitCodeOf, oneOf, patternFrom, wholeFrom } from "./arguments.ts";
import { cpuMs } from "./cpu-clock.ts";
import type { Enrolment } from "./enrolled-searches.ts";
import { readRealPrints, realPopulation } from "./identify-prints.ts";
import {
  newTally,
  scoreStrangers,
  searchAll,
  searchInFull,
  type Population,
  type SearchTally,
} from "./identify-searches.ts";
import {
  enrolSchool,
  matedTrials,
  strangerTrials,
  toEntry,
  type School,
  type StoredEntry,
} from "./identify-synthetic.ts";
import {
  describeCost,
  describeFull,
  describeSearches,
  rateText,
  type GalleryCost,
} from "./identify-text.ts";
import { listSets, type SetPlace } from "./print-folder.ts";
import type { Jobs, SensorName } from "./synthetic-fingers.ts";

const USAGE = `usage: npm run bench:identify -- [--n 1000,10000] [--sensor R307|R503|optical] [--data DIR [--sets REGEX]] ...
  searches in galleries of N made-up fingers as the sensor delivers them (npm run fingers), and with --data in one of all
  real fingers of DIR (in as many splits as there are impressions; sets that show an earlier set's fingers are left out)
  --n SIZES         gallery sizes (1000)                --sensor NAME   (R307)
  --enrol K         placements enrolled of a finger (R307 and optical 3, R503 6); others are searched for
  --stored WHAT     "all" (merged template and placements) or "merged" alone
  --probes P        mated trials, and as many of strangers, at every size (1000); a trial is two placements
  --condition NAME  how probes are placed: normal, or mixed (some dry, wet, beside or partial)
  --full F          first placements that are also compared with everybody in full (5)
  --seed S --jobs J population (1), processes that draw and extract (2)
  --table           FNIR of R307 with 3 and R503 with 6 placements at 100 … 10000 fingers
  --strangers       highest scores of strangers between the two modules, --n fingers enrolled (100)
  Drawn fingers are kept in .cache/fingers until the generator or the extraction changes.`;

const DEFAULT_ENROL: Readonly<Record<SensorName, number>> = { R307: 3, R503: 6, optical: 3 };
const TABLE_SIZES = [100, 300, 1000, 2000, 10_000];

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const remark = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** A line every ten seconds at most. */
const progress = (): Jobs["onProgress"] => {
  let saidMs = performance.now();
  return (what, share) => {
    if (performance.now() - saidMs < 10_000) return;
    saidMs = performance.now();
    remark(`${what}: ${(100 * share).toFixed(0)} %`);
  };
};

type Loaded = { readonly gallery: Gallery; readonly cost: GalleryCost };

/** From stored bytes to a gallery that can be searched. */
const load = (stored: readonly StoredEntry[]): Loaded => {
  const [startMs, startCpuMs] = [performance.now(), cpuMs()];
  const gallery = createGallery();
  for (const entry of stored) {
    const added = gallery.add(toEntry(entry));
    if (added.kind === "refused")
      throw new Error(`the gallery refuses ${entry.key}: ${added.reason}`);
  }
  const cost = {
    keys: gallery.keyCount,
    loadMs: performance.now() - startMs,
    loadCpuMs: cpuMs() - startCpuMs,
    storedBytes: stored.reduce((sum, { bytes }) => bytes.reduce((s, b) => s + b.length, sum), 0),
    heldBytes: gallery.memory().liveBytes,
    reservedBytes: gallery.memory().templateBytes + gallery.memory().sketchBytes,
  };
  return { gallery, cost };
};

type Options = {
  readonly sizes: readonly number[];
  readonly places: readonly SetPlace[];
  readonly school: School;
  readonly probes: number;
  readonly full: number;
  readonly mode: "sizes" | "table" | "strangers";
  readonly jobs: Jobs;
};

/** Evenly spread, so that a sample is not all of one finger. */
const sample = <T>(all: readonly T[], count: number): readonly T[] =>
  Array.from(
    { length: Math.min(count, all.length) },
    (_, i) => all[Math.floor((i * all.length) / count)],
  ).filter((one) => one !== undefined);

const searchIn = (
  { gallery }: Loaded,
  population: Population,
  tally: SearchTally,
  { onProgress }: Jobs,
): void => searchAll(gallery, population, tally, (share) => onProgress("searching", share));

const measureReal = ({ places, school, full, jobs }: Options): void => {
  const real = readRealPrints(places);
  for (const line of real.remarks) remark(line);
  const { enrolment } = school;
  const { splits } = real;
  const tally = newTally();
  for (let turn = 0; turn < splits; turn++) {
    const population = realPopulation(real, enrolment, turn);
    const stored = population.entries.map(({ key, templates }) => ({
      key,
      bytes: templates.map(encodeTemplate),
    }));
    const loaded = load(stored);
    if (turn === 0) {
      print(
        `real: ${loaded.cost.keys} of ${real.fingers} fingers, ${splits} splits, ${enrolment.enrol} placements enrolled (${enrolment.stored} stored)`,
      );
      print(describeCost(loaded.cost));
      print(
        describeFull(
          searchInFull(loaded.gallery, population.entries, sample(population.mated, full)),
        ),
      );
    }
    searchIn(loaded, population, tally, jobs);
    jobs.onProgress("splits", (turn + 1) / splits);
  }
  for (const line of describeSearches(tally)) print(line);
};

type Measured = {
  readonly tally: SearchTally;
  readonly loaded: Loaded;
  readonly population: Population;
};

const measureSize = async (
  options: Options,
  enrolled: readonly StoredEntry[],
  n: number,
): Promise<Measured> => {
  const { school, jobs } = options;
  const stored = enrolled.slice(0, n);
  const mated = await matedTrials(school, n, options.probes, jobs);
  const strangers = await strangerTrials(school, options.probes, jobs);
  const loaded = load(stored);
  const population = { entries: stored.map(toEntry), mated, strangers };
  const tally = newTally();
  searchIn(loaded, population, tally, jobs);
  return { tally, loaded, population };
};

const measureSizes = async (options: Options): Promise<void> => {
  const { school, sizes, jobs } = options;
  const { sensor, enrolment, condition } = school;
  const enrolled = await enrolSchool(school, Math.max(...sizes), jobs);
  for (const n of sizes) {
    const { tally, loaded, population } = await measureSize(options, enrolled, n);
    print(
      `synthetic: ${n} fingers, ${sensor}, ${enrolment.enrol} placements enrolled (${enrolment.stored} stored), probes ${condition}`,
    );
    print(describeCost(loaded.cost));
    for (const line of describeSearches(tally)) print(line);
    print(
      describeFull(
        searchInFull(loaded.gallery, population.entries, sample(population.mated, options.full)),
      ),
    );
  }
};

/** Which sensor for how many pupils. */
const printTable = async (options: Options): Promise<void> => {
  for (const sensor of ["R307", "R503"] as const) {
    const enrolment = { ...options.school.enrolment, enrol: DEFAULT_ENROL[sensor] };
    const school: School = { ...options.school, sensor, enrolment };
    const enrolled = await enrolSchool(school, Math.max(...options.sizes), options.jobs);
    for (const n of options.sizes) {
      const { tally } = await measureSize({ ...options, school }, enrolled, n);
      const { mated, strangers } = tally;
      print(
        `${sensor} ${enrolment.enrol} placements, ${n} fingers: FNIR first ${rateText(mated - tally.rightFirst, mated)}` +
          ` second ${rateText(mated - tally.rightInTwo, mated)};` +
          ` FPIR in two ${rateText(tally.namedInTwo, strangers)}; wrong ${tally.wrong}`,
      );
    }
  }
};

const printStrangers = async (options: Options): Promise<void> => {
  const count = Math.max(...options.sizes);
  const trials = Math.min(count, options.probes);
  const text = ({
    comparisons,
    highest,
    highestTwice,
  }: ReturnType<typeof scoreStrangers>): string =>
    `${comparisons} comparisons, highest ${highest.toFixed(1)}, two placements ${highestTwice.toFixed(1)}`;
  if (options.places.length > 0) {
    const real = readRealPrints(options.places);
    for (const line of real.remarks) remark(line);
    const { entries, strangers } = realPopulation(real, options.school.enrolment, 0);
    print(`real ${real.fingers} fingers: ${text(scoreStrangers(entries, strangers))}`);
  }
  for (const enrolledAt of ["R307", "R503"] as const)
    for (const probedAt of ["R307", "R503"] as const) {
      const enrolment = { ...options.school.enrolment, enrol: DEFAULT_ENROL[enrolledAt] };
      const stored = await enrolSchool(
        { ...options.school, sensor: enrolledAt, enrolment },
        count,
        options.jobs,
      );
      const probes = await strangerTrials(
        { ...options.school, sensor: probedAt },
        trials,
        options.jobs,
      );
      print(`${enrolledAt} -> ${probedAt}: ${text(scoreStrangers(stored.map(toEntry), probes))}`);
    }
};

const WORDS = {
  n: { type: "string" },
  sensor: { type: "string", default: "R307" },
  data: { type: "string" },
  sets: { type: "string", default: "." },
  enrol: { type: "string" },
  stored: { type: "string", default: "all" },
  probes: { type: "string", default: "1000" },
  condition: { type: "string", default: "normal" },
  full: { type: "string", default: "5" },
  seed: { type: "string", default: "1" },
  jobs: { type: "string", default: "2" },
  table: { type: "boolean", default: false },
  strangers: { type: "boolean", default: false },
} as const;

const optionsFrom = (args: readonly string[]): Options => {
  const { values } = parseArgs({ args: [...args], options: WORDS });
  const mode = values.table ? "table" : values.strangers ? "strangers" : "sizes";
  const usual = {
    table: TABLE_SIZES.join(),
    strangers: "100",
    sizes: values.data === undefined ? "1000" : "",
  };
  const sizes = (values.n ?? usual[mode]).split(",").filter((text) => text !== "");
  const sensor = oneOf(values.sensor, "sensor", ["R307", "R503", "optical"]);
  const enrolment: Enrolment = {
    enrol: wholeFrom(values.enrol ?? `${DEFAULT_ENROL[sensor]}`, "enrol", { min: 1, max: 7 }),
    stored: oneOf(values.stored, "stored", ["all", "merged"]),
  };
  return {
    sizes: sizes.map((text) => wholeFrom(text, "n", { min: 1, max: GALLERY_LIMITS.maxKeys })),
    places:
      values.data === undefined ? [] : listSets(values.data, patternFrom(values.sets, "sets")),
    school: {
      seed: wholeFrom(values.seed, "seed", { min: 0, max: 2 ** 31 - 1 }),
      sensor,
      enrolment,
      condition: oneOf(values.condition, "condition", ["normal", "mixed"]),
    },
    probes: wholeFrom(values.probes, "probes", { min: 1, max: 100_000 }),
    full: wholeFrom(values.full, "full", { min: 0, max: 10_000 }),
    mode,
    jobs: { jobs: wholeFrom(values.jobs, "jobs", { min: 1, max: 64 }), onProgress: progress() },
  };
};

const main = async (): Promise<undefined> => {
  const options = optionsFrom(process.argv.slice(2));
  if (options.mode === "table") await printTable(options);
  else if (options.mode === "strangers") await printStrangers(options);
  else {
    if (options.places.length > 0) measureReal(options);
    if (options.sizes.length > 0) await measureSizes(options);
  }
};

process.exitCode = await exitCodeOf(main, USAGE);
