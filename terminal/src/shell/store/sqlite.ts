import type { Timers } from "@saku/protocol";
import { nodeTimers } from "../clock/node-timers.ts";
import { integerOf, textOf, type Row } from "./bind.ts";
import { openSqlite3, type OpenSqliteDriver, type SqliteDriver } from "./sqlite-driver.ts";

/** Statements on one connection. Reading outside a transaction sees the last commit only. */
export interface Sql {
  get(sql: string, ...values: readonly unknown[]): Promise<Row | undefined>;
  all(sql: string, ...values: readonly unknown[]): Promise<readonly Row[]>;
}

/** Inside a transaction. `run` answers how many rows changed. */
export interface WritableSql extends Sql {
  run(sql: string, ...values: readonly unknown[]): Promise<number>;
}

/** The journal's disk refused a write. Nothing may be promised any more until the daemon is started again. */
export class DiskFailedError extends Error {
  override readonly name = "DiskFailedError";
}

export interface Database {
  /** A second, read-only connection. */
  readonly read: Sql;
  /** True from the first failed write on. */
  readonly isFailed: boolean;
  readonly version: string;
  /** How long the slowest one of a hundred commits took, of the last few hundred; null before the first. */
  commitP99Ms(): number | null;
  /**
   * One write transaction at a time: BEGIN IMMEDIATE, `work`, COMMIT with fsync. An error of `work` rolls back and is
   * thrown on; a failure of the disk throws `DiskFailedError`, now and on every later call.
   */
  transaction<T>(work: (tx: WritableSql) => Promise<T>): Promise<T>;
  /** Empties the write-ahead log into the database, so that what was erased is nowhere in it any more. */
  emptyLog(): Promise<void>;
  close(): Promise<void>;
}

/** SQLite releases that must not carry money: older than the WAL-reset fix, or withdrawn. */
const VERSION_FLOOR = [3, 51, 3] as const;
const VERSION_WITHDRAWN = "3.52.0";

export function isGoodSqlite(version: string): boolean {
  if (version === VERSION_WITHDRAWN) return false;
  const parts = version.split(".").map(Number);
  for (const [index, floor] of VERSION_FLOOR.entries()) {
    const part = parts[index] ?? 0;
    if (part !== floor) return part > floor;
  }
  return true;
}

const PRAGMAS: readonly (readonly [name: string, value: string, answer: string | number])[] = [
  ["journal_mode", "WAL", "wal"],
  ["synchronous", "FULL", 2],
  ["wal_autocheckpoint", "200", 200],
  ["foreign_keys", "ON", 1],
  ["trusted_schema", "OFF", 0],
  ["cell_size_check", "ON", 1],
  // What is erased must not survive in free pages.
  ["secure_delete", "ON", 1],
  ["busy_timeout", "5000", 5000],
];

async function setPragmas(sql: WritableSql): Promise<string> {
  const version = textOf((await sql.get("SELECT sqlite_version() AS version")) ?? {}, "version");
  if (!isGoodSqlite(version))
    throw new DiskFailedError(`SQLite ${version} must not carry money; run the set-up again`);
  for (const [name, value, answer] of PRAGMAS) {
    await sql.all(`PRAGMA ${name} = ${value}`);
    const row = (await sql.get(`PRAGMA ${name}`)) ?? {};
    if (Object.values(row)[0] !== answer)
      throw new DiskFailedError(`PRAGMA ${name} is not ${value} on this disk`);
  }
  return version;
}

async function checkIntegrity(sql: Sql): Promise<void> {
  const rows = await sql.all("PRAGMA quick_check");
  const first = rows[0];
  if (rows.length !== 1 || first === undefined || textOf(first, "quick_check") !== "ok")
    throw new DiskFailedError("The store is damaged: quick_check failed");
}

/** SQLite's answers that blame our statement, not the disk; the transaction is rolled back and the disk still trusted. */
function isStatementError(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === null || code === "SQLITE_CONSTRAINT" || code === "SQLITE_ERROR";
}

const COMMITS_KEPT = 300;

class SqliteDatabase implements Database {
  readonly read: Sql;
  readonly version: string;
  readonly #reader: SqliteDriver;
  readonly #writer: SqliteDriver;
  readonly #timers: Timers;
  readonly #tx: WritableSql;
  readonly #commitsMs: number[] = [];
  #isFailed = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    drivers: { readonly writer: SqliteDriver; readonly reader: SqliteDriver },
    version: string,
    timers: Timers,
  ) {
    this.#writer = drivers.writer;
    this.#reader = drivers.reader;
    this.#timers = timers;
    this.#tx = drivers.writer;
    this.read = drivers.reader;
    this.version = version;
  }

  get isFailed(): boolean {
    return this.#isFailed;
  }

  transaction<T>(work: (tx: WritableSql) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#attempt(work));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async emptyLog(): Promise<void> {
    const done = this.#queue.then(() => this.#tx.all("PRAGMA wal_checkpoint(TRUNCATE)"));
    this.#queue = done.catch(() => undefined);
    await this.#trusting(() => done);
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#reader.close();
    await this.#writer.close();
  }

  async #attempt<T>(work: (tx: WritableSql) => Promise<T>): Promise<T> {
    if (this.#isFailed) throw new DiskFailedError("The disk refused an earlier write");
    await this.#trusting(() => this.#tx.run("BEGIN IMMEDIATE"));
    let value: T;
    try {
      value = await work(this.#tx);
    } catch (error) {
      throw await this.#rolledBack(error);
    }
    const startMs = this.#timers.nowMs();
    await this.#trusting(() => this.#tx.run("COMMIT"));
    this.#noteCommit(this.#timers.nowMs() - startMs);
    return value;
  }

  commitP99Ms(): number | null {
    const sorted = this.#commitsMs.toSorted((a, b) => a - b);
    return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? null;
  }

  #noteCommit(elapsedMs: number): void {
    this.#commitsMs.push(elapsedMs);
    if (this.#commitsMs.length > COMMITS_KEPT) this.#commitsMs.shift();
  }

  async #trusting(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async #rolledBack(error: unknown): Promise<unknown> {
    const isOurs = isStatementError(error);
    try {
      await this.#tx.run("ROLLBACK");
    } catch (rollbackError) {
      // SQLite rolls back by itself after a failed write; then there is nothing to roll back.
      if (isOurs) return this.#failed(rollbackError);
    }
    return isOurs ? error : this.#failed(error);
  }

  #failed(error: unknown): DiskFailedError {
    this.#isFailed = true;
    const sentence = error instanceof Error ? error.message : String(error);
    return new DiskFailedError(`The disk refused a write: ${sentence}`);
  }
}

/** What a store stands on: the real drive and time, unless a simulation brings its own. */
export type StoreGround = { readonly openDriver: OpenSqliteDriver; readonly timers: Timers };
const REAL_GROUND: StoreGround = { openDriver: openSqlite3, timers: nodeTimers };

/** Opens the store, sets and asserts what durability rests on, and checks the file. Throws `DiskFailedError`. */
export async function openDatabase(
  path: string,
  { openDriver, timers }: StoreGround = REAL_GROUND,
): Promise<Database> {
  const writer = await openDriver(path, "read-write").catch(cannotOpen);
  try {
    const version = await setPragmas(writer);
    await checkIntegrity(writer);
    const reader = await openDriver(path, "read-only");
    await reader.all("PRAGMA busy_timeout = 5000");
    return new SqliteDatabase({ writer, reader }, version, timers);
  } catch (error) {
    await writer.close();
    return cannotOpen(error);
  }
}

function cannotOpen(error: unknown): never {
  throw error instanceof DiskFailedError
    ? error
    : new DiskFailedError(`Cannot open the store: ${String(error)}`);
}

/** The number in the first column of a one-row answer such as `SELECT count(*) AS n`. */
export async function countOf(
  sql: Sql,
  query: string,
  ...values: readonly unknown[]
): Promise<number> {
  const row = await sql.get(query, ...values);
  return row === undefined ? 0 : integerOf(row, Object.keys(row)[0] ?? "");
}
