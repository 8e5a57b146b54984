import { Kysely, sql } from "kysely";
import { claimLineage } from "./lineage.ts";
import { migrate } from "./migrations/migrate.ts";
import type { OpenLedger } from "./open-ledger.ts";
import {
  prepareConnection,
  type OpenSqliteConnection,
  type SqliteConnection,
} from "./sqlite-connection.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import type { Tables } from "./tables.ts";

/** Looks that may last at the same time: while the nightly checks keep one, pages have the other. */
const LOOKS = 2;

async function openReader(open: OpenSqliteConnection, file: string): Promise<SqliteConnection> {
  const reader = await open(file, "read-only");
  await prepareConnection(reader, "read-only");
  return reader;
}

/** The ledger as a file: one connection writes, others read beside it. */
export async function openSqliteLedger(
  file: string,
  nowMs: number,
  open: OpenSqliteConnection,
): Promise<OpenLedger> {
  const writer = await open(file, "read-write");
  await prepareConnection(writer, "read-write");
  const [check] = await writer.all("PRAGMA quick_check(1)");
  if (check?.["quick_check"] !== "ok") throw new Error("The ledger file is damaged: quick_check");
  await migrate(writer);
  const lineage = { term: await claimLineage(writer, nowMs) };
  const reader = await openReader(open, file);
  // Apart from the reader: a long look must not hold up a terminal that says hello.
  const lookers: SqliteConnection[] = [];
  for (let count = 0; count < LOOKS; count += 1) lookers.push(await openReader(open, file));
  // An empty IN list is SQL here and finds nothing; PostgreSQL's ledger brings a plugin for it.
  const db = new Kysely<Tables>({ dialect: sqliteDialect([writer], "read-write") });
  const read = new Kysely<Tables>({ dialect: sqliteDialect([reader], "read-only") });
  const looks = new Kysely<Tables>({ dialect: sqliteDialect(lookers, "read-only") });
  return {
    database: "sqlite",
    db,
    read,
    looks,
    lineage,
    scrub: async () => {
      // Through Kysely's mutex: a checkpoint may not stand between somebody's BEGIN and COMMIT.
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db);
    },
    copyTo: async (to) => {
      const source = await open(file, "read-only");
      try {
        await source.run("VACUUM INTO ?", [to]);
      } finally {
        await source.close();
      }
    },
    close: async () => {
      await looks.destroy();
      await read.destroy();
      await db.destroy();
    },
  };
}
