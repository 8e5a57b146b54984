/** `events` frames a terminal may have under way when the cloud has time (money and sync, §4). */
const CREDIT_MAX = 4;
/** Rows that wait for the writer and are written in one group: about what one fsync carries. */
const GROUP_ROWS = 500;
/** A frame as small as this is today's business, not yesterday's. */
export const LIVE_EVENTS_MAX = 10;

/** How much waits for the one writer, in rows. */
export type Pressure = { readonly waitingRows: number };

export type Allowance = { readonly credit: number; readonly delayMs: number };

/**
 * How much a terminal may send next. The fuller the writer's queue, the less; a terminal that sells now always gets one
 * frame, while one that catches up may have to wait [B1] [B2].
 */
export function allowanceOf({ waitingRows }: Pressure, isLive: boolean): Allowance {
  const groups = waitingRows / GROUP_ROWS;
  if (groups < 1) return { credit: CREDIT_MAX, delayMs: 0 };
  if (groups < 2) return { credit: 3, delayMs: 0 };
  if (groups < 4) return { credit: 2, delayMs: 0 };
  if (isLive) return { credit: 1, delayMs: 0 };
  return groups < 8 ? { credit: 1, delayMs: 500 } : { credit: 0, delayMs: 2_000 };
}

/** Over what time a whole fleet is to come back: a broker takes a few hundred logins a second [B4]. */
export function drainSpreadMs(connectionCount: number): number {
  return Math.min(30_000, Math.max(2_000, connectionCount * 3));
}
