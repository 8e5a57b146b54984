import { compareTemplates } from "../matcher/comparison.ts";
import type { Prepared } from "../matcher/prepared.ts";
import { SHORTLIST } from "../parameters.ts";
import { childScore, presentationScore, rank, type Ranking } from "./decision.ts";
import { nthHighest } from "./nth-highest.ts";
import type { Look, SketchedProbe } from "./quick-look.ts";
import type { Child, Roll, StoredTemplate } from "./roll.ts";

/** A placement that is looked for. */
export type PreparedProbe = SketchedProbe & { readonly prepared: Prepared };

type Steps<Result> = Generator<undefined, Result, undefined>;

/** A child with what a look saw: likeness of the most alike template of each placement, summed over the placements. */
type Seen = { readonly child: Child; readonly likeness: number };

type Looked = { readonly placements: number; readonly look: Look };

/** What a search asks: its placements, the score it will decide by, and who is not meant. */
export type Asked = {
  /** The newest placement first. */
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

/** Template of a child that looks most like a placement; null when none was sketched. */
const mostAlikeTemplate = (
  roll: Roll,
  { templates }: Child,
  at: { readonly probe: number; readonly look: Look },
): { readonly template: StoredTemplate; readonly likeness: number } | null => {
  let best: { template: StoredTemplate; likeness: number } | null = null;
  for (const template of templates) {
    if (template.sketches === null) continue;
    const likeness = roll.quickLook.likeness(template.sketches, at);
    if (best === null || likeness > best.likeness) best = { template, likeness };
  }
  return best;
};

/** Placements of one presentation may be of two fingers of the child: each is looked at by itself. */
const likenessOf = (roll: Roll, child: Child, { placements, look }: Looked): number => {
  let sum = 0;
  for (let probe = 0; probe < placements; probe++)
    sum += mostAlikeTemplate(roll, child, { probe, look })?.likeness ?? 0;
  return sum;
};

/** Looks at children; answers the `count` most alike, and those as alike as the last of them. */
function* mostAlike(
  roll: Roll,
  children: Iterable<Child>,
  looked: Looked & { readonly count: number },
): Steps<readonly Seen[]> {
  const seen: Seen[] = [];
  for (const child of children) {
    seen.push({ child, likeness: likenessOf(roll, child, looked) });
    if (seen.length % SHORTLIST.sliceFingers === 0) yield;
  }
  if (seen.length <= looked.count) return seen;
  const floor = nthHighest(
    seen.map(({ likeness }) => likeness),
    looked.count,
  );
  return seen.filter(({ likeness }) => likeness >= floor);
}

/** Everybody at a glance, an eighth of them closely: the most alike, most alike first. */
function* shortlist(roll: Roll, ask: Asked): Steps<readonly Seen[]> {
  const placements = ask.probes.length;
  const children = [...roll.children.values()].filter(({ key }) => key !== ask.except);
  const closely = Math.max(SHORTLIST.closeKeys, Math.ceil(children.length * SHORTLIST.closeShare));
  let near: readonly Child[] = children;
  if (children.length > closely) {
    const glance = { placements, look: "glance", count: closely } as const;
    near = (yield* mostAlike(roll, children, glance)).map(({ child }) => child);
  }
  const alike = yield* mostAlike(roll, near, { placements, look: "close", count: SHORTLIST.keys });
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
    const scores = ask.probes.map(({ prepared }, probe) => {
      const near = mostAlikeTemplate(roll, seen.child, { probe, look: "close" });
      return near === null ? 0 : compareTemplates(prepared, roll.prepared(near.template)).score;
    });
    const score = presentationScore(scores);
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
    const perPlacement: number[] = [];
    for (const { prepared } of probes) {
      const scores: number[] = [];
      for (const stored of child.templates) {
        scores.push(compareTemplates(prepared, roll.prepared(stored)).score);
        yield;
      }
      perPlacement.push(childScore(scores));
    }
    scored.push({ child, score: presentationScore(perPlacement) });
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
