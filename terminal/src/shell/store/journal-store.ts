import {
  incarnation,
  must,
  rupiah,
  schoolDay,
  unixMs,
  type Incarnation,
  type Rupiah,
  type SakuEvent,
  type SchoolDay,
  type SignedBytes,
  type UnixMs,
} from "@saku/protocol";
import { bytesOf, integerOf, integerOrNullOf, textOf } from "./bind.ts";
import { countOf, type Sql, type WritableSql } from "./sqlite.ts";

// The journal's rows: events exactly as signed, and how far the cloud is in each incarnation.

export type IncarnationRow = {
  readonly inc: Incarnation;
  /** Its first event that is not pruned; one above the last if all are. */
  readonly firstN: number;
  readonly lastN: number;
  readonly ack: number;
  readonly safe: number;
  readonly tip: Uint8Array;
};

const ZERO = new Uint8Array(32);

/** The end of the journal and what every event of it repeats. */
export type Head = {
  readonly tip: Uint8Array;
  /** The school day that is open here; null before the first one. */
  readonly day: SchoolDay | null;
  /** The latest instant in any event: `at` never falls. */
  readonly atMs: UnixMs;
  /** Highest command revision applied. */
  readonly have: number;
  /** Highest cloud term seen. */
  readonly term: number;
  /** Sum of all sales ever, less what was put back. */
  readonly grandTotal: Rupiah;
};

export async function readHead(sql: Sql): Promise<Head> {
  const row = must(await sql.get("SELECT * FROM head"), "The journal has no head");
  const day = integerOrNullOf(row, "day");
  return {
    tip: bytesOf(row, "tip"),
    day: day === null ? null : schoolDay(day),
    atMs: unixMs(integerOf(row, "at")),
    have: integerOf(row, "have"),
    term: integerOf(row, "term"),
    grandTotal: rupiah(integerOf(row, "grand_total")),
  };
}

export async function writeDay(tx: WritableSql, day: SchoolDay): Promise<void> {
  await tx.run("UPDATE head SET day = ?", day);
}

export async function writeTerm(tx: WritableSql, term: number): Promise<void> {
  await tx.run("UPDATE head SET term = ?", term);
}

export async function addToGrandTotal(tx: WritableSql, change: number): Promise<void> {
  await tx.run("UPDATE head SET grand_total = grand_total + ?", change);
}

export async function insertIncarnation(tx: WritableSql, inc: Incarnation): Promise<void> {
  await tx.run("INSERT INTO incarnation (inc) VALUES (?)", inc);
}

/** All that still has events or is not wholly safe, oldest first. */
export async function readIncarnations(sql: Sql): Promise<readonly IncarnationRow[]> {
  const rows = await sql.all(
    `SELECT i.*, (SELECT min(n) FROM event WHERE inc = i.inc) AS first_n FROM incarnation i ORDER BY ord`,
  );
  return rows.map((row) => ({
    inc: incarnation(textOf(row, "inc")),
    firstN: row["first_n"] === null ? integerOf(row, "last_n") + 1 : integerOf(row, "first_n"),
    lastN: integerOf(row, "last_n"),
    ack: integerOf(row, "ack"),
    safe: integerOf(row, "safe"),
    tip: row["tip"] === null ? ZERO : bytesOf(row, "tip"),
  }));
}

/** The incarnation that was opened last; only it may grow. */
export async function newestIncarnation(sql: Sql): Promise<Incarnation | null> {
  const row = await sql.get("SELECT inc FROM incarnation ORDER BY ord DESC LIMIT 1");
  return row === undefined ? null : incarnation(textOf(row, "inc"));
}

export async function lastSeqOf(sql: Sql, inc: Incarnation): Promise<number> {
  return countOf(sql, "SELECT last_n FROM incarnation WHERE inc = ?", inc);
}

export type StoredEvent = {
  readonly event: SakuEvent;
  readonly id: Uint8Array;
  readonly bytes: SignedBytes;
  /** How long signing it took. */
  readonly signMs: number;
};

export async function insertEvent(tx: WritableSql, stored: StoredEvent): Promise<void> {
  const { event } = stored;
  await tx.run(
    "INSERT INTO event (inc, n, id, parent, type, day, at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    event.inc,
    event.n,
    stored.id,
    event.parent,
    event.body.type,
    event.day,
    event.at,
    stored.bytes,
  );
  await tx.run(
    "UPDATE incarnation SET last_n = ?, tip = ? WHERE inc = ?",
    event.n,
    stored.id,
    event.inc,
  );
  await tx.run("UPDATE head SET tip = ?, at = ?", stored.id, event.at);
}

/** Signed events `from`, `from`+1 … of one incarnation, at most `limit`. */
export async function readEvents(
  sql: Sql,
  inc: Incarnation,
  range: { readonly from: number; readonly limit: number },
): Promise<readonly { readonly n: number; readonly bytes: SignedBytes }[]> {
  const rows = await sql.all(
    "SELECT n, bytes FROM event WHERE inc = ? AND n >= ? ORDER BY n LIMIT ?",
    inc,
    range.from,
    range.limit,
  );
  return rows.map((row) => ({
    n: integerOf(row, "n"),
    bytes: bytesOf(row, "bytes") as SignedBytes,
  }));
}

export async function writeWatermark(
  tx: WritableSql,
  mark: { readonly inc: Incarnation; readonly ack: number; readonly safe: number },
): Promise<void> {
  await tx.run(
    "UPDATE incarnation SET ack = ?, safe = ? WHERE inc = ?",
    mark.ack,
    mark.safe,
    mark.inc,
  );
}

/** Deletes events that are safe and older than `beforeMs`, and incarnations of which nothing is left (rule S8). */
export async function pruneEvents(
  tx: WritableSql,
  beforeMs: UnixMs,
  current: Incarnation,
): Promise<number> {
  const events = await tx.run(
    `DELETE FROM event WHERE at < ?
       AND n <= (SELECT safe FROM incarnation WHERE incarnation.inc = event.inc)`,
    beforeMs,
  );
  await tx.run(
    `DELETE FROM incarnation WHERE inc <> ? AND safe = last_n
       AND NOT EXISTS (SELECT 1 FROM event WHERE event.inc = incarnation.inc)`,
    current,
  );
  return events;
}

/** The id of the first event that bears this day; null when none is in the journal (any more). */
export async function firstEventIdOf(sql: Sql, day: SchoolDay): Promise<Uint8Array | null> {
  const row = await sql.get(
    `SELECT event.id FROM event JOIN incarnation ON incarnation.inc = event.inc
     WHERE event.day = ? ORDER BY incarnation.ord, event.n LIMIT 1`,
    day,
  );
  return row === undefined ? null : bytesOf(row, "id");
}

/** When an event happened; null when it is not in the journal (any more). */
export async function eventAtMs(sql: Sql, inc: Incarnation, n: number): Promise<UnixMs | null> {
  const row = await sql.get("SELECT at FROM event WHERE inc = ? AND n = ?", inc, n);
  return row === undefined ? null : unixMs(integerOf(row, "at"));
}
