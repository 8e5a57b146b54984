import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";
import { cpuMs } from "./cpu-clock.ts";
import { drawCheck, type CheckName, type Engine, type Timed } from "./fuzz-checks.ts";
import { seededItem } from "./seeded.ts";

/** Some runs in a row; a run depends on the seed, its number and the prints alone. */
export type FuzzBlock = {
  readonly seed: number;
  readonly from: number;
  readonly runs: number;
};

export type FuzzBounds = {
  /** CPU time one call may take, ms. */
  readonly maxCallMs: number;
  /** Resident memory the process may reach, bytes. */
  readonly maxResidentBytes: number;
};

export type FuzzFailure = {
  readonly run: number;
  readonly check: CheckName;
  /** The error's stack. */
  readonly error: string;
};

/** Plain data: it crosses from one process to another. */
export type FuzzReport = {
  readonly runs: number;
  readonly failures: readonly FuzzFailure[];
  readonly counts: Readonly<Record<CheckName, number>>;
  readonly slowest: { readonly what: string; readonly run: number; readonly ms: number };
  readonly highestResidentBytes: number;
  readonly lastResidentBytes: number;
  /** Sum of the runs' digests, 32 bits: the same however the runs are divided. */
  readonly digest: number;
};

export type FuzzTools = {
  readonly engine: Engine;
  readonly prints: readonly GrayImage[];
  /** Told before every run, so that a run that never ends can be named. */
  readonly onRun?: (run: number) => void;
};

const MEMORY_EVERY_RUNS = 50;
/** A block that only fails is broken, not fuzzed. */
const MAX_FAILURES = 5;

const FNV_PRIME = 0x01000193;
const FNV_BASIS = 0x811c9dc5;
const doubleBytes = new DataView(new ArrayBuffer(8));

/** FNV-1a over the bytes of a double. */
const hashDouble = (hash: number, value: number): number => {
  doubleBytes.setFloat64(0, value);
  let result = hash;
  for (let i = 0; i < 8; i++) result = Math.imul(result ^ doubleBytes.getUint8(i), FNV_PRIME);
  return result;
};

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** Makes the runs one after the other. */
export const runFuzz = (tools: FuzzTools, block: FuzzBlock, bounds: FuzzBounds): FuzzReport => {
  const counts = { image: 0, comparison: 0, enrolment: 0, search: 0, bytes: 0, iso: 0 };
  const failures: FuzzFailure[] = [];
  let slowest = { what: "nothing", run: block.from, ms: 0 };
  let [highestResidentBytes, lastResidentBytes, digest, hash] = [0, 0, 0, 0];
  let run = block.from;
  const timed: Timed = (what, call) => {
    const startMs = cpuMs();
    const result = call();
    const ms = cpuMs() - startMs;
    if (ms > slowest.ms) slowest = { what, run, ms };
    if (ms > bounds.maxCallMs) throw new Error(`${what} took ${ms.toFixed(0)} ms of CPU`);
    return result;
  };
  const note = (value: number): void => {
    hash = hashDouble(hash, value);
  };
  const boundMemory = (): void => {
    lastResidentBytes = process.memoryUsage.rss();
    highestResidentBytes = Math.max(highestResidentBytes, lastResidentBytes);
    if (highestResidentBytes > bounds.maxResidentBytes)
      throw new Error(`${highestResidentBytes} bytes are resident`);
  };
  const { prints } = tools;
  const end = block.from + block.runs;
  for (; run < end && failures.length < MAX_FAILURES; run++) {
    tools.onRun?.(run);
    hash = hashDouble(FNV_BASIS, run);
    const random = seededItem(block.seed, run);
    const { name, check } = drawCheck(random);
    counts[name]++;
    try {
      check(tools.engine, { random, timed, note, prints });
      if (run % MEMORY_EVERY_RUNS === 0 || run === end - 1) boundMemory();
    } catch (error) {
      failures.push({ run, check: name, error: textOf(error) });
    }
    digest = (digest + (hash >>> 0)) >>> 0;
  }
  const runs = run - block.from;
  return { runs, failures, counts, slowest, highestResidentBytes, lastResidentBytes, digest };
};
