import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { runIdentification } from "./identification.ts";
import { listSets, readSet } from "./print-folder.ts";
import {
  extractSet,
  reportSet,
  scorePairs,
  type ExtractedSet,
  type ScoredPair,
  type SetReport,
} from "./verification.ts";

const USAGE = `usage: npm run bench:fingerprint -- --data DIR [--sets REGEX] [--scores DIR] [--enrol N]
  DIR holds one folder a set with images <finger>_<impression>.pgm and, where not 500 dpi, MANIFEST.tsv
  --scores DIR   writes DIR/<set>.tsv: set, file, file, score
  --enrol N      enrols impressions 1 … N of every finger and searches 1:N for the others, between every two sets
                 that share their fingers' names after "sim_<sensor>_"`;

const percent = (share: number): string => (100 * share).toFixed(2);

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const describe = (report: SetReport): string => {
  const { all, fvc, failures } = report;
  return [
    report.name.padEnd(24),
    `EER ${percent(all.eer)}`,
    `FMR100 ${percent(all.fmr100)}`,
    `FMR1000 ${percent(all.fmr1000)}`,
    `ZeroFMR ${percent(all.zeroFmr)}`,
    `| fvc EER ${percent(fvc.eer)} ZeroFMR ${percent(fvc.zeroFmr)}`,
    `| failed ${failures.length}${failures.length === 0 ? "" : ` (${failures.join(" ")})`}`,
    `| extract ${report.extractMs.toFixed(1)} ms`,
    `compare ${report.perSecond.toFixed(0)}/s`,
    `template ${report.templateBytes.toFixed(0)} B`,
  ].join(" ");
};

const writeScores = (directory: string, name: string, pairs: readonly ScoredPair[]): void => {
  mkdirSync(directory, { recursive: true });
  const rows = pairs.map(({ a, b, score }) => `${name}\t${a.file}\t${b.file}\t${score.toFixed(4)}`);
  writeFileSync(path.join(directory, `${name}.tsv`), `${rows.join("\n")}\n`);
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const runVerification = (sets: Iterable<ExtractedSet>, scores: string | undefined): void => {
  const reports: SetReport[] = [];
  for (const set of sets) {
    const scored = scorePairs(set);
    const report = reportSet(set, scored);
    reports.push(report);
    print(describe(report));
    if (scores !== undefined) writeScores(scores, set.name, scored.pairs);
  }
  const eer = percent(mean(reports.map(({ all }) => all.eer)));
  const fmr1000 = percent(mean(reports.map(({ all }) => all.fmr1000)));
  print(`sets ${reports.length} mean EER ${eer} FMR1000 ${fmr1000}`);
};

/** Sets made of the same fingers: `sim_r307_x`, `sim_r503_x` and `x`. */
const family = (name: string): string => name.replace(/^sim_[^_]+_/, "");

const runSearches = (sets: readonly ExtractedSet[], enrol: number): void => {
  const total = { probes: 0, wrong: 0, missed: 0, missedTwice: 0 };
  for (const enrolled of sets)
    for (const probed of sets) {
      if (family(enrolled.name) !== family(probed.name)) continue;
      const report = runIdentification(enrolled, probed, enrol);
      const twice = report.second.unsure + report.second.wrong;
      print(
        `${enrolled.name} -> ${probed.name}: probes ${report.probes} right ${report.right} wrong ${report.wrong}` +
          ` unsure ${report.unsure}, second placement right ${report.second.right} wrong ${report.second.wrong}` +
          ` unsure ${report.second.unsure}; strangers named ${report.strangersNamed}, twice ${report.strangersNamedSecond};` +
          ` highest stranger ${report.highestImpostor.toFixed(1)} lowest own ${report.lowestGenuine.toFixed(1)};` +
          ` search ${report.searchMs.toFixed(1)} ms`,
      );
      total.probes += report.probes;
      total.wrong +=
        report.wrong + report.second.wrong + report.strangersNamed + report.strangersNamedSecond;
      total.missed += report.probes - report.right;
      total.missedTwice += twice;
    }
  print(
    `probes ${total.probes} named wrongly ${total.wrong} missed ${percent(total.missed / total.probes)} %` +
      ` missed after a second placement ${percent(total.missedTwice / total.probes)} %`,
  );
};

/** One set at a time: images of the whole folder need not be in memory together. */
function* extractAll(directory: string, names: readonly string[]): Generator<ExtractedSet> {
  for (const name of names) yield extractSet(readSet(directory, name));
}

const main = (): number => {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      sets: { type: "string", default: "." },
      scores: { type: "string" },
      enrol: { type: "string" },
    },
  });
  if (values.data === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const directory = values.data;
  const names = listSets(directory, new RegExp(values.sets));
  if (names.length === 0) {
    process.stderr.write(`no sets in ${directory} match ${values.sets}\n`);
    return 2;
  }
  const sets = extractAll(directory, names);
  if (values.enrol === undefined) runVerification(sets, values.scores);
  else runSearches([...sets], Number(values.enrol));
  return 0;
};

process.exitCode = main();
