import sqlite3 from "sqlite3";
import { bindable } from "./bindable.ts";
import type { LedgerConnection } from "./ledger-connection.ts";

export type RunOutcome = { readonly changes: number };

/** One sqlite3 connection behind promises. */
export type SqliteConnection = LedgerConnection & {
  run(sql: string, parameters?: readonly unknown[]): Promise<RunOutcome>;
};

/** The lowest call of the store: all above it is the same on a real disk and on a simulated one. */
export type OpenSqliteConnection = (
  file: string,
  mode: "read-write" | "read-only",
) => Promise<SqliteConnection>;

export const openSqlite: OpenSqliteConnection = async (file, mode) => {
  const flags =
    mode === "read-only"
      ? sqlite3.OPEN_READONLY
      : sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE | sqlite3.OPEN_FULLMUTEX;
  const database = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(file, flags, (error) =>
      error === null ? resolve(opened) : reject(error),
    );
  });
  database.serialize();
  return {
    database: "sqlite",
    all: (sql, parameters = []) =>
      new Promise((resolve, reject) => {
        database.all<Record<string, unknown>>(sql, parameters.map(bindable), (error, rows) =>
          error === null ? resolve(rows) : reject(error),
        );
      }),
    run: (sql, parameters = []) =>
      new Promise((resolve, reject) => {
        database.run(sql, parameters.map(bindable), function (error) {
          if (error === null) resolve({ changes: this.changes });
          else reject(error);
        });
      }),
    exec: (sql) =>
      new Promise((resolve, reject) => {
        database.exec(sql, (error) => (error === null ? resolve() : reject(error)));
      }),
    close: () =>
      new Promise((resolve, reject) => {
        database.close((error) => (error === null ? resolve() : reject(error)));
      }),
  };
};

function versionNumber(text: string): number {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  return major * 1_000_000 + minor * 1_000 + patch;
}

/** 3.51.3 mended the WAL-reset corruption; 3.52.0 was withdrawn by SQLite itself. */
export function isGoodSqlite(version: string): boolean {
  const number = versionNumber(version);
  return number >= 3_051_003 && number !== 3_052_000;
}

async function pragma(connection: SqliteConnection, name: string): Promise<unknown> {
  const [row] = await connection.all(`PRAGMA ${name}`);
  return row === undefined ? undefined : Object.values(row)[0];
}

/** Sets what durability and the triggers rest on, and throws unless it took. */
export async function prepareConnection(
  connection: SqliteConnection,
  mode: "read-write" | "read-only",
): Promise<void> {
  const [row] = await connection.all("SELECT sqlite_version() AS version");
  const version = String(row?.["version"]);
  if (!isGoodSqlite(version))
    throw new Error(`SQLite ${version} may not hold money; 3.51.3 or newer but 3.52.0 is needed.`);
  await connection.exec("PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;");
  if (mode === "read-only") return connection.exec("PRAGMA query_only=ON;");
  // recursive_triggers: without it REPLACE would delete rows past the triggers that forbid deleting.
  // secure_delete: what is erased (sealed templates) must not linger in free pages.
  await connection.exec(
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; PRAGMA trusted_schema=OFF; PRAGMA secure_delete=ON;",
  );
  const settings: readonly (readonly [string, unknown])[] = [
    ["journal_mode", "wal"],
    ["synchronous", 2],
    ["foreign_keys", 1],
    ["recursive_triggers", 1],
    ["secure_delete", 1],
  ];
  for (const [name, wanted] of settings) {
    const found = await pragma(connection, name);
    if (found !== wanted)
      throw new Error(`SQLite ${name} is ${String(found)}, not ${String(wanted)}`);
  }
}
