import type { Identification } from "../engine-api.ts";
import { GALLERY_LIMITS, IDENTIFICATION } from "../parameters.ts";

/** The best child of a search and how near the second came. */
export type Ranking = {
  readonly key: string;
  readonly score: number;
  readonly runnerUpScore: number;
};

/** Score the best child must reach among `keyCount` children; every further placement is one more try for chance. */
export const thresholdFor = (keyCount: number, placements: number): number =>
  IDENTIFICATION.baseThreshold +
  IDENTIFICATION.perLogKey * Math.log(Math.max(1, keyCount)) +
  Math.log(Math.max(1, placements));

/**
 * Score of a presentation from those of its placements, newest first: the newest alone, or earlier ones added for what they
 * exceed chance by, whichever is more. So a second placement helps the first, and never suffers from a spoilt one.
 */
export const presentationScore = (scores: readonly number[]): number => {
  let [best, sum] = [0, 0];
  for (const [earlier, score] of scores.entries()) {
    sum += score;
    best = Math.max(best, sum - IDENTIFICATION.perEarlierPlacement * earlier);
  }
  return best;
};

export const decide = (ranking: Ranking, threshold: number): Identification => {
  const { key, score, runnerUpScore } = ranking;
  if (score < threshold) return { kind: "not-found", bestScore: score };
  if (score - runnerUpScore < IDENTIFICATION.margin)
    return { kind: "ambiguous", bestScore: score, runnerUpScore };
  return { kind: "identified", key, score, runnerUpScore };
};

/**
 * Whether placements at enrolment may be of a finger that another of `keyCount` children has: asked more readily than a search
 * names, because the answer only makes a person look. Ambiguous means that it looks like two of the others.
 */
export const mayBeDuplicate = (
  found: Identification,
  keyCount: number,
  placements: number,
): boolean =>
  found.kind !== "not-found" ||
  found.bestScore >=
    thresholdFor(keyCount, Math.min(placements, GALLERY_LIMITS.maxProbes)) -
      IDENTIFICATION.duplicateSlack;

/** Best and second of scored children; of equals the one whose key comes first, so that no order of adding matters. */
export const rank = (
  scored: Iterable<{ readonly key: string; readonly score: number }>,
): Ranking => {
  let ranking: Ranking = { key: "", score: 0, runnerUpScore: 0 };
  for (const { key, score } of scored) {
    const isBest =
      score > ranking.score || (score === ranking.score && score > 0 && key < ranking.key);
    if (isBest) ranking = { key, score, runnerUpScore: ranking.score };
    else if (score > ranking.runnerUpScore) ranking = { ...ranking, runnerUpScore: score };
  }
  return ranking;
};

/**
 * Score of a child from the scores of its templates: the best, helped by a second one as far as that is better than what
 * chance brings, less the log of their number, because the best of many tries is better by chance.
 */
export const childScore = (scores: readonly number[]): number => {
  let [best, second] = [0, 0];
  for (const score of scores) {
    if (score > best) [best, second] = [score, best];
    else if (score > second) second = score;
  }
  const beyondChance = Math.max(0, second - IDENTIFICATION.secondTemplateFrom);
  const helped = best + IDENTIFICATION.secondTemplateShare * beyondChance;
  return Math.max(0, helped - Math.log(Math.max(1, scores.length)));
};
