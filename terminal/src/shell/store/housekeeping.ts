import { schoolDayAt, unixMs, type Incarnation, type UnixMs } from "@saku/protocol";
import { pruneDrawer } from "./drawer-store.ts";
import { pruneEvents } from "./journal-store.ts";
import { pruneMoney } from "./money-store.ts";
import { pruneCommands } from "./register-store.ts";
import type { Database } from "./sqlite.ts";

/** Local history: the counter can look back a week, and a restored cloud can be filled again from here. */
export const HISTORY_MS: number = 7 * 86_400_000;

/** Forgets what is both safe and older than the history (S8). Answers how many events went. */
export async function prune(
  database: Database,
  nowMs: UnixMs,
  current: Incarnation,
): Promise<number> {
  const beforeMs = unixMs(Math.max(0, nowMs - HISTORY_MS));
  return database.transaction(async (tx) => {
    const eventCount = await pruneEvents(tx, beforeMs, current);
    // The zone decides over one day in seven: the earliest one keeps the most.
    const before = { atMs: beforeMs, day: schoolDayAt(beforeMs, 420) };
    await pruneMoney(tx, before);
    await pruneDrawer(tx, before);
    await pruneCommands(tx, beforeMs);
    return eventCount;
  });
}
