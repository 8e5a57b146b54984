import type { Timers } from "@saku/protocol";

/** The machine's own timers. */
export const nodeTimers: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
  every: (periodMs, fire) => {
    const timer = setInterval(fire, periodMs);
    return () => {
      clearInterval(timer);
    };
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};
