import type { CounterJourney } from "../fleet/counter-client.ts";
import type { Bought } from "./customer.ts";
import { formatStage } from "./percentile.ts";

/** What the day came to, counted while it happened. */
export type Tally = {
  readonly bought: Record<Bought["how"] | "after-crash", number>;
  /** A screen or a journal named another child than the one who stood there. */
  wrongChildren: number;
  readonly refusals: Map<string, number>;
  readonly promised: Set<string>;
  /** The newest report of every charge, by stall, start of the daemon and number. */
  readonly journeys: Map<string, CounterJourney>;
};

export function emptyTally(): Tally {
  return {
    bought: { finger: 0, retry: 0, "third-try": 0, pin: 0, "after-crash": 0 },
    wrongChildren: 0,
    refusals: new Map(),
    promised: new Set(),
    journeys: new Map(),
  };
}

export function saleCountOf(tally: Tally): number {
  return Object.values(tally.bought).reduce((sum, count) => sum + count, 0);
}

const STAGES: readonly { readonly name: string; readonly keys: readonly string[] }[] = [
  { name: "capture", keys: ["captureMs"] },
  { name: "extract", keys: ["extractMs"] },
  { name: "identify", keys: ["identifyMs"] },
  { name: "decide+sign+fsync", keys: ["decideMs", "signMs", "commitMs"] },
  { name: "ask for a lease", keys: ["askMs"] },
  { name: "ack", keys: ["ackMs"] },
];

/** The wire decides: a line for each stall's module. Journeys are keyed by stall first. */
export function transferLines(
  journeys: ReadonlyMap<string, CounterJourney>,
  modules: readonly string[],
): readonly string[] {
  return modules.map((module, stall) => {
    const values = [...journeys]
      .filter(([key, one]) => key.startsWith(`${stall}/`) && one.outcome === "approved")
      .flatMap(([, one]) => one.stages["transferMs"] ?? []);
    return formatStage(`transfer ${module}`, values);
  });
}

/** One line a stage; a charge counts where it went through the stage. */
export function stageLines(journeys: Iterable<CounterJourney>): readonly string[] {
  const approved = [...journeys].filter((one) => one.outcome === "approved");
  return STAGES.map(({ name, keys }) => {
    const values = approved.flatMap(({ stages }) => {
      const parts = keys.map((key) => stages[key] ?? null).filter((part) => part !== null);
      const sum = parts.reduce((total, part) => total + part, 0);
      return parts.length === keys.length && (name !== "ask for a lease" || sum > 0) ? [sum] : [];
    });
    return formatStage(name, values);
  });
}
