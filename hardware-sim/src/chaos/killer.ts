import type { Daemon } from "../fleet/daemon.ts";
import type { Random } from "../random.ts";
import { pause } from "./queue.ts";

/** Kills with -9 and starts again, like a power switch and systemd. */
export interface Killer {
  readonly killCount: number;
  /** Kills per process name. */
  readonly kills: ReadonlyMap<string, number>;
  /** Kills `count` times at random moments; ends early when `isOver` says so. */
  run(count: number, isOver: () => boolean): Promise<void>;
  /** Every process runs again. */
  settle(): Promise<void>;
  /** Leaves this process alone until the work is done: somebody else has it in hand. */
  holding<T>(daemon: Daemon, work: () => Promise<T>): Promise<T>;
}

export type KillerOptions = {
  /** A process stands here as often as it should be drawn. */
  readonly targets: readonly Daemon[];
  readonly random: Random;
  /** Between two kills, on average. */
  readonly everyMs: number;
};

/** A process in the middle of its start is killed too, now and then. */
const DURING_START_CHANCE = 0.15;
const RESTART_DELAY_MAX_MS = 250;
const LOOK_EVERY_MS = 10;
const PATIENCE_MS = 5_000;

/** Power switch and systemd for a set of processes. */
function createPower(random: Random): {
  readonly restartCount: number;
  killAndRestart(daemon: Daemon): Promise<void>;
  /** Throws what made a start fail, unless a kill did. */
  check(): void;
  settled(): Promise<unknown>;
} {
  const restarts = new Set<Promise<void>>();
  /** How often each was killed: its newest start is the one that counts. */
  const generation = new Map<Daemon, number>();
  let failure: Error | null = null;

  async function startAgain(daemon: Daemon, mine: number): Promise<void> {
    await pause(random.below(RESTART_DELAY_MAX_MS));
    if (generation.get(daemon) !== mine) return;
    try {
      await daemon.start();
    } catch (error) {
      // Killed again while it started is what we do; anything else is a fault of the product.
      if (generation.get(daemon) === mine)
        failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  return {
    get restartCount() {
      return restarts.size;
    },
    killAndRestart: async (daemon) => {
      const mine = (generation.get(daemon) ?? 0) + 1;
      generation.set(daemon, mine);
      await daemon.kill();
      const restart = startAgain(daemon, mine);
      restarts.add(restart);
      void restart.finally(() => restarts.delete(restart));
    },
    check: () => {
      if (failure !== null) throw failure;
    },
    settled: () => Promise.allSettled(restarts),
  };
}

export function createKiller(options: KillerOptions): Killer {
  const { targets, random, everyMs } = options;
  const power = createPower(random);
  const kills = new Map<string, number>();
  const held = new Set<Daemon>();
  let killCount = 0;

  /** Kills this process when it runs, or now and then when it starts; waits a little for it to do so. */
  async function killOnce(daemon: Daemon): Promise<void> {
    const isMidStart = random.chance(DURING_START_CHANCE);
    const waitEndMs = Date.now() + PATIENCE_MS;
    while (!isMidStart && !daemon.isRunning && Date.now() < waitEndMs) await pause(LOOK_EVERY_MS);
    if (!daemon.isRunning && !daemon.isStarting && power.restartCount === 0)
      throw new Error(`${daemon.name} ended by itself`);
    if (held.has(daemon) || !(daemon.isRunning || (isMidStart && daemon.isStarting))) return;
    killCount += 1;
    kills.set(daemon.name, (kills.get(daemon.name) ?? 0) + 1);
    await power.killAndRestart(daemon);
  }

  return {
    get killCount() {
      return killCount;
    },
    kills,
    run: async (count, isOver) => {
      const endCount = killCount + count;
      while (killCount < endCount && !isOver()) {
        power.check();
        await pause(random.below(2 * everyMs));
        const daemon = targets[random.below(targets.length)];
        if (daemon !== undefined) await killOnce(daemon);
      }
      power.check();
    },
    settle: async () => {
      await power.settled();
      power.check();
      for (const daemon of new Set(targets)) {
        daemon.resume();
        await daemon.start();
      }
    },
    holding: async (daemon, work) => {
      held.add(daemon);
      try {
        return await work();
      } finally {
        held.delete(daemon);
      }
    },
  };
}
