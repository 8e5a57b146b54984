import { BENDING, EVIDENCE, RELAXATION, SCORE } from "../parameters.ts";
import type { PairColumns } from "./alignment.ts";
import { bendEvidence, gatherEvidence, type Evidence, type MatePair } from "./evidence.ts";
import type { Mates } from "./mates.ts";
import { pairUp, type Pairs } from "./pairs.ts";
import type { Prepared } from "./prepared.ts";
import { compatibilities, globalSimilarity, relax, takeLargest } from "./relaxation.ts";
import { workspaceFor } from "./workspace.ts";

/** Everything a comparison found out; `score` is what decisions use. */
export type Comparison = {
  readonly score: number;
  /** Relaxed cylinder similarity, 0 … 1. */
  readonly similarity: number;
  /** Best alignment with its mates, null when nothing could be paired. */
  readonly evidence: (Evidence & { readonly mates: readonly MatePair[] }) | null;
};

const NOTHING: Comparison = { score: 0, similarity: 0, evidence: null };

/** Writes the seed pair and all pairs that agree with it. */
const gatherSupporters = (
  pairs: Pairs,
  compatibility: Float32Array,
  seed: number,
  group: PairColumns,
): void => {
  group.a[0] = pairs.a[seed] ?? 0;
  group.b[0] = pairs.b[seed] ?? 0;
  group.weight[0] = 1;
  let count = 1;
  for (let k = 0; k < pairs.count; k++) {
    const weight = compatibility[seed * pairs.count + k] ?? 0;
    if (weight <= EVIDENCE.minSupport) continue;
    group.a[count] = pairs.a[k] ?? 0;
    group.b[count] = pairs.b[k] ?? 0;
    group.weight[count++] = weight;
  }
  group.count = count;
};

const explained = new Uint8Array(RELAXATION.maxPairs);
const ranking = new Float64Array(RELAXATION.maxPairs);

/** Pairs that are mates in an alignment would only lead to the same alignment again. */
const markExplained = (pairs: Pairs, mates: Mates): void => {
  for (let m = 0; m < mates.count; m++)
    for (let k = 0; k < pairs.count; k++)
      if (pairs.a[k] === mates.a[m] && pairs.b[k] === mates.b[m]) explained[k] = 1;
};

const listMates = (mates: Mates): MatePair[] =>
  Array.from({ length: mates.count }, (_, k) => ({ a: mates.a[k] ?? 0, b: mates.b[k] ?? 0 }));

/** Compares two prepared templates; symmetric up to rounding. */
export const compareTemplates = (a: Prepared, b: Prepared): Comparison => {
  const pairs = pairUp(a, b);
  if (pairs.count < 2) return NOTHING;
  const workspace = workspaceFor(Math.max(a.table.count, b.table.count));
  const compatibility = compatibilities(pairs, a.table, b.table);
  const relaxed = relax(pairs, compatibility);
  const smaller = Math.min(a.table.count, b.table.count);
  const similarity = globalSimilarity(pairs, relaxed, smaller);
  const task = { a, b, likeness: { matrix: pairs.matrix, similarity }, workspace };
  explained.fill(0);
  ranking.set(relaxed);
  let best: Comparison["evidence"] = null;
  let aligned = 0;
  for (let tried = 0; tried < Math.min(EVIDENCE.seeds, pairs.count); tried++) {
    const seed = takeLargest(ranking, pairs.count);
    if (explained[seed] === 1) continue;
    gatherSupporters(pairs, compatibility.dense, seed, workspace.seed);
    const evidence = gatherEvidence(task);
    if (best === null || evidence.nats > best.nats)
      best = { ...evidence, mates: listMates(workspace.mates) };
    const hopeless = EVIDENCE.hopelessNats[Math.min(aligned, EVIDENCE.hopelessNats.length - 1)];
    if (best.nats < (hopeless ?? -Infinity)) break;
    aligned++;
    markExplained(pairs, workspace.mates);
  }
  if (best !== null && best.nats >= BENDING.minNats) {
    const evidence = bendEvidence(task, best);
    best = { ...evidence, mates: listMates(workspace.mates) };
  }
  const score = best === null ? 0 : Math.max(0, best.nats + SCORE.evenOdds);
  return { score, similarity, evidence: best };
};
