import sqlite3 from "sqlite3";
import { checkedBind, type Row } from "./bind.ts";

/** One connection to one file. An error carries SQLite's own word in `code`, such as `SQLITE_CONSTRAINT`. */
export interface SqliteDriver {
  get(sql: string, ...values: readonly unknown[]): Promise<Row | undefined>;
  all(sql: string, ...values: readonly unknown[]): Promise<readonly Row[]>;
  run(sql: string, ...values: readonly unknown[]): Promise<number>;
  close(): Promise<void>;
}

/** The lowest call of the store: all above it is the same on a real card and on a simulated one. */
export type OpenSqliteDriver = (
  path: string,
  mode: "read-write" | "read-only",
) => Promise<SqliteDriver>;

/** The npm package `sqlite3`, whose statements run on a thread of their own. */
export const openSqlite3: OpenSqliteDriver = async (path, mode) => {
  const flags =
    mode === "read-only" ? sqlite3.OPEN_READONLY : sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE;
  const driver = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened: sqlite3.Database = new sqlite3.Database(path, flags, (error) => {
      if (error === null) resolve(opened);
      else reject(error);
    });
  });
  return {
    get: (sql, ...values) =>
      new Promise((resolve, reject) => {
        driver.get<Row>(sql, checkedBind(values), (error, row) => {
          if (error === null) resolve(row);
          else reject(error);
        });
      }),
    all: (sql, ...values) =>
      new Promise((resolve, reject) => {
        driver.all<Row>(sql, checkedBind(values), (error, rows) => {
          if (error === null) resolve(rows);
          else reject(error);
        });
      }),
    run: (sql, ...values) =>
      new Promise((resolve, reject) => {
        driver.run(sql, checkedBind(values), function (this: sqlite3.RunResult, error) {
          if (error === null) resolve(this.changes);
          else reject(error);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        driver.close(() => {
          resolve();
        });
      }),
  };
};
