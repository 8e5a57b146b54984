import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import type { CheckName } from "./fuzz-checks.ts";
import type { FuzzBlock, FuzzBounds, FuzzFailure, FuzzReport } from "./fuzz-run.ts";

/** What a child process is sent; it answers with a `FuzzReport`. */
export type FuzzOrder = { readonly block: FuzzBlock; readonly bounds: FuzzBounds };

export type FuzzPlan = FuzzBlock & {
  readonly jobs: number;
  readonly bounds: FuzzBounds;
  /** Wall-clock time after which a run that has not ended is a hang, ms. */
  readonly stallMs: number;
  /** `dpi:file` of real prints to start from. */
  readonly prints: readonly string[];
  readonly childFile?: string;
  readonly onProgress?: (total: FuzzTotal) => void;
};

export type FuzzTotal = {
  runs: number;
  digest: number;
  slowest: FuzzReport["slowest"];
  highestResidentBytes: number;
  readonly counts: Map<CheckName, number>;
  /** `check` null: the process hung or died. */
  readonly failures: {
    readonly run: number;
    readonly check: CheckName | null;
    readonly error: string;
  }[];
  /** Resident bytes of the process that finished a block, in the order in which blocks finished. */
  readonly residentBytes: number[];
};

const BLOCK_RUNS = 500;
const MAX_FAILURES = 20;

/** From the sources (tests) the built one. */
const builtChild = (): string =>
  fileURLToPath(
    import.meta.url.endsWith(".ts")
      ? new URL("../../../dist/shell/bench/fuzz-child.js", import.meta.url)
      : new URL("./fuzz-child.js", import.meta.url),
  );

type Answer =
  | { readonly kind: "report"; readonly report: FuzzReport }
  | { readonly kind: "lost"; readonly why: string };

/** The run that a child was in, by its mark file. */
const markedRun = (file: string, otherwise: number): number => {
  try {
    return readFileSync(file).readDoubleBE();
  } catch {
    return otherwise;
  }
};

/** Sends an order and waits for its report, for the child's death or until one run takes longer than `stallMs`. */
const askChild = (
  child: ChildProcess,
  order: FuzzOrder,
  markFile: string,
  stallMs: number,
): Promise<Answer> =>
  new Promise((resolve) => {
    let [lastMark, sinceMs] = [-1, performance.now()];
    const watch = setInterval(() => {
      const now = markedRun(markFile, -1);
      if (now !== lastMark) [lastMark, sinceMs] = [now, performance.now()];
      else if (performance.now() - sinceMs > stallMs)
        settle({ kind: "lost", why: `no end within ${stallMs / 1000} s` });
    }, stallMs / 10);
    const onMessage = (report: unknown): void =>
      settle({ kind: "report", report: report as FuzzReport });
    const onExit = (code: number | null, signal: string | null): void =>
      settle({ kind: "lost", why: `the process ended with ${signal ?? code}` });
    const settle = (answer: Answer): void => {
      clearInterval(watch);
      child.off("message", onMessage).off("exit", onExit);
      resolve(answer);
    };
    child.on("message", onMessage).on("exit", onExit);
    child.send(order);
  });

const addReport = (total: FuzzTotal, report: FuzzReport): void => {
  total.runs += report.runs;
  total.digest = (total.digest + report.digest) >>> 0;
  if (report.slowest.ms > total.slowest.ms) total.slowest = report.slowest;
  total.highestResidentBytes = Math.max(total.highestResidentBytes, report.highestResidentBytes);
  total.residentBytes.push(report.lastResidentBytes);
  for (const [name, count] of Object.entries(report.counts) as [CheckName, number][])
    total.counts.set(name, (total.counts.get(name) ?? 0) + count);
  total.failures.push(...(report.failures satisfies readonly FuzzFailure[]));
};

/** The plan's runs in order, in blocks. */
function* blocksOf({ seed, from, runs }: FuzzBlock): Generator<FuzzBlock> {
  for (let at = from; at < from + runs; at += BLOCK_RUNS)
    yield { seed, from: at, runs: Math.min(BLOCK_RUNS, from + runs - at) };
}

/** One child until the blocks are used up; a child that is lost is replaced, the rest of its block given up. */
const work = async (
  plan: FuzzPlan,
  blocks: Iterator<FuzzBlock>,
  total: FuzzTotal,
  markFile: string,
): Promise<void> => {
  const start = (): ChildProcess =>
    fork(plan.childFile ?? builtChild(), [markFile, ...plan.prints], { serialization: "advanced" });
  let child: ChildProcess | null = null;
  for (;;) {
    const next = blocks.next();
    if (next.done === true || total.failures.length >= MAX_FAILURES) break;
    child ??= start();
    const order = { block: next.value, bounds: plan.bounds };
    const answer = await askChild(child, order, markFile, plan.stallMs);
    if (answer.kind === "report") addReport(total, answer.report);
    else {
      const run = markedRun(markFile, next.value.from);
      total.failures.push({ run, check: null, error: answer.why });
      total.runs += Math.max(1, run + 1 - next.value.from);
      child.kill("SIGKILL");
      child = null;
    }
    plan.onProgress?.(total);
  }
  child?.disconnect();
};

/** Divides the runs between `jobs` processes. Failures come back by run. */
export const fuzzInShards = async (plan: FuzzPlan): Promise<FuzzTotal> => {
  const total: FuzzTotal = {
    runs: 0,
    digest: 0,
    slowest: { what: "nothing", run: plan.from, ms: 0 },
    highestResidentBytes: 0,
    counts: new Map(),
    failures: [],
    residentBytes: [],
  };
  const folder = mkdtempSync(path.join(tmpdir(), "saku-fuzz-"));
  try {
    const blocks = blocksOf(plan);
    await Promise.all(
      Array.from({ length: plan.jobs }, (_, job) =>
        work(plan, blocks, total, path.join(folder, `${job}`)),
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  total.failures.sort((a, b) => a.run - b.run);
  return total;
};
