import type {
  Gallery,
  GalleryEntry,
  Identification,
  Template,
} from "../../biometrics/engine-api.ts";
import { childScore, presentationScore, thresholdFor } from "../../biometrics/gallery/decision.ts";
import { compareTemplates } from "../../biometrics/matcher/comparison.ts";
import { prepare, type Prepared } from "../../biometrics/matcher/prepared.ts";
import { cpuMs } from "./cpu-clock.ts";

/** Two placements of a finger, one after the other; null where extraction refused the image. */
export type Trial = {
  /** The enrolled finger it belongs to; null for one that never was. */
  readonly key: string | null;
  readonly placements: readonly [Template | null, Template | null];
};

/** Who is enrolled, who is searched for, and which placements belong to nobody enrolled. */
export type Population = {
  readonly entries: readonly GalleryEntry[];
  readonly mated: readonly Trial[];
  /** A trial with a key is searched for while that finger is taken out. */
  readonly strangers: readonly Trial[];
};

/** Decisions of many searches, added up. */
export type SearchTally = {
  mated: number;
  rightFirst: number;
  /** Right at first, or unsure at first and right when the second placement was added. */
  rightInTwo: number;
  /** Mated trials in which another finger was named, at either placement. */
  wrong: number;
  strangers: number;
  namedFirst: number;
  namedInTwo: number;
  /** Mated first placements whose own finger scores more than the best that the search saw: the search lost it. */
  lost: number;
  /** Of the lost: those whose score would have passed the threshold. */
  lostAboveThreshold: number;
  highestStranger: number;
  /** Every false name, as "probe's key -> named key": the first thing to look at is whether they are one finger. */
  readonly falseNames: Set<string>;
  readonly searchMs: number[];
  cpuMs: number;
};

export const newTally = (): SearchTally => ({
  mated: 0,
  rightFirst: 0,
  rightInTwo: 0,
  wrong: 0,
  strangers: 0,
  namedFirst: 0,
  namedInTwo: 0,
  lost: 0,
  lostAboveThreshold: 0,
  highestStranger: 0,
  falseNames: new Set(),
  searchMs: [],
  cpuMs: 0,
});

/** The value below which `share` of the values lie (nearest rank); 0 of nothing. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
};

const NOBODY: Identification = { kind: "not-found", bestScore: 0 };

const topScore = (found: Identification): number =>
  found.kind === "identified" ? found.score : found.bestScore;

const searchFirst = (
  gallery: Gallery,
  { placements: [first] }: Trial,
  tally: SearchTally,
): Identification => {
  if (first === null) return NOBODY;
  const [startMs, startCpuMs] = [performance.now(), cpuMs()];
  const found = gallery.identify(first);
  tally.searchMs.push(performance.now() - startMs);
  tally.cpuMs += cpuMs() - startCpuMs;
  return found;
};

const searchSecond = (gallery: Gallery, { placements: [first, second] }: Trial): Identification =>
  second === null ? NOBODY : gallery.identify(second, first === null ? [] : [first]);

/** Score of a probe against everything that is stored of one finger, as a search that compares everybody makes it. */
const fullScore = (probe: Prepared, templates: readonly Prepared[]): number =>
  childScore(templates.map((template) => compareTemplates(probe, template).score));

const searchMated = (
  gallery: Gallery,
  trial: Trial,
  own: GalleryEntry | undefined,
  tally: SearchTally,
): void => {
  tally.mated++;
  const found = searchFirst(gallery, trial, tally);
  const [probe] = trial.placements;
  const isRight = found.kind === "identified" && found.key === trial.key;
  if (!isRight && probe !== null && own !== undefined) {
    const score = fullScore(prepare(probe), own.templates.map(prepare));
    if (score > topScore(found) + 1e-6) {
      tally.lost++;
      if (score >= thresholdFor(gallery.keyCount, 1)) tally.lostAboveThreshold++;
    }
  }
  const last = found.kind === "identified" ? found : searchSecond(gallery, trial);
  if (isRight) tally.rightFirst++;
  if (last.kind !== "identified") return;
  if (last.key === trial.key) tally.rightInTwo++;
  else {
    tally.wrong++;
    tally.falseNames.add(`${trial.key} -> ${last.key}`);
  }
};

const searchStranger = (gallery: Gallery, trial: Trial, tally: SearchTally): void => {
  tally.strangers++;
  const found = searchFirst(gallery, trial, tally);
  tally.highestStranger = Math.max(tally.highestStranger, topScore(found));
  const last = found.kind === "identified" ? found : searchSecond(gallery, trial);
  if (found.kind === "identified") tally.namedFirst++;
  if (last.kind !== "identified") return;
  tally.namedInTwo++;
  tally.falseNames.add(`${trial.key ?? "stranger"} -> ${last.key}`);
};

/** Makes every trial once; the gallery holds the population's entries before and after. */
export const searchAll = (
  gallery: Gallery,
  { entries, mated, strangers }: Population,
  tally: SearchTally,
  onProgress: (share: number) => void = () => undefined,
): void => {
  const enrolled = new Map(entries.map((entry) => [entry.key, entry]));
  const total = mated.length + strangers.length;
  let done = 0;
  for (const trial of mated) {
    searchMated(gallery, trial, enrolled.get(trial.key ?? ""), tally);
    onProgress(++done / total);
  }
  for (const trial of strangers) {
    const own = enrolled.get(trial.key ?? "");
    if (own !== undefined) gallery.remove(own.key);
    searchStranger(gallery, trial, tally);
    if (own !== undefined) gallery.add(own);
    onProgress(++done / total);
  }
};

/** What comparing everybody in full says about some first placements. */
export type FullSearch = {
  readonly probes: number;
  /** The own finger scores most. */
  readonly ownFirst: number;
  /** The own finger scores most, and the search's best score is another: rank 1 was lost on the way. */
  readonly lost: number;
};

export const searchInFull = (
  gallery: Gallery,
  entries: readonly GalleryEntry[],
  trials: readonly Trial[],
): FullSearch => {
  const probes = trials.flatMap(({ key, placements: [first] }) =>
    first === null ? [] : [{ key, first, prepared: prepare(first), best: 0, bestKey: "" }],
  );
  for (const { key, templates } of entries) {
    const prepared = templates.map(prepare);
    for (const probe of probes) {
      const score = fullScore(probe.prepared, prepared);
      if (score > probe.best) [probe.best, probe.bestKey] = [score, key];
    }
  }
  const own = probes.filter(({ key, bestKey }) => key === bestKey);
  const lost = own.filter(({ first, best }) => topScore(gallery.identify(first)) < best - 1e-6);
  return { probes: probes.length, ownFirst: own.length, lost: lost.length };
};

/** Highest scores of placements against fingers that are not theirs: of one placement, and of two as a search adds them. */
export type StrangerScores = {
  readonly comparisons: number;
  readonly highest: number;
  readonly highestTwice: number;
};

export const scoreStrangers = (
  entries: readonly GalleryEntry[],
  trials: readonly Trial[],
): StrangerScores => {
  const probes = trials.map(({ key, placements }) => ({
    key,
    sides: placements.filter((template) => template !== null).map(prepare),
  }));
  let [comparisons, highest, highestTwice] = [0, 0, 0];
  for (const { key, templates } of entries) {
    const prepared = templates.map(prepare);
    for (const probe of probes) {
      if (probe.key === key) continue;
      const scores = probe.sides.map((side) => fullScore(side, prepared));
      comparisons += scores.length;
      highest = Math.max(highest, ...scores);
      highestTwice = Math.max(highestTwice, presentationScore(scores.toReversed()));
    }
  }
  return { comparisons, highest, highestTwice };
};
