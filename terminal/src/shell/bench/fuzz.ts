import path from "node:path";
import { parseArgs } from "node:util";

import { exitCodeOf, wholeFrom } from "./arguments.ts";
import { fuzzInShards, type FuzzTotal } from "./fuzz-shards.ts";
import { quantile } from "./identify-searches.ts";
import { listSets, readSet } from "./print-folder.ts";

const USAGE = `usage: npm run fuzz:fingerprint -- --runs N [--seed S] [--from R] [--jobs J] [--data DIR]
  random and mutated images, templates, stored bytes and ISO records through every function of the engine; nothing but
  its typed errors may be thrown, every call is bounded in time, every process in memory, and memory must not grow
  --jobs J     processes that share the runs (1); what a run does depends on the seed, its number and DIR alone
  --data DIR   real prints, one folder a set: pieces of some of them are mutated too`;

/** 1000 x 1000 px at 250 dpi become 4 million samples: 2 s of CPU; a sensor's image takes 0.05 s. */
const MAX_CALL_MS = 8000;
const STALL_MS = 120_000;
const MAX_RESIDENT_BYTES = 1024 ** 3;
const MIB = 1024 * 1024;
/** Prints taken of every set, evenly spread. */
const PRINTS_A_SET = 8;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `dpi:file` of some prints of every set. */
const samplePrints = (directory: string): readonly string[] =>
  listSets(directory, /./).flatMap((place) => {
    const { prints, resolutionDpi } = readSet(place);
    const step = Math.max(1, Math.floor(prints.length / PRINTS_A_SET));
    return prints
      .filter((_, i) => i % step === 0)
      .slice(0, PRINTS_A_SET)
      .map(({ file }) => `${resolutionDpi}:${path.join(place.folder, file)}`);
  });

type Options = {
  readonly runs: number;
  readonly seed: number;
  readonly from: number;
  readonly jobs: number;
  readonly data: string | null;
  readonly prints: readonly string[];
};

const optionsFrom = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "2000" },
      seed: { type: "string", default: "1" },
      from: { type: "string", default: "0" },
      jobs: { type: "string", default: "1" },
      data: { type: "string" },
    },
  });
  const anyRun = { min: 0, max: 2 ** 31 - 1 };
  return {
    runs: wholeFrom(values.runs, "runs", { ...anyRun, min: 1 }),
    seed: wholeFrom(values.seed, "seed", anyRun),
    from: wholeFrom(values.from, "from", anyRun),
    jobs: wholeFrom(values.jobs, "jobs", { min: 1, max: 64 }),
    data: values.data ?? null,
    prints: values.data === undefined ? [] : samplePrints(values.data),
  };
};

/** Median resident memory in the second tenth of the blocks and in the last one, and whether that is growth. */
const growthOf = (residentBytes: readonly number[]): { text: string; isGrowth: boolean } => {
  const tenth = Math.floor(residentBytes.length / 10);
  if (tenth < 3) return { text: "too few runs to see growth", isGrowth: false };
  const early = quantile(residentBytes.slice(tenth, 2 * tenth), 0.5) / MIB;
  const late = quantile(residentBytes.slice(-tenth), 0.5) / MIB;
  return {
    text: `resident ${early.toFixed(0)} MiB in the second tenth, ${late.toFixed(0)} MiB in the last`,
    isGrowth: late > 1.25 * early + 64,
  };
};

const report = (options: Options, total: FuzzTotal, seconds: number): number => {
  const again = options.data === null ? "" : ` --data ${options.data}`;
  for (const { run, check, error } of total.failures) {
    print(`FAILED: seed ${options.seed} run ${run} (${check ?? "lost"})\n${error}`);
    print(
      `repeat: npm run fuzz:fingerprint -- --seed ${options.seed} --from ${run} --runs 1${again}`,
    );
  }
  const { text, isGrowth } = growthOf(total.residentBytes);
  if (isGrowth) print(`FAILED: memory grows: ${text}`);
  const failures = total.failures.length + (isGrowth ? 1 : 0);
  const counts = [...total.counts].map(([name, count]) => `${name} ${count}`).join(", ");
  const { what, run, ms } = total.slowest;
  print(`${counts}; slowest call ${what} ${ms.toFixed(0)} ms of CPU (run ${run}); ${text}`);
  print(
    `runs ${total.runs} failures ${failures} seed ${options.seed} digest ${total.digest.toString(16)}` +
      ` highest resident ${(total.highestResidentBytes / MIB).toFixed(0)} MiB a process ${seconds.toFixed(0)} s`,
  );
  return failures === 0 ? 0 : 1;
};

/** About twenty lines a run, on standard error. */
const progress = (runs: number, startMs: number): ((total: FuzzTotal) => void) => {
  let said = 0;
  return (total) => {
    const share = total.runs / runs;
    if (share < said + 0.05) return;
    said = share;
    const seconds = (performance.now() - startMs) / 1000;
    process.stderr.write(
      `${total.runs} runs, ${total.failures.length} failures, ${seconds.toFixed(0)} s,` +
        ` about ${(seconds / share - seconds).toFixed(0)} s to go,` +
        ` resident ${((total.residentBytes.at(-1) ?? 0) / MIB).toFixed(0)} MiB\n`,
    );
  };
};

const main = async (): Promise<number> => {
  const options = optionsFrom(process.argv.slice(2));
  const startMs = performance.now();
  const total = await fuzzInShards({
    ...options,
    stallMs: STALL_MS,
    bounds: { maxCallMs: MAX_CALL_MS, maxResidentBytes: MAX_RESIDENT_BYTES },
    onProgress: progress(options.runs, startMs),
  });
  return report(options, total, (performance.now() - startMs) / 1000);
};

process.exitCode = await exitCodeOf(main, USAGE);
