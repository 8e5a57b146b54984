import { cpuMs } from "./cpu-clock.ts";
import { drawCheck, type CheckName, type Engine, type Timed } from "./fuzz-checks.ts";
import { seededItem } from "./seeded.ts";

export type FuzzPlan = {
  readonly seed: number;
  /** First run; any run can be made again alone. */
  readonly from: number;
  readonly runs: number;
  /** CPU time one call may take, ms. */
  readonly maxCallMs: number;
  /** Resident memory the process may reach, bytes. */
  readonly maxResidentBytes: number;
};

export type FuzzFailure = {
  readonly run: number;
  readonly check: CheckName;
  readonly error: unknown;
};

export type FuzzReport = {
  readonly failure: FuzzFailure | null;
  readonly counts: ReadonlyMap<CheckName, number>;
  readonly slowest: { readonly what: string; readonly run: number; readonly ms: number };
  readonly highestResidentBytes: number;
};

const MEMORY_EVERY_RUNS = 100;

/** Makes the runs one after the other until one fails. */
export const runFuzz = (engine: Engine, plan: FuzzPlan): FuzzReport => {
  const counts = new Map<CheckName, number>();
  let slowest = { what: "nothing", run: plan.from, ms: 0 };
  let highestResidentBytes = 0;
  let run = plan.from;
  const timed: Timed = (what, call) => {
    const startMs = cpuMs();
    const result = call();
    const ms = cpuMs() - startMs;
    if (ms > slowest.ms) slowest = { what, run, ms };
    if (ms > plan.maxCallMs) throw new Error(`${what} took ${ms.toFixed(0)} ms of CPU`);
    return result;
  };
  const boundMemory = (): void => {
    highestResidentBytes = Math.max(highestResidentBytes, process.memoryUsage.rss());
    if (highestResidentBytes > plan.maxResidentBytes)
      throw new Error(`${highestResidentBytes} bytes are resident`);
  };
  let failure: FuzzFailure | null = null;
  for (; run < plan.from + plan.runs && failure === null; run++) {
    const random = seededItem(plan.seed, run);
    const { name, check } = drawCheck(random);
    try {
      check(engine, random, timed);
      if ((run - plan.from) % MEMORY_EVERY_RUNS === 0) boundMemory();
    } catch (error) {
      failure = { run, check: name, error };
    }
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return { failure, counts, slowest, highestResidentBytes };
};
