import { EVIDENCE, SCORE } from "../parameters.ts";
import type { WeightedPair } from "./alignment.ts";
import { gatherEvidence, type Evidence } from "./evidence.ts";
import { pairUp, type Pairs } from "./pairs.ts";
import type { Prepared } from "./prepared.ts";
import { byEfficiency, compatibilities, globalSimilarity, relax } from "./relaxation.ts";

/** Everything a comparison found out; `score` is what decisions use. */
export type Comparison = {
  readonly score: number;
  /** Relaxed cylinder similarity, 0 … 1. */
  readonly similarity: number;
  /** Best alignment, null when nothing could be paired. */
  readonly evidence: Evidence | null;
};

const NOTHING: Comparison = { score: 0, similarity: 0, evidence: null };

/** The seed pair and all pairs that agree with it. */
const supporters = (pairs: Pairs, compatibility: Float32Array, seed: number): WeightedPair[] => {
  const group: WeightedPair[] = [{ a: pairs.a[seed] ?? 0, b: pairs.b[seed] ?? 0, weight: 1 }];
  for (let k = 0; k < pairs.count; k++) {
    const weight = compatibility[seed * pairs.count + k] ?? 0;
    if (weight > EVIDENCE.minSupport)
      group.push({ a: pairs.a[k] ?? 0, b: pairs.b[k] ?? 0, weight });
  }
  return group;
};

/** Pairs that are mates in an alignment would only lead to the same alignment again. */
const markExplained = (explained: Uint8Array, pairs: Pairs, { mates }: Evidence): void => {
  const mateOf = new Map(mates.map(({ a, b }) => [a, b]));
  for (let k = 0; k < pairs.count; k++)
    if (mateOf.get(pairs.a[k] ?? -1) === pairs.b[k]) explained[k] = 1;
};

/** Compares two prepared templates; symmetric up to rounding. */
export const compareTemplates = (a: Prepared, b: Prepared): Comparison => {
  const pairs = pairUp(a, b);
  if (pairs.count < 2) return NOTHING;
  const compatibility = compatibilities(pairs, a.table, b.table);
  const relaxed = relax(pairs, compatibility);
  const order = byEfficiency(pairs, relaxed);
  const similarity = globalSimilarity(order, relaxed, Math.min(a.table.count, b.table.count));
  let best: Evidence | null = null;
  const seeds = Array.from(relaxed.keys()).toSorted(
    (s, t) => (relaxed[t] ?? 0) - (relaxed[s] ?? 0),
  );
  const explained = new Uint8Array(pairs.count);
  for (const seed of seeds.slice(0, EVIDENCE.seeds)) {
    if (explained[seed] === 1) continue;
    const evidence = gatherEvidence(a, b, supporters(pairs, compatibility, seed), {
      matrix: pairs.matrix,
      similarity,
    });
    if (best === null || evidence.nats > best.nats) best = evidence;
    markExplained(explained, pairs, evidence);
  }
  return {
    score: best === null ? 0 : Math.max(0, best.nats + SCORE.evenOdds),
    similarity,
    evidence: best,
  };
};
