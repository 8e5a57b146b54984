// One process of broken seeds: `seed-child.js NAME FIRST COUNT AFTER`, a line of JSON a seed. NAME `none` breaks nothing.
import { Worker } from "node:worker_threads";
import { applyMutant } from "./apply-mutant.ts";

const [name = "none", first = "1", count = "1", after = "10"] = process.argv.slice(2);
if (name !== "none") applyMutant(name);
// Only now: what is loaded before a mutant stays whole.
const { runSeed } = await import("../simulator/seed-run.ts");

/** A seed costs a few seconds of the processor; one that takes this many goes round in circles. */
const SEED_CPU_MAX_S = 40;
const done = new Int32Array(new SharedArrayBuffer(4));
// On a thread of its own: a circle leaves this one no time. It counts work, not time, so that a busy machine accuses nobody.
new Worker(
  `const { workerData } = require("node:worker_threads");
  let seen = 0, sinceUs = 0;
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    if (Atomics.load(workerData, 0) !== seen) { seen = Atomics.load(workerData, 0); sinceUs = user + system; }
    if (user + system - sinceUs > ${SEED_CPU_MAX_S} * 1e6) process.kill(process.pid, "SIGKILL");
  }, 500);`,
  { eval: true, workerData: done },
);

let seed = Number(first);
const tell = (rule: string | null, sentence: string): void => {
  Atomics.add(done, 0, 1);
  process.stdout.write(`${JSON.stringify({ seed, rule, sentence: sentence.slice(0, 200) })}\n`);
};
// An error that nobody caught is how a broken product often shows itself.
process.on("uncaughtException", (error: unknown) => {
  tell("crash", String(error));
  process.exit(0);
});

/** How often is worth knowing, but not worth minutes. */
const AFTER_MAX_MS = 8_000;
const end = seed + Number(count);
let caughtAt: { readonly seed: number; readonly atMs: number } | null = null;
for (; seed < end; seed++) {
  const { broken } = await runSeed(seed);
  tell(broken?.rule ?? null, broken?.sentence ?? "");
  if (broken !== null) caughtAt ??= { seed, atMs: performance.now() };
  if (caughtAt === null) continue;
  if (seed >= caughtAt.seed + Number(after) || performance.now() > caughtAt.atMs + AFTER_MAX_MS)
    break;
}
process.exit(0);
