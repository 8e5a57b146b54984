import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Kysely, sql } from "kysely";
import { nodeTimers } from "../clock/node-timers.ts";
import { nodeEntropy } from "../keys/node-entropy.ts";
import { createCommitter, type Job, type StoreWorld } from "./committer.ts";
import { claimLineage } from "./lineage.ts";
import { migrate } from "./migrations/migrate.ts";
import {
  openSqlite,
  prepareConnection,
  type OpenSqliteConnection,
  type SqliteConnection,
} from "./sqlite-connection.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
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
  /** Committed rows only; may run beside the writer. */
  readonly read: Kysely<Tables>;
  commit<T>(job: Job<T>, weight?: number): Promise<T>;
  commitCount(): number;
  /** Fencing number of this database's lineage: rises when a backup takes the place of what was lost. */
  readonly term: number;
  /** Empties the write-ahead log, so that erased rows are gone from it too. */
  scrub(): Promise<void>;
  /** A raw connection for copies of the whole file. */
  openCopyConnection(): Promise<SqliteConnection>;
  close(): Promise<void>;
};

export async function openStore(
  options: { readonly file: string; readonly open?: OpenSqliteConnection } & Pick<
    StoreWorld,
    "clock"
  > &
    Partial<StoreWorld>,
): Promise<Store> {
  const open = options.open ?? openOnDisk;
  const writer = await open(options.file, "read-write");
  await prepareConnection(writer, "read-write");
  const [check] = await writer.all("PRAGMA quick_check(1)");
  if (check?.["quick_check"] !== "ok") throw new Error("The ledger file is damaged: quick_check");
  await migrate(writer);
  const term = await claimLineage(writer, options.clock());
  const reader = await open(options.file, "read-only");
  await prepareConnection(reader, "read-only");
  const db = new Kysely<Tables>({ dialect: sqliteDialect(writer, "read-write") });
  const read = new Kysely<Tables>({ dialect: sqliteDialect(reader, "read-only") });
  const committer = createCommitter(db, { timers: nodeTimers, entropy: nodeEntropy, ...options });
  return {
    read,
    commit: committer.commit,
    commitCount: committer.commitCount,
    term,
    scrub: async () => {
      // Through Kysely's mutex: a checkpoint may not stand between somebody's BEGIN and COMMIT.
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db);
    },
    openCopyConnection: () => open(options.file, "read-only"),
    close: async () => {
      await committer.idle();
      await read.destroy();
      await db.destroy();
    },
  };
}
