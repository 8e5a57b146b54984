import {
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresDialect,
  replaceWithNoncontingentExpression,
  sql,
  type PostgresPool,
} from "kysely";
import { copyLedger } from "./ledger-copy.ts";
import type { LedgerConnection } from "./ledger-connection.ts";
import { assertLineage, claimLineage, type Lineage } from "./lineage.ts";
import { migrate } from "./migrations/migrate.ts";
import type { OpenLedger } from "./open-ledger.ts";
import {
  assertDurable,
  guardedPool,
  realWire,
  type PostgresTarget,
  type PostgresWire,
} from "./postgres-connection.ts";
import { openSqlite, type OpenSqliteConnection } from "./sqlite-connection.ts";
import type { Tables } from "./tables.ts";

/** "saku" in ASCII: whoever holds this lock of the database writes to it. */
const WRITER_LOCK = 0x73616b75;
const LOCK_WAIT_MS = 10_000;
const READERS = 4;

/**
 * One writer: the lock belongs to the connection that writes and goes with it, so a cloud that was taken for dead cannot
 * write beside the one that took its place.
 */
async function takeWriterLock(connection: LedgerConnection, waitMs: number): Promise<void> {
  await connection.exec(`SET lock_timeout = ${waitMs}`);
  try {
    await connection.all("SELECT pg_advisory_lock($1::bigint)", [WRITER_LOCK]);
  } catch (error) {
    throw new Error("Another cloud writes to this database", { cause: error });
  }
  await connection.exec("SET lock_timeout = 0");
}

/** What a simulation brings its own of: connections, and the file a copy is written to. */
export type PostgresParts = {
  readonly wire?: PostgresWire;
  readonly openCopy?: OpenSqliteConnection;
};

async function copyInto(target: PostgresTarget & PostgresParts, file: string): Promise<void> {
  const { wire = realWire, openCopy = openSqlite } = target;
  const from = await wire.single(target);
  const to = await openCopy(file, "read-write");
  try {
    // The file is worth nothing before it is finished; one sync at its end is enough.
    await to.exec("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;");
    await copyLedger(from, to);
  } finally {
    await to.close();
    await from.close();
  }
}

/** The writer's pool of one; what is done once is done under the lock, before the first statement of anybody. */
function writerPool(
  target: PostgresTarget & PostgresParts,
  options: { readonly nowMs: number; readonly lockWaitMs: number },
  lineage: Lineage,
): PostgresPool {
  const { wire = realWire } = target;
  let isFirst = true;
  return guardedPool(wire.pool(target, "read-write", 1), async (connection) => {
    await assertDurable(connection);
    await takeWriterLock(connection, options.lockWaitMs);
    if (isFirst) {
      await migrate(connection);
      lineage.term = await claimLineage(connection, options.nowMs);
      isFirst = false;
    } else await assertLineage(connection, lineage.term);
  });
}

export async function openPostgresLedger(
  target: PostgresTarget & PostgresParts,
  options: { readonly nowMs: number; readonly lockWaitMs?: number },
): Promise<OpenLedger> {
  const lineage: Lineage = { term: 0 };
  const { wire = realWire } = target;
  // PostgreSQL has no empty IN list; here it finds nothing, as on SQLite.
  const plugins = [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })];
  const pool = writerPool(target, { lockWaitMs: LOCK_WAIT_MS, ...options }, lineage);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins });
  const readers = guardedPool(wire.pool(target, "read-only", READERS), () => Promise.resolve());
  const read = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: readers }), plugins });
  const close = async (): Promise<void> => {
    await read.destroy();
    await db.destroy();
  };
  try {
    await sql`SELECT 1`.execute(db);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    database: "postgresql",
    db,
    read,
    looks: read,
    lineage,
    scrub: async () => {
      // Sealed templates are few; a table of commands is large and only gives its free space to new ones.
      await sql`VACUUM FULL vault_item`.execute(db);
      await sql`VACUUM command`.execute(db);
    },
    copyTo: (file) => copyInto(target, file),
    close,
  };
}
