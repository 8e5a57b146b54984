import { EVENTS_PER_FRAME_MAX, type Incarnation, type UpFrame } from "@saku/protocol";
import { frameFill, type Outbox } from "../../core/sync/outbox.ts";
import type { SyncEffect } from "../../core/sync/sync.ts";
import { readEvents, writeTerm, writeWatermark } from "../store/journal-store.ts";
import { saleIdsBetween } from "../store/money-store.ts";
import type { Database, Sql } from "../store/sqlite.ts";

/** Puts watermarks on disk and answers the sales that the cloud has committed since `before`. */
export async function storeWatermarks(
  database: Database,
  effect: Extract<SyncEffect, { kind: "store-watermarks" }>,
  before: Outbox,
): Promise<readonly string[]> {
  await database.transaction(async (tx) => {
    await writeTerm(tx, effect.term);
    for (const mark of effect.marks) await writeWatermark(tx, mark);
  });
  const ackedBefore = new Map<Incarnation, number>(before.map((lane) => [lane.inc, lane.ack]));
  const saleIds: string[] = [];
  for (const { inc, ack } of effect.marks) {
    const after = ackedBefore.get(inc) ?? 0;
    if (ack > after)
      saleIds.push(...(await saleIdsBetween(database.read, inc, { after, to: ack })));
  }
  return saleIds;
}

/** The next `events` frame from the journal; null when nothing of it is left there. */
export async function loadFrame(
  sql: Sql,
  { inc, from }: { readonly inc: Incarnation; readonly from: number },
): Promise<{ readonly frame: UpFrame; readonly to: number } | null> {
  const rows = await readEvents(sql, inc, { from, limit: EVENTS_PER_FRAME_MAX });
  const chosen = rows.slice(0, frameFill(rows.map(({ bytes }) => bytes.length)));
  const first = chosen[0];
  const last = chosen.at(-1);
  if (first === undefined || last === undefined) return null;
  const events = chosen.map(({ bytes }) => bytes);
  return { frame: { t: "events", inc, from: first.n, events }, to: last.n };
}
