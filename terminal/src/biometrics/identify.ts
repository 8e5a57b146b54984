import type { Gallery, GalleryEntry, Identification, Template } from "./engine-api.ts";
import { compareTemplates } from "./matcher/comparison.ts";
import { prepare, type Prepared } from "./matcher/prepared.ts";
import { IDENTIFICATION } from "./parameters.ts";

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

/** Score the best child must reach among `keyCount` children with `placements` placements added up. */
export const thresholdFor = (keyCount: number, placements: number): number =>
  IDENTIFICATION.baseThreshold +
  IDENTIFICATION.perLogKey * Math.log(Math.max(1, keyCount)) +
  IDENTIFICATION.perEarlierPlacement * (placements - 1);

type Ranking = { readonly key: string; readonly score: number; readonly runnerUpScore: number };

const rank = (scores: ReadonlyMap<string, number>): Ranking => {
  let ranking: Ranking = { key: "", score: 0, runnerUpScore: 0 };
  for (const [key, score] of scores)
    if (score > ranking.score) ranking = { key, score, runnerUpScore: ranking.score };
    else if (score > ranking.runnerUpScore) ranking = { ...ranking, runnerUpScore: score };
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
  const children = new Map<string, readonly Prepared[]>();
  return {
    get keyCount(): number {
      return children.size;
    },
    add: ({ key, templates }: GalleryEntry): void => {
      children.set(key, templates.map(prepare));
    },
    remove: (key: string): void => {
      children.delete(key);
    },
    identify: (probe: Template, earlier: readonly Template[] = []): Identification => {
      const probes = [probe, ...earlier].map(prepare);
      const scores = new Map<string, number>();
      for (const [key, templates] of children)
        scores.set(
          key,
          probes.reduce((sum, one) => sum + childScore(one, templates), 0),
        );
      return decide(rank(scores), thresholdFor(children.size, probes.length));
    },
  };
};
