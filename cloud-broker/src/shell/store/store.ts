import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Kysely } from "kysely";
import { nodeTimers } from "../clock/node-timers.ts";
import { nodeEntropy } from "../keys/node-entropy.ts";
import { createCommitter, type Job, type StoreWorld } from "./committer.ts";
import type { Database } from "./migrations/render.ts";
import { openPostgresLedger, type PostgresParts } from "./postgres-ledger.ts";
import { openSqlite, type OpenSqliteConnection } from "./sqlite-connection.ts";
import { openSqliteLedger } from "./sqlite-ledger.ts";
import type { Tables } from "./tables.ts";

/** The file on the real disk, in a folder that is its owner's alone. */
const openOnDisk: OpenSqliteConnection = async (file, mode) => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const connection = await openSqlite(file, mode);
  if (mode === "read-write") chmodSync(file, 0o600);
  return connection;
};

/** The cloud's memory: one writer behind a queue, readers beside it. */
export type Store = {
  readonly database: Database;
  /** Committed rows only, each question of its own instant; may run beside the writer. */
  readonly read: Kysely<Tables>;
  /**
   * Committed rows of one instant, for whatever asks more than one question: what the writer commits meanwhile is not seen
   * [BK7]. A look asks its own `db` only and never waits for a commit; it is for reading, not for keeping open.
   */
  snapshot<T>(look: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  commit<T>(job: Job<T>, weight?: number): Promise<T>;
  commitCount(): number;
  /** Rows that wait for the writer: the measure of back-pressure. */
  waitingRows(): number;
  /** Fencing number of this database's lineage: rises when a backup takes the place of what was lost. */
  readonly term: number;
  /** Erased rows are gone from what lies beside the tables too. */
  scrub(): Promise<void>;
  /** Writes all committed rows of one instant into a new SQLite file, whatever the database is. */
  copyTo(file: string): Promise<void>;
  close(): Promise<void>;
};

/** Where the ledger is: a file, or a PostgreSQL database. */
export type LedgerPlace =
  | { readonly file: string; readonly open?: OpenSqliteConnection }
  | (PostgresParts & {
      readonly url: string;
      readonly password?: string;
      readonly lockWaitMs?: number;
    });

export async function openStore(
  options: LedgerPlace & Pick<StoreWorld, "clock"> & Partial<StoreWorld>,
): Promise<Store> {
  const nowMs = options.clock();
  const ledger =
    "file" in options
      ? await openSqliteLedger(options.file, nowMs, options.open ?? openOnDisk)
      : await openPostgresLedger(options, { ...options, nowMs });
  const world = { timers: nodeTimers, entropy: nodeEntropy, ...options };
  const committer = createCommitter(ledger.db, world, ledger.lineage);
  return {
    database: ledger.database,
    read: ledger.read,
    // SQLite has these by nature: its reader begins a transaction that sees what its first question saw.
    snapshot: (look) =>
      ledger.looks
        .transaction()
        .setIsolationLevel("repeatable read")
        .setAccessMode("read only")
        .execute(look),
    commit: committer.commit,
    commitCount: committer.commitCount,
    waitingRows: committer.waitingRows,
    get term() {
      return ledger.lineage.term;
    },
    scrub: ledger.scrub,
    copyTo: ledger.copyTo,
    close: async () => {
      await committer.idle();
      await ledger.close();
    },
  };
}
