import type { Gallery, GalleryEntry, Identification, Template } from "./engine-api.ts";
import { compareTemplates } from "./matcher/comparison.ts";
import { prepare, type Prepared } from "./matcher/prepared.ts";
import { quickLikeness } from "./matcher/sketches.ts";
import { IDENTIFICATION, SHORTLIST } from "./parameters.ts";

type Child = {
  readonly key: string;
  readonly templates: readonly Prepared[];
  /** Merged templates where there are any (one per finger), otherwise all. */
  readonly widest: readonly Prepared[];
};

const toChild = ({ key, templates }: GalleryEntry): Child => {
  const prepared = templates.map(prepare);
  const merged = prepared.filter(({ placementCount }) => placementCount > 1);
  return { key, templates: prepared, widest: merged.length > 0 ? merged : prepared };
};

/** Best template of a child, helped a little by the second best: chance likeness rarely strikes twice. */
const childScore = (probe: Prepared, templates: readonly Prepared[]): number => {
  let best = 0;
  let second = 0;
  for (const template of templates) {
    const { score } = compareTemplates(probe, template);
    if (score > best) [best, second] = [score, best];
    else if (score > second) second = score;
  }
  return best + IDENTIFICATION.secondTemplateShare * second;
};

/** Sum over the placements of one presentation. */
const presentationScore = (probes: readonly Prepared[], templates: readonly Prepared[]): number =>
  probes.reduce((sum, probe) => sum + childScore(probe, templates), 0);

const quickScore = (probes: readonly Prepared[], { widest }: Child): number =>
  probes.reduce(
    (sum, probe) =>
      sum + Math.max(0, ...widest.map(({ sketches }) => quickLikeness(probe.sketches, sketches))),
    0,
  );

/** The children that score highest, at most `count`. */
const keepBest = (
  children: readonly Child[],
  count: number,
  scoreOf: (child: Child) => number,
): readonly Child[] => {
  if (children.length <= count) return children;
  return children
    .map((child) => ({ child, score: scoreOf(child) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ child }) => child);
};

/** Children worth a full comparison: all of a small gallery, of a large one those a quick look does not exclude. */
const shortlist = (children: readonly Child[], probes: readonly Prepared[]): readonly Child[] => {
  if (children.length <= SHORTLIST.exhaustiveKeys) return children;
  const near = keepBest(children, SHORTLIST.keys, (child) => quickScore(probes, child));
  return keepBest(near, SHORTLIST.finalKeys, ({ widest }) => presentationScore(probes, widest));
};

/** Score the best child must reach among `keyCount` children with `placements` placements added up. */
export const thresholdFor = (keyCount: number, placements: number): number =>
  IDENTIFICATION.baseThreshold +
  IDENTIFICATION.perLogKey * Math.log(Math.max(1, keyCount)) +
  IDENTIFICATION.perEarlierPlacement * (placements - 1);

type Ranking = { readonly key: string; readonly score: number; readonly runnerUpScore: number };

const rank = (children: readonly Child[], probes: readonly Prepared[]): Ranking => {
  let ranking: Ranking = { key: "", score: 0, runnerUpScore: 0 };
  for (const { key, templates } of children) {
    const score = presentationScore(probes, templates);
    if (score > ranking.score) ranking = { key, score, runnerUpScore: ranking.score };
    else if (score > ranking.runnerUpScore) ranking = { ...ranking, runnerUpScore: score };
  }
  return ranking;
};

const decide = (ranking: Ranking, threshold: number): Identification => {
  const { key, score, runnerUpScore } = ranking;
  if (score < threshold) return { kind: "not-found", bestScore: score };
  if (score - runnerUpScore < IDENTIFICATION.margin)
    return { kind: "ambiguous", bestScore: score, runnerUpScore };
  return { kind: "identified", key, score, runnerUpScore };
};

/** An empty gallery. Everything about the enrolled side is computed when it is added. */
export const createGallery = (): Gallery => {
  const children = new Map<string, Child>();
  return {
    get keyCount(): number {
      return children.size;
    },
    add: (entry: GalleryEntry): void => {
      children.set(entry.key, toChild(entry));
    },
    remove: (key: string): void => {
      children.delete(key);
    },
    identify: (probe: Template, earlier: readonly Template[] = []): Identification => {
      const probes = [probe, ...earlier].map(prepare);
      const ranking = rank(shortlist([...children.values()], probes), probes);
      return decide(ranking, thresholdFor(children.size, probes.length));
    },
  };
};
