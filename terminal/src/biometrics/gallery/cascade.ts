import { compareTemplates } from "../matcher/comparison.ts";
import type { Prepared } from "../matcher/prepared.ts";
import { SHORTLIST } from "../parameters.ts";
import { childScore, rank, type Ranking } from "./decision.ts";
import type { SketchedProbe } from "./quick-look.ts";
import type { Child, Roll, StoredTemplate } from "./roll.ts";

/** A placement that is looked for. */
export type PreparedProbe = SketchedProbe & { readonly prepared: Prepared };

type Steps<Result> = Generator<undefined, Result, undefined>;

/** A child with what the first look saw: the likeness of its most alike template, summed over the placements. */
type Seen = { readonly child: Child; readonly likeness: number; readonly template: StoredTemplate };

type Scored = { readonly child: Child; readonly score: number };

const lookAt = (roll: Roll, child: Child, placements: number): Seen | null => {
  let seen: Seen | null = null;
  for (const template of child.templates) {
    if (template.sketches === null) continue;
    let likeness = 0;
    for (let probe = 0; probe < placements; probe++)
      likeness += roll.quickLook.likeness(probe, template.sketches);
    if (seen === null || likeness > seen.likeness) seen = { child, likeness, template };
  }
  return seen;
};

/** Most alike first; of equals the one whose key comes first, so that no order of adding matters. */
const byLikeness = (a: Seen, b: Seen): number =>
  b.likeness - a.likeness || (a.child.key < b.child.key ? -1 : 1);
const byScore = (a: Scored, b: Scored): number =>
  b.score - a.score || (a.child.key < b.child.key ? -1 : 1);

/** The first look at every child: the most alike, most alike first. */
function* mostAlike(roll: Roll, placements: number, except: string | null): Steps<readonly Seen[]> {
  let best: Seen[] = [];
  let looked = 0;
  let floor = -1;
  for (const child of roll.children.values()) {
    const seen = child.key === except ? null : lookAt(roll, child, placements);
    if (seen !== null && seen.likeness >= floor) best.push(seen);
    // Cut back now and then: what is kept stays a few dozen, whatever the gallery's size.
    if (best.length >= 8 * SHORTLIST.keys) {
      best = best.toSorted(byLikeness).slice(0, SHORTLIST.keys);
      floor = best.at(-1)?.likeness ?? -1;
    }
    if (++looked % SHORTLIST.sliceFingers === 0) yield;
  }
  return best.toSorted(byLikeness).slice(0, SHORTLIST.keys);
}

/** Compares the most alike templates in full and keeps the few best children. */
function* fewBest(
  roll: Roll,
  probes: readonly PreparedProbe[],
  alike: readonly Seen[],
): Steps<readonly Scored[]> {
  const scored: Scored[] = [];
  for (const { child, template } of alike) {
    let score = 0;
    for (const { prepared } of probes)
      score += compareTemplates(prepared, roll.prepared(template)).score;
    scored.push({ child, score });
    yield;
  }
  return scored.toSorted(byScore).slice(0, SHORTLIST.finalKeys);
}

/** Scores children with all their templates, as an exhaustive search would. */
function* fullScores(
  roll: Roll,
  probes: readonly PreparedProbe[],
  children: Iterable<Child>,
): Steps<readonly Scored[]> {
  const scored: Scored[] = [];
  for (const child of children) {
    let score = 0;
    for (const { prepared } of probes) {
      const scores: number[] = [];
      for (const stored of child.templates) {
        scores.push(compareTemplates(prepared, roll.prepared(stored)).score);
        yield;
      }
      score += childScore(scores);
    }
    scored.push({ child, score });
  }
  return scored;
}

const rankOf = (scored: readonly Scored[]): Ranking =>
  rank(scored.map(({ child, score }) => ({ key: child.key, score })));

/** Best and second child for the placements that the roll was told to look for: everybody at a glance, few closely, fewer fully. */
export function* searchCascade(
  roll: Roll,
  probes: readonly PreparedProbe[],
  except: string | null,
): Steps<Ranking> {
  const alike = yield* mostAlike(roll, probes.length, except);
  const few = yield* fewBest(roll, probes, alike);
  return rankOf(
    yield* fullScores(
      roll,
      probes,
      few.map(({ child }) => child),
    ),
  );
}

/** The slow obvious search: every template of every child in full. The witness of the cascade. */
export function* searchExhaustively(roll: Roll, probes: readonly PreparedProbe[]): Steps<Ranking> {
  return rankOf(yield* fullScores(roll, probes, roll.children.values()));
}
