import type { Consolidate, Template } from "./engine-api.ts";
import { compareTemplates } from "./matcher/comparison.ts";
import { mergeInto, startMerge, toTemplate } from "./matcher/merging.ts";
import { prepare, type Prepared } from "./matcher/prepared.ts";
import { ENROLMENT, LIMITS } from "./parameters.ts";

/** Mean score of every placement against the others. */
const companionship = (prepared: readonly Prepared[]): number[] => {
  const sums = prepared.map(() => 0);
  for (let i = 0; i < prepared.length; i++)
    for (let j = i + 1; j < prepared.length; j++) {
      const [a, b] = [prepared[i], prepared[j]];
      if (a === undefined || b === undefined) continue;
      const { score } = compareTemplates(a, b);
      sums[i] = (sums[i] ?? 0) + score;
      sums[j] = (sums[j] ?? 0) + score;
    }
  return sums;
};

const indexOfLargest = (values: readonly number[]): number =>
  values.reduce((best, value, i) => (value > (values[best] ?? 0) ? i : best), 0);

/**
 * Aligns 1 … 8 placements of one finger and merges them: minutiae seen twice become one, the union is kept, so that a
 * small sensor's placements together show a large finger. A placement that fits none of the others is `inconsistent`.
 */
export const consolidate: Consolidate = (placements: readonly Template[]) => {
  const [first] = placements;
  if (first === undefined || placements.length > LIMITS.maxPlacements)
    throw new RangeError(
      `${placements.length} placements; 1 to ${LIMITS.maxPlacements} can be merged`,
    );
  if (placements.length === 1) return { kind: "merged", template: first };
  const prepared = placements.map(prepare);
  const reference = indexOfLargest(companionship(prepared));
  let merged = startMerge(placements[reference] ?? first);
  const waiting = new Set(placements.keys());
  waiting.delete(reference);
  while (waiting.size > 0) {
    const target = prepare(toTemplate(merged));
    const offers = [...waiting].map((index) => {
      const placement = prepared[index];
      const found = placement === undefined ? null : compareTemplates(placement, target);
      return { index, score: found?.score ?? 0, evidence: found?.evidence ?? null };
    });
    const best = offers.reduce((a, b) => (b.score > a.score ? b : a));
    const template = placements[best.index];
    if (best.score < ENROLMENT.minScore || best.evidence === null || template === undefined)
      return { kind: "inconsistent", placementIndex: best.index };
    merged = mergeInto(merged, template, best.evidence);
    waiting.delete(best.index);
  }
  return { kind: "merged", template: toTemplate(merged) };
};
