import { createHash } from "node:crypto";
import type { LedgerConnection } from "../ledger-connection.ts";
import { ledgerMigration } from "./0001-ledger.ts";
import { terminalMigration } from "./0002-terminals.ts";
import { peopleMigration } from "./0003-people.ts";
import { moneyMigration } from "./0004-money.ts";
import { leaseMigration } from "./0005-leases.ts";
import { syncMigration } from "./0006-sync.ts";
import { logMigration } from "./0007-log.ts";
import { restoredMigration } from "./0008-restored.ts";
import { renderTables, renderTriggers } from "./render.ts";
import type { Migration } from "./schema.ts";

/** In order; what was released is never edited, only followed. One history for both databases. */
export const MIGRATIONS: readonly Migration[] = [
  ledgerMigration,
  terminalMigration,
  peopleMigration,
  moneyMigration,
  leaseMigration,
  syncMigration,
  logMigration,
  restoredMigration,
];

/** Of the source, not of what it is rendered to: a copy may move to the other database. */
const hashOf = ({ tables, triggers }: Migration): string =>
  createHash("sha256").update(JSON.stringify({ tables, triggers })).digest("hex");

async function appliedOf(connection: LedgerConnection): Promise<ReadonlyMap<string, string>> {
  // Asked first: a role that may not make tables can still open a database that is up to date.
  const [found] = await connection.all(
    connection.database === "sqlite"
      ? "SELECT name FROM sqlite_schema WHERE name = 'migration'"
      : "SELECT to_regclass('migration') AS name",
  );
  if (typeof found?.["name"] !== "string")
    await connection.exec(
      "CREATE TABLE migration (name TEXT PRIMARY KEY NOT NULL, hash TEXT NOT NULL)",
    );
  const rows = await connection.all("SELECT name, hash FROM migration");
  return new Map(rows.map((row) => [String(row["name"]), String(row["hash"])]));
}

const noteOf = (migration: Migration): string =>
  `INSERT INTO migration (name, hash) VALUES ('${migration.name}', '${hashOf(migration)}');`;

/** One transaction; what it throws leaves nothing behind. */
async function inTransaction(
  connection: LedgerConnection,
  work: () => Promise<void>,
): Promise<void> {
  await connection.exec(connection.database === "sqlite" ? "BEGIN IMMEDIATE" : "BEGIN");
  try {
    await work();
    await connection.exec("COMMIT");
  } catch (error) {
    await connection.exec("ROLLBACK");
    throw error;
  }
}

/** Brings a database up to date, one transaction a migration; throws when one that ran is not the one in the code. */
export async function migrate(connection: LedgerConnection): Promise<void> {
  const applied = await appliedOf(connection);
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  for (const name of applied.keys())
    if (!known.has(name)) throw new Error(`The database is newer than this program: ${name}`);
  for (const migration of MIGRATIONS) {
    const found = applied.get(migration.name);
    if (found === hashOf(migration)) continue;
    if (found !== undefined)
      throw new Error(`Migration ${migration.name} was changed after it ran`);
    await inTransaction(connection, async () => {
      await connection.exec(renderTables(migration, connection.database));
      await connection.exec(renderTriggers(migration, connection.database));
      await connection.exec(noteOf(migration));
    });
  }
}

/**
 * Builds an empty database from rows that another ledger holds: the triggers come after the rows, because those that move
 * totals would move them a second time.
 */
export async function migrateAround(
  connection: LedgerConnection,
  load: () => Promise<void>,
): Promise<void> {
  if ((await appliedOf(connection)).size > 0) throw new Error("The database is not empty");
  await inTransaction(connection, async () => {
    for (const migration of MIGRATIONS)
      await connection.exec(renderTables(migration, connection.database));
    await load();
    for (const migration of MIGRATIONS) {
      await connection.exec(renderTriggers(migration, connection.database));
      await connection.exec(noteOf(migration));
    }
  });
}
