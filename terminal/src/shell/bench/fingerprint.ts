import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { LIMITS } from "../../biometrics/parameters.ts";
import { describeEnrolled, describeSet, meansOf } from "./accuracy-text.ts";
import { searchEnrolled, type Stored } from "./enrolled-searches.ts";
import { listSets, readSet, type SetPlace } from "./print-folder.ts";
import { exitCodeOf, oneOf, patternFrom, UsageError, wholeFrom } from "./arguments.ts";
import {
  extractSet,
  reportSet,
  scorePairs,
  type ExtractedSet,
  type ScoredPair,
  type SetReport,
} from "./verification.ts";

const USAGE = `usage: npm run bench:fingerprint -- --data DIR [--sets REGEX] [--scores DIR] [--enrol K[,K...] [--cross]] [--dpi N]
  DIR holds one folder a set with images <finger>_<impression>.pgm (8 bit), or is one such folder; MANIFEST.tsv tells
  the resolution (columns "set" and "dpi"), otherwise 500 dpi is assumed and said
  --scores DIR   writes DIR/<set>.tsv with rows: set, file, file, score (-1: not extracted)
  --dpi N        resolution of every image, whatever the manifest says
  --enrol K      enrols K impressions of every finger (merged and each) and searches for the others, in as many splits
                 as there are impressions
  --stored WHAT  "all" (merged template and placements) or "merged" alone
  --cross        also between sets of the same fingers (sim_r307_x, sim_r503_x, x)`;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const remark = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const writeScores = (directory: string, name: string, pairs: readonly ScoredPair[]): void => {
  mkdirSync(directory, { recursive: true });
  // Not rounded, so that the rates of the file are the rates printed here.
  const rows = pairs.map(({ a, b, score }) => `${name}\t${a.file}\t${b.file}\t${score}\n`);
  writeFileSync(path.join(directory, `${name}.tsv`), rows.join(""));
};

type Options = {
  readonly places: readonly SetPlace[];
  readonly scores: string | null;
  readonly enrol: readonly number[];
  readonly stored: Stored;
  readonly isCross: boolean;
  readonly resolutionDpi: number | null;
};

/** Prints read before the clock counts: the first of a run also pay for the compiler. */
const WARM_UP_PRINTS = 6;

const warmUp = ({ places, resolutionDpi }: Options): void => {
  const [first] = places;
  if (first === undefined) return;
  const set = readSet(first, { resolutionDpi });
  extractSet({ ...set, prints: set.prints.slice(0, WARM_UP_PRINTS) });
};

/** One set at a time: images of the whole folder need not be in memory together. */
function* extractAll({ places, resolutionDpi }: Options): Generator<ExtractedSet> {
  for (const place of places) {
    const set = readSet(place, { resolutionDpi });
    for (const line of set.remarks) remark(line);
    yield extractSet(set);
  }
}

const runVerification = (options: Options): void => {
  const reports: SetReport[] = [];
  for (const set of extractAll(options)) {
    const scored = scorePairs(set);
    const report = reportSet(set, scored);
    reports.push(report);
    for (const line of describeSet(report)) print(line);
    if (options.scores !== null) writeScores(options.scores, set.name, scored.pairs);
  }
  const { count, eer, fmr1000 } = meansOf(reports.map(({ all }) => all));
  print(`sets ${count} mean EER ${eer} FMR1000 ${fmr1000}`);
};

/** Sets made of the same fingers: `sim_r307_x`, `sim_r503_x` and `x`. */
const family = (name: string): string => name.replace(/^sim_[^_]+_/, "");

const runSearches = (options: Options): void => {
  const sets = [...extractAll(options)];
  for (const enrol of options.enrol) {
    const own = [];
    for (const enrolled of sets)
      for (const probed of sets) {
        const isOwn = enrolled === probed;
        if (!isOwn && !(options.isCross && family(enrolled.name) === family(probed.name))) continue;
        const report = searchEnrolled({ enrolled, probed }, { enrol, stored: options.stored });
        const name = isOwn ? enrolled.name : `${enrolled.name} -> ${probed.name}`;
        for (const line of describeEnrolled(`enrol ${enrol} ${name}`, report)) print(line);
        if (isOwn) own.push(report.rates);
      }
    const { count, eer, fmr1000 } = meansOf(own);
    print(`enrol ${enrol} sets ${count} mean EER ${eer} FMR1000 ${fmr1000}`);
  }
};

const optionsFrom = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string" },
      sets: { type: "string", default: "." },
      scores: { type: "string" },
      enrol: { type: "string" },
      stored: { type: "string", default: "all" },
      cross: { type: "boolean", default: false },
      dpi: { type: "string" },
    },
  });
  if (values.data === undefined) throw new UsageError("--data DIR is missing");
  const dpiRange = { min: LIMITS.minDpi, max: LIMITS.maxDpi };
  const enrolRange = { min: 1, max: LIMITS.maxPlacements };
  return {
    places: listSets(values.data, patternFrom(values.sets, "sets")),
    scores: values.scores ?? null,
    enrol: (values.enrol?.split(",") ?? []).map((text) => wholeFrom(text, "enrol", enrolRange)),
    stored: oneOf(values.stored, "stored", ["all", "merged"]),
    isCross: values.cross,
    resolutionDpi: values.dpi === undefined ? null : wholeFrom(values.dpi, "dpi", dpiRange),
  };
};

const main = (): undefined => {
  const options = optionsFrom(process.argv.slice(2));
  warmUp(options);
  if (options.enrol.length === 0) runVerification(options);
  else runSearches(options);
};

process.exitCode = await exitCodeOf(main, USAGE);
