import { sql, type Kysely } from "kysely";
import { unixMs, type Entropy, type Timers, type UnixMs } from "@saku/protocol";
import type { Lineage } from "./lineage.ts";
import type { Tables } from "./tables.ts";

/** One unit of work inside the one write transaction. */
export type Work = {
  readonly db: Kysely<Tables>;
  /** One instant for all rows of the unit. */
  readonly now: UnixMs;
  /** Where ids of new rows come from. */
  readonly entropy: Entropy;
  readonly lineage: Lineage;
  /** Runs after the commit is on disk, in order; never when the unit failed. */
  afterCommit(effect: () => void): void;
};

export type Job<T> = (work: Work) => Promise<T>;

export type Committer = {
  /**
   * Runs a job in a transaction and resolves once it is on disk. Jobs that wait together share one transaction and one
   * fsync, each behind its own savepoint: one that throws is undone alone. `weight` is about the rows it writes.
   */
  commit<T>(job: Job<T>, weight?: number): Promise<T>;
  /** Jobs committed since the start. */
  commitCount(): number;
  /** Weight of the jobs that wait for the writer. */
  waitingRows(): number;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
};

/** A group takes no further job once it weighs this much: the others' patience is worth more than one fsync. */
const GROUP_WEIGHT_MAX = 500;
const WAITING_MAX = 10_000;

type Waiting = {
  readonly weight: number;
  /** Runs the job; what it returns settles the caller after the commit. */
  readonly run: (work: Work) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
};

/** Time and chance as a store is given them. */
export type StoreWorld = {
  readonly clock: () => number;
  readonly timers: Timers;
  readonly entropy: Entropy;
};

/** Runs a job behind its savepoint; returns what is to happen after the commit. */
async function runOne(
  trx: Kysely<Tables>,
  job: Waiting,
  at: Pick<Work, "now" | "entropy" | "lineage">,
): Promise<readonly (() => void)[]> {
  const effects: (() => void)[] = [];
  const work: Work = {
    db: trx,
    ...at,
    afterCommit: (effect) => effects.push(effect),
  };
  await sql`SAVEPOINT job`.execute(trx);
  try {
    const settle = await job.run(work);
    await sql`RELEASE job`.execute(trx);
    return [...effects, settle];
  } catch (error) {
    await sql`ROLLBACK TO job`.execute(trx);
    await sql`RELEASE job`.execute(trx);
    return [() => job.fail(error)];
  }
}

/** One transaction and one fsync for all of them; returns what is to happen once it is on disk. */
function runTogether(
  db: Kysely<Tables>,
  group: readonly Waiting[],
  { clock, entropy }: StoreWorld,
  lineage: Lineage,
): Promise<readonly (() => void)[]> {
  return db.transaction().execute(async (trx) => {
    const all: (() => void)[] = [];
    for (const job of group)
      all.push(...(await runOne(trx, job, { now: unixMs(clock()), entropy, lineage })));
    return all;
  });
}

export function createCommitter(
  db: Kysely<Tables>,
  world: StoreWorld,
  lineage: Lineage,
): Committer {
  const waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let count = 0;

  function takeGroup(): readonly Waiting[] {
    let weight = 0;
    let size = 0;
    for (const job of waiting) {
      if (size > 0 && weight + job.weight > GROUP_WEIGHT_MAX) break;
      weight += job.weight;
      size += 1;
    }
    return waiting.splice(0, size);
  }

  async function runGroup(group: readonly Waiting[]): Promise<void> {
    let effects: readonly (() => void)[] = [];
    try {
      effects = await runTogether(db, group, world, lineage);
    } catch (error) {
      for (const job of group) job.fail(error);
      return;
    }
    count += group.length;
    // Outside the try: what is on disk did not fail, and an effect that throws is our bug.
    for (const effect of effects) effect();
  }

  async function runAll(): Promise<void> {
    // One turn of the loop lets jobs that arrive together share the fsync.
    await world.timers.turn();
    while (waiting.length > 0) await runGroup(takeGroup());
    running = null;
  }

  return {
    commit: <T>(job: Job<T>, weight = 1) =>
      new Promise<T>((resolve, reject) => {
        if (waiting.length >= WAITING_MAX) {
          reject(new Error("Too many writes are waiting"));
          return;
        }
        waiting.push({
          weight,
          run: async (work) => {
            const value = await job(work);
            return () => resolve(value);
          },
          fail: reject,
        });
        running ??= runAll();
      }),
    commitCount: () => count,
    waitingRows: () => waiting.reduce((sum, { weight }) => sum + weight, 0),
    idle: async () => {
      while (running !== null) await running;
    },
  };
}
