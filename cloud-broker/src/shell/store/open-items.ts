import { sql, type Kysely } from "kysely";
import { schoolDayAt, unixMs, type UnixMs, type ZoneMinutes } from "@saku/protocol";
import type { Tables } from "./tables.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Where the day begins first. */
const EASTERN: ZoneMinutes = 540;

type OpenKind = {
  readonly kind: string;
  readonly patienceMs: number;
  /** `:today` is the school day that has begun somewhere in the country. */
  readonly sql: string;
};

/**
 * What is allowed to be open for a while and then needs a person: no rule is broken, but somebody should look [L18]. Each
 * answers with the instants since when its items are open.
 */
const KINDS: readonly OpenKind[] = [
  {
    // What a provider took in pairs off with its payouts; the rest has an age.
    kind: "clearing",
    patienceMs: 3 * DAY_MS,
    sql: "SELECT received_at AS since FROM payment WHERE payout IS NULL",
  },
  {
    kind: "found-money",
    patienceMs: 7 * DAY_MS,
    sql: "SELECT at AS since FROM found_money WHERE state = 'open'",
  },
  {
    kind: "oversold",
    patienceMs: 7 * DAY_MS,
    sql: `SELECT received_at AS since FROM sale WHERE uncovered_by = 'suspense' AND voided_by IS NULL
      AND amount - covered > refunded_other`,
  },
  {
    kind: "dispute",
    patienceMs: 14 * DAY_MS,
    sql: "SELECT opened_at AS since FROM dispute WHERE state = 'open'",
  },
  {
    kind: "z-report",
    patienceMs: 0,
    sql: "SELECT received_at AS since FROM z_report WHERE is_equal = 0 AND accepted_by IS NULL",
  },
  {
    kind: "cash-count",
    patienceMs: DAY_MS,
    sql: "SELECT at AS since FROM cash_count WHERE state = 'open'",
  },
  {
    kind: "approval",
    patienceMs: 3 * DAY_MS,
    sql: "SELECT asked_at AS since FROM approval WHERE state = 'open'",
  },
  {
    // A clock that runs ahead: of no use to a terminal that is gone, and forgotten once that day has come [L19].
    kind: "day-ahead",
    patienceMs: 0,
    sql: `SELECT e.received_at AS since FROM device_event e JOIN device d ON d.id = e.device
      WHERE e.anomaly = 'day-ahead' AND e.day > :today AND d.state IN ('active','quarantined')`,
  },
  {
    // A terminal that said it keeps events, and has not been heard of since.
    kind: "unsent",
    patienceMs: DAY_MS,
    sql: `SELECT last_seen_at AS since FROM device WHERE unsent > 0 AND last_seen_at IS NOT NULL
      AND state IN ('active','quarantined')`,
  },
];

export type OpenItem = {
  readonly kind: string;
  readonly count: number;
  readonly oldestAtMs: UnixMs;
};

/** What has been open for longer than it should, by kind. */
export async function openItems(db: Kysely<Tables>, nowMs: number): Promise<readonly OpenItem[]> {
  const items: OpenItem[] = [];
  const today = String(schoolDayAt(unixMs(nowMs), EASTERN));
  for (const { kind, patienceMs, sql: text } of KINDS) {
    const { rows } = await sql<{ count: number; oldest: number | null }>`
      SELECT count(*) AS count, min(since) AS oldest FROM (${sql.raw(text.replace(":today", today))}) AS open_item
      WHERE since <= ${nowMs - patienceMs}`.execute(db);
    const [row] = rows;
    if (row === undefined || row.oldest === null) continue;
    items.push({ kind, count: Number(row.count), oldestAtMs: unixMs(Number(row.oldest)) });
  }
  return items;
}
