import type { SeedOutcome } from "./seed-run.ts";

/** What many seeds came to. */
export type Tally = {
  seeds: number;
  purchases: number;
  refused: number;
  faults: number;
  physicallyLost: number;
  lost: number;
  doubled: number;
  negative: number;
  imbalance: number;
  stuck: number;
  /** Rules that no column of the last line names. */
  other: number;
  cpuSeconds: number;
};

export const emptyTally = (): Tally => ({
  seeds: 0,
  purchases: 0,
  refused: 0,
  faults: 0,
  physicallyLost: 0,
  lost: 0,
  doubled: 0,
  negative: 0,
  imbalance: 0,
  stuck: 0,
  other: 0,
  cpuSeconds: 0,
});

type Column = "lost" | "doubled" | "negative" | "imbalance" | "stuck" | "other";

/** The column under which a broken rule is counted. */
export function columnOf(rule: string): Column {
  if (rule === "lost" || rule === "stuck") return rule;
  if (rule === "doubled" || rule === "invented") return "doubled";
  if (rule === "I2" || rule === "I3") return "negative";
  if (rule === "I1" || rule === "I10" || rule === "I7") return "imbalance";
  return "other";
}

export function count(tally: Tally, outcome: SeedOutcome): void {
  tally.seeds += 1;
  tally.purchases += outcome.purchases;
  tally.refused += outcome.refused;
  tally.faults += outcome.faults;
  tally.physicallyLost += outcome.physicallyLost;
  if (outcome.broken !== null) tally[columnOf(outcome.broken.rule)] += 1;
}

export function addTally(into: Tally, other: Tally): void {
  for (const key of Object.keys(into) as (keyof Tally)[]) into[key] += other[key];
}

/** The last line of a run; what it says is exactly what was counted. */
export function lastLine(tally: Tally): string {
  const { seeds, purchases, faults, lost, doubled, negative, imbalance, stuck } = tally;
  return `seeds ${seeds} purchases ${purchases} faults ${faults} lost ${lost} doubled ${doubled} negative ${negative} imbalance ${imbalance} stuck ${stuck}`;
}
