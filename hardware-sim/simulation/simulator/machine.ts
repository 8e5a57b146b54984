import type { Entropy, Timers } from "@saku/protocol";
import type { Random } from "@saku/hardware-sim/random";
import type { Agenda } from "./agenda.ts";

/** A process on a machine: its timers and its chance live as long as it does. */
export interface Machine {
  readonly isAlive: boolean;
  readonly timers: Timers;
  readonly entropy: Entropy;
  /** Resolves after virtual time; never when the machine died meanwhile. */
  sleep(ms: number): Promise<void>;
  /** kill -9: nothing of it ever runs again. */
  kill(): void;
}

export function createEntropy(random: Random): Entropy {
  return {
    random: () => random.next(),
    bytes: (count) => Uint8Array.from({ length: count }, () => random.below(256)),
  };
}

export function startMachine(agenda: Agenda, random: Random): Machine {
  let isAlive = true;
  const bootMs = agenda.nowMs;
  const once = (delayMs: number, fire: () => void): (() => void) =>
    agenda.at(agenda.nowMs + Math.max(0, delayMs), () => {
      if (isAlive) fire();
    });
  const every = (periodMs: number, fire: () => void): (() => void) => {
    let stop = (): void => undefined;
    const again = (): void => {
      stop = once(periodMs, () => {
        again();
        fire();
      });
    };
    again();
    return () => {
      stop();
    };
  };
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      once(ms, resolve);
    });
  return {
    get isAlive() {
      return isAlive;
    },
    timers: { nowMs: () => agenda.nowMs - bootMs, after: once, every, turn: () => sleep(0) },
    entropy: createEntropy(random),
    sleep,
    kill() {
      isAlive = false;
    },
  };
}
