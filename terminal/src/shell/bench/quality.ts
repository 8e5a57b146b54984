import { parseArgs } from "node:util";

import type { Template } from "../../biometrics/engine-api.ts";
import { extract } from "../../biometrics/extract.ts";
import { compareTemplates } from "../../biometrics/matcher/comparison.ts";
import { prepare } from "../../biometrics/matcher/prepared.ts";
import { IDENTIFICATION } from "../../biometrics/parameters.ts";
import { exitCodeOf, patternFrom, UsageError } from "./arguments.ts";
import { listSets, readSet, type PrintSet } from "./print-folder.ts";
import { missesByTercile, rankCorrelation, type JudgedPair } from "./quality-figures.ts";

const USAGE = `usage: npm run bench:quality -- --data DIR [--sets REGEX]
  Does the quality of a placement say whether it will match? Every genuine pair's score against the lower quality of its
  two prints: rank correlation, and misses at the threshold of a search by tercile of quality.`;

const THRESHOLD = IDENTIFICATION.baseThreshold;

type Judged = { readonly finger: string; readonly quality: number; readonly template: Template };

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const judgeSet = (set: PrintSet): { judged: Judged[]; reasons: Map<string, number> } => {
  const judged: Judged[] = [];
  const reasons = new Map<string, number>();
  for (const { finger, load } of set.prints) {
    const extraction = extract(load());
    const reason =
      extraction.kind === "poor" ? `refused: ${extraction.reason}` : extraction.weakness;
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (extraction.kind === "template")
      judged.push({ finger, quality: extraction.quality, template: extraction.template });
  }
  return { judged, reasons };
};

const genuinePairs = (judged: readonly Judged[]): JudgedPair[] => {
  const sides = judged.map(({ finger, quality, template }) => ({
    finger,
    quality,
    side: prepare(template),
  }));
  return sides.flatMap((a, i) =>
    sides.slice(i + 1).flatMap((b) => {
      if (a.finger !== b.finger) return [];
      const { score } = compareTemplates(a.side, b.side);
      return [{ quality: Math.min(a.quality, b.quality), score }];
    }),
  );
};

const show = (name: string, pairs: readonly JudgedPair[], remark: string): void => {
  const misses = missesByTercile(pairs, THRESHOLD).map((share) => (100 * share).toFixed(1));
  print(
    `${name.padEnd(24)} pairs ${pairs.length} correlation ${rankCorrelation(pairs).toFixed(2)}` +
      ` misses at ${THRESHOLD} by tercile ${misses.join(" / ")} %${remark}`,
  );
};

/** Misses for every ten points of quality: what a quality means. */
const showMeaning = (pairs: readonly JudgedPair[]): void => {
  for (let from = 0; from < 100; from += 10) {
    const within = pairs.filter(({ quality }) => quality >= from && quality < from + 10);
    const missed = within.filter(({ score }) => score < THRESHOLD).length;
    if (within.length > 0)
      print(
        `quality ${from} … ${from + 9}: pairs ${within.length} missed ${((100 * missed) / within.length).toFixed(1)} %`,
      );
  }
};

const run = (): undefined => {
  const { values } = parseArgs({
    options: { data: { type: "string" }, sets: { type: "string", default: "." } },
  });
  if (values.data === undefined) throw new UsageError("--data is missing");
  const all: JudgedPair[] = [];
  for (const place of listSets(values.data, patternFrom(values.sets, "sets"))) {
    const { judged, reasons } = judgeSet(readSet(place));
    const pairs = genuinePairs(judged);
    all.push(...pairs);
    const said = [...reasons].map(([reason, count]) => `${reason} ${count}`).join(", ");
    show(place.name, pairs, said === "" ? "" : ` | ${said}`);
  }
  showMeaning(all);
  show("all", all, "");
};

process.exitCode = await exitCodeOf(run, USAGE);
