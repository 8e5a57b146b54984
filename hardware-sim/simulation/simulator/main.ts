import { fork, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { typed, wholeNumber } from "../command-line.ts";
import { startBroken } from "../mutants/start-broken.ts";
import type { Block, BlockOutcome } from "./child.ts";
import { DATABASES, founderAt, isDatabase, startDatabase, type DatabaseName } from "./databases.ts";
import { runSeed, type SeedOutcome } from "./seed-run.ts";
import { addTally, count, emptyTally, lastLine, type Tally } from "./tally.ts";

const BLOCK_SIZE = 10;
/** WebAssembly's memory never shrinks: a process is let go after so many blocks. */
const BLOCKS_PER_CHILD = 100;

const USAGE = `npm run sim -- [--seeds N] [--seed FIRST] [--jobs J] [--resume FILE] [--mutant NAME] [--verbose]
                  [--database sqlite|postgres]

  Whole schools on a seeded clock, network and disk (docs/simulator.md). --verbose tells the story of up to five seeds.`;

const values = typed(USAGE, {
  options: {
    seeds: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: String(availableParallelism()) },
    resume: { type: "string" },
    verbose: { type: "boolean", default: false },
    mutant: { type: "string" },
    database: { type: "string", default: "sqlite" },
  },
});

if (values.mutant !== undefined) startBroken(values.mutant);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function numberOf(name: "seeds" | "seed" | "jobs"): number {
  return wholeNumber(USAGE, { name, text: values[name], min: 1 });
}

function databaseOf(text: string): DatabaseName {
  if (isDatabase(text)) return text;
  process.stderr.write(`--database takes ${DATABASES.join(" or ")}, not "${text}"\n\n${USAGE}\n`);
  process.exit(2);
}

const database = databaseOf(values.database);
const first = numberOf("seed");
const seedCount = numberOf("seeds");
const jobs = numberOf("jobs");

function tellFailure(outcome: SeedOutcome): void {
  const { seed, broken } = outcome;
  if (broken === null) return;
  say(`\nseed ${seed} broke ${broken.rule}: ${broken.sentence}`);
  for (const line of outcome.lastHappenings) say(`  ${line}`);
  const mutant = values.mutant === undefined ? "" : ` --mutant ${values.mutant}`;
  const place = database === "sqlite" ? "" : ` --database ${database}`;
  say(`replay: npm run sim -- --seeds 1 --seed ${seed} --verbose${mutant}${place}\n`);
}

/** Where a run of days stands: the next seed and what came before it. */
type State = {
  readonly first: number;
  next: number;
  tally: Tally;
  /** Unset in states of SQLite. */
  readonly database?: DatabaseName;
};

function loadState(file: string | undefined): State {
  if (file === undefined || !existsSync(file))
    return { first, next: first, tally: emptyTally(), database };
  const state = JSON.parse(readFileSync(file, "utf8")) as State;
  if ((state.database ?? "sqlite") === database) return state;
  process.stderr.write(`${file} is of a run on ${state.database ?? "sqlite"}, not ${database}\n`);
  process.exit(2);
}

function saveState(file: string | undefined, state: State): void {
  if (file === undefined) return;
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}

function startChild(): ChildProcess {
  return fork(fileURLToPath(new URL("./child.js", import.meta.url)), [], {
    execArgv: [...process.execArgv, "--max-semi-space-size=64"],
  });
}

function runBlock(child: ChildProcess, block: Block): Promise<BlockOutcome> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(
        new Error(
          `a child died with ${String(code)} in seeds ${block.first} to ${block.first + block.size - 1}`,
        ),
      );
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as BlockOutcome);
    });
    child.send(block);
  });
}

/** Hands blocks out in order; the state advances over blocks that are done with all before them. */
async function runAll(state: State, server: string | null): Promise<void> {
  const startMs = performance.now();
  const end = state.first + seedCount;
  let next = state.next;
  const done = new Map<number, BlockOutcome>();
  const settle = (outcome: BlockOutcome): void => {
    done.set(outcome.block.first, outcome);
    for (let ready = done.get(state.next); ready !== undefined; ready = done.get(state.next)) {
      done.delete(state.next);
      state.next += ready.block.size;
      addTally(state.tally, ready.tally);
      ready.failed.forEach(tellFailure);
    }
    saveState(values.resume, state);
    const { seeds, cpuSeconds, physicallyLost, other } = state.tally;
    const elapsed = (performance.now() - startMs) / 1000;
    process.stderr.write(
      `\r${seeds}/${seedCount} seeds, ${(seeds / Math.max(0.001, cpuSeconds)).toFixed(1)} a second and core, ${elapsed.toFixed(0)} s, physically lost ${physicallyLost}, other rules ${other} `,
    );
  };
  const lane = async (): Promise<void> => {
    let child = startChild();
    for (let blocks = 1; next < end; blocks++) {
      const block = { first: next, size: Math.min(BLOCK_SIZE, end - next), server };
      next += block.size;
      settle(await runBlock(child, block));
      if (blocks % BLOCKS_PER_CHILD !== 0) continue;
      child.kill();
      child = startChild();
    }
    child.kill();
  };
  await Promise.all(
    Array.from({ length: Math.min(jobs, Math.ceil(seedCount / BLOCK_SIZE)) }, lane),
  );
  process.stderr.write("\n");
}

async function runHere(tally: Tally, server: string | null): Promise<void> {
  const before = process.cpuUsage();
  const founder = await founderAt(server);
  for (let seed = first; seed < first + seedCount; seed++) {
    const outcome = await runSeed(seed, values.verbose ? say : undefined, founder.foot);
    count(tally, outcome);
    tellFailure(outcome);
    say(`seed ${seed} digest ${outcome.digest}`);
  }
  await founder.close();
  const used = process.cpuUsage(before);
  tally.cpuSeconds = (used.user + used.system) / 1_000_000;
}

const state = loadState(values.resume);
const { url, stop } = await startDatabase(database);
try {
  if (seedCount <= 5) await runHere(state.tally, url);
  else await runAll(state, url);
} finally {
  await stop();
}
const { tally } = state;
say(
  `refused ${tally.refused} physically lost ${tally.physicallyLost} other rules broken ${tally.other}; ${(tally.seeds / Math.max(0.001, tally.cpuSeconds)).toFixed(1)} seeds per second per core`,
);
say(lastLine(tally));
const { lost, doubled, negative, imbalance, stuck, other } = tally;
process.exitCode = lost + doubled + negative + imbalance + stuck + other > 0 ? 1 : 0;
