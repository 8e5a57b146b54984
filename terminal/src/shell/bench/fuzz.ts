import { parseArgs } from "node:util";

import { REAL_ENGINE } from "./fuzz-checks.ts";
import { runFuzz } from "./fuzz-run.ts";

const USAGE = `usage: npm run fuzz:fingerprint -- --runs N [--seed S] [--from R]
  random and mutated images, templates and stored bytes through every function of the engine; nothing but its typed
  errors may be thrown, every call is bounded in time, the process in memory. Stops at the first failure.`;

/** 900 x 900 px at 250 dpi become 3.2 million samples: 2 s of CPU; a sensor's image takes 0.05 s. */
const MAX_CALL_MS = 8000;
const MAX_RESIDENT_BYTES = 1024 ** 3;
const MIB = 1024 * 1024;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const main = (): number => {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "2000" },
      seed: { type: "string", default: "1" },
      from: { type: "string", default: "0" },
    },
  });
  const [runs, seed, from] = [Number(values.runs), Number(values.seed), Number(values.from)];
  if (![runs, seed, from].every((value) => Number.isSafeInteger(value) && value >= 0)) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const startMs = performance.now();
  const report = runFuzz(REAL_ENGINE, {
    seed,
    from,
    runs,
    maxCallMs: MAX_CALL_MS,
    maxResidentBytes: MAX_RESIDENT_BYTES,
  });
  const counts = [...report.counts].map(([name, count]) => `${name} ${count}`).join(", ");
  const { what, run, ms } = report.slowest;
  print(
    `seed ${seed} runs ${from} to ${from + runs - 1}: ${counts};` +
      ` slowest ${what} ${ms.toFixed(0)} ms of CPU (run ${run});` +
      ` resident at most ${(report.highestResidentBytes / MIB).toFixed(0)} MiB;` +
      ` ${((performance.now() - startMs) / 1000).toFixed(0)} s`,
  );
  if (report.failure === null) {
    print("no failure");
    return 0;
  }
  const { failure } = report;
  const error = failure.error instanceof Error ? failure.error.stack : String(failure.error);
  print(`FAILED: seed ${seed} run ${failure.run} (${failure.check})\n${error}`);
  print(`replay: npm run fuzz:fingerprint -- --seed ${seed} --from ${failure.run} --runs 1`);
  return 1;
};

process.exitCode = main();
