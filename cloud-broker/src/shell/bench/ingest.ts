// `npm run bench:ingest`: many terminals' signed sales through verification, group commit and the log, into a real SQLite
// file. Each run is a process of its own; runs with and without the log alternate, so that a busy machine disturbs both.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export type IngestPlan = {
  readonly terminals: number;
  readonly sales: number;
  /** Sales in a frame: 1 as it happens, 50 when an outbox drains. */
  readonly frame: number;
  readonly hasLog: boolean;
  readonly directory: string | null;
};

export type IngestFigures = {
  readonly eventsPerSecond: number;
  readonly postsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerEvent: number;
};

const RUN = fileURLToPath(new URL("./ingest-run.js", import.meta.url));

function runOnce(plan: IngestPlan): IngestFigures {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, JSON.stringify(plan)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`A run ended with ${status ?? "a signal"}: ${stderr}`);
  return JSON.parse(stdout) as IngestFigures;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

type Shape = Omit<IngestPlan, "hasLog">;

function measure(shape: Shape, rounds: number): readonly [IngestFigures[], IngestFigures[]] {
  const withLog: IngestFigures[] = [];
  const without: IngestFigures[] = [];
  for (let round = 0; round < rounds; round++) {
    withLog.push(runOnce({ ...shape, hasLog: true }));
    without.push(runOnce({ ...shape, hasLog: false }));
  }
  return [withLog, without];
}

function line(name: string, runs: readonly IngestFigures[]): string {
  const of = (pick: (figures: IngestFigures) => number): number => median(runs.map(pick));
  return [
    name.padEnd(26),
    `${of(({ eventsPerSecond }) => eventsPerSecond).toFixed(0)} events/s`.padStart(15),
    `${of(({ postsPerSecond }) => postsPerSecond).toFixed(0)} posts/s`.padStart(14),
    `p50 ${of(({ p50Ms }) => p50Ms).toFixed(1)} ms`.padStart(14),
    `p99 ${of(({ p99Ms }) => p99Ms).toFixed(1)} ms`.padStart(14),
    `${of(({ cpuMsPerEvent }) => cpuMsPerEvent).toFixed(2)} ms CPU each`.padStart(18),
  ].join(" ");
}

function report(shape: Shape, rounds: number): void {
  const { terminals, sales, frame } = shape;
  const [withLog, without] = measure(shape, rounds);
  process.stdout.write(
    `${terminals} terminals, ${sales} sales each, ${frame} a frame, ${rounds} rounds\n`,
  );
  process.stdout.write(`${line("  with the log", withLog)}\n${line("  without", without)}\n`);
  const ratios = withLog.map(
    (figures, round) => figures.eventsPerSecond / (without[round]?.eventsPerSecond ?? 1),
  );
  process.stdout.write(`  with / without: ${median(ratios).toFixed(2)} of the events/s\n`);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      terminals: { type: "string", default: "24" },
      sales: { type: "string", default: "200" },
      rounds: { type: "string", default: "3" },
      directory: { type: "string" },
    },
  });
  const terminals = Number(values.terminals);
  const sales = Number(values.sales);
  const rounds = Number(values.rounds);
  const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  if (![terminals, sales, rounds].every(isWhole)) {
    process.stderr.write(
      "bench:ingest [--terminals N] [--sales N] [--rounds N] [--directory DIR]\n",
    );
    process.exit(2);
  }
  for (const frame of [1, 50])
    report({ terminals, sales, frame, directory: values.directory ?? null }, rounds);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
