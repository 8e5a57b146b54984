import { compareTemplates } from "../matcher/comparison.ts";
import type { Prepared } from "../matcher/prepared.ts";
import { SHORTLIST } from "../parameters.ts";
import { childScore, rank, type Ranking } from "./decision.ts";
import { nthHighest } from "./nth-highest.ts";
import type { Look, SketchedProbe } from "./quick-look.ts";
import type { Child, Roll, StoredTemplate } from "./roll.ts";

/** A placement that is looked for. */
export type PreparedProbe = SketchedProbe & { readonly prepared: Prepared };

type Steps<Result> = Generator<undefined, Result, undefined>;

/** A child with what the first look saw: the likeness of its most alike template, summed over the placements. */
type Seen = { readonly child: Child; readonly likeness: number; readonly template: StoredTemplate };

/** What a search asks: its placements, the score it will decide by, and who is not meant. */
export type Asked = {
  readonly probes: readonly PreparedProbe[];
  readonly threshold: number;
  readonly except: string | null;
};

type Scored = { readonly child: Child; readonly score: number };

/** Most alike first; of equals the one whose key comes first, so that no order of adding matters. */
const byLikeness = (a: Seen, b: Seen): number =>
  b.likeness - a.likeness || (a.child.key < b.child.key ? -1 : 1);
const byScore = (a: Scored, b: Scored): number =>
  b.score - a.score || (a.child.key < b.child.key ? -1 : 1);

const lookAt = (roll: Roll, child: Child, look: Look): Seen | null => {
  let seen: Seen | null = null;
  for (const template of child.templates) {
    if (template.sketches === null) continue;
    const likeness = roll.quickLook.likeness(template.sketches, look);
    if (seen === null || likeness > seen.likeness) seen = { child, likeness, template };
  }
  return seen;
};

/** Looks at children; answers the `count` most alike, and those as alike as the last of them. */
function* mostAlike(
  roll: Roll,
  children: Iterable<Child>,
  { look, count }: { readonly look: Look; readonly count: number },
): Steps<readonly Seen[]> {
  const seen: Seen[] = [];
  let looked = 0;
  for (const child of children) {
    const one = lookAt(roll, child, look);
    if (one !== null) seen.push(one);
    if (++looked % SHORTLIST.sliceFingers === 0) yield;
  }
  if (seen.length <= count) return seen;
  const floor = nthHighest(
    seen.map(({ likeness }) => likeness),
    count,
  );
  return seen.filter(({ likeness }) => likeness >= floor);
}

/** Everybody at a glance, an eighth of them closely: the most alike, most alike first. */
function* shortlist(roll: Roll, ask: Asked): Steps<readonly Seen[]> {
  const children = [...roll.children.values()].filter(({ key }) => key !== ask.except);
  const closely = Math.max(SHORTLIST.closeKeys, Math.ceil(children.length * SHORTLIST.closeShare));
  let near: readonly Child[] = children;
  if (children.length > closely) {
    const glance = { look: "glance", count: closely } as const;
    near = (yield* mostAlike(roll, children, glance)).map(({ child }) => child);
  }
  const alike = yield* mostAlike(roll, near, { look: "close", count: SHORTLIST.keys });
  return alike.toSorted(byLikeness).slice(0, SHORTLIST.keys);
}

/** Nobody less alike than this need be compared once a child's score is beyond doubt. */
const isOutOfQuestion = (seen: Seen, leader: (Seen & Scored) | null, doubtful: number): boolean =>
  leader !== null &&
  leader.score >= doubtful &&
  seen.likeness < SHORTLIST.clearShare * leader.likeness;

/** Compares the most alike templates in full and keeps the few best children. */
function* fewBest(roll: Roll, ask: Asked, alike: readonly Seen[]): Steps<readonly Scored[]> {
  const scored: Scored[] = [];
  let leader: (Seen & Scored) | null = null;
  for (const seen of alike) {
    if (isOutOfQuestion(seen, leader, ask.threshold + SHORTLIST.clearScore)) break;
    let score = 0;
    for (const { prepared } of ask.probes)
      score += compareTemplates(prepared, roll.prepared(seen.template)).score;
    scored.push({ child: seen.child, score });
    if (leader === null || score > leader.score) leader = { ...seen, score };
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

/** Best and second child for the placements that the roll was told to look for: all at a glance, few in full. */
export function* searchCascade(roll: Roll, ask: Asked): Steps<Ranking> {
  const few = yield* fewBest(roll, ask, yield* shortlist(roll, ask));
  const children = few.map(({ child }) => child);
  return rankOf(yield* fullScores(roll, ask.probes, children));
}

/** The slow obvious search: every template of every child in full. The witness of the cascade. */
export function* searchExhaustively(roll: Roll, probes: readonly PreparedProbe[]): Steps<Ranking> {
  return rankOf(yield* fullScores(roll, probes, roll.children.values()));
}
