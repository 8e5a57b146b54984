/** How patient a terminal is; milliseconds. */
export type Timing = {
  /** A cold boot waits up to this before it connects, so that a school's power cut is no stampede (S10). */
  readonly coldBootMaxMs: number;
  readonly reconnectBaseMs: number;
  readonly reconnectMaxMs: number;
  /** No answer comes faster than this; jitter is added on top. */
  readonly retryFloorMs: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
};

export const DEFAULT_TIMING: Timing = {
  coldBootMaxMs: 30_000,
  reconnectBaseMs: 1_000,
  reconnectMaxMs: 120_000,
  retryFloorMs: 1_000,
  retryBaseMs: 2_000,
  retryMaxMs: 60_000,
};

/** Full jitter: uniform in [0, max]. */
export function jittered(random: number, maxMs: number): number {
  return Math.round(random * maxMs);
}

function doubling(baseMs: number, maxMs: number, count: number): number {
  // 2³¹ ms is far beyond every ceiling; the exponent is held so that the number stays finite.
  return Math.min(maxMs, baseMs * 2 ** Math.min(count, 20));
}

/** S9: random(0, min(120 s, 1 s · 2^k)). */
export function reconnectDelayMs(timing: Timing, failureCount: number, random: number): number {
  return jittered(random, doubling(timing.reconnectBaseMs, timing.reconnectMaxMs, failureCount));
}

/** S5: a floor, and full jitter over 2 s · 2^k up to 60 s. */
export function retryDelayMs(timing: Timing, retryCount: number, random: number): number {
  const waitMs = jittered(random, doubling(timing.retryBaseMs, timing.retryMaxMs, retryCount));
  return Math.min(timing.retryMaxMs, timing.retryFloorMs + waitMs);
}
