import type { Database } from "./migrations/render.ts";

/** One connection to either database. Statements run one after the other, in the order they were asked. */
export type LedgerConnection = {
  readonly database: Database;
  /** Parameters are `?` on SQLite and `$1` on PostgreSQL. */
  all(sql: string, parameters?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Several statements without parameters. */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
};
