import { createHash } from "node:crypto";
import type { SqliteConnection } from "../sqlite-connection.ts";
import { ledgerTables, ledgerTriggers } from "./0001-ledger.ts";
import { terminalTables, terminalTriggers } from "./0002-terminals.ts";
import { peopleTables } from "./0003-people.ts";

/** In order; what was released is never edited, only followed. */
export const MIGRATIONS: readonly { readonly name: string; readonly sql: string }[] = [
  { name: "0001-ledger", sql: ledgerTables + ledgerTriggers },
  { name: "0002-terminals", sql: terminalTables + terminalTriggers },
  { name: "0003-people", sql: peopleTables },
];

const hashOf = (sql: string): string => createHash("sha256").update(sql).digest("hex");

/** Brings a database up to date, one transaction a migration; throws when one that ran is not the one in the code. */
export async function migrate(connection: SqliteConnection): Promise<void> {
  await connection.exec(
    "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY NOT NULL, hash TEXT NOT NULL) STRICT;",
  );
  const rows = await connection.all("SELECT name, hash FROM migration");
  const applied = new Map(rows.map((row) => [String(row["name"]), String(row["hash"])]));
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  for (const name of applied.keys())
    if (!known.has(name)) throw new Error(`The database is newer than this program: ${name}`);
  for (const { name, sql } of MIGRATIONS) {
    const hash = hashOf(sql);
    const found = applied.get(name);
    if (found === hash) continue;
    if (found !== undefined) throw new Error(`Migration ${name} was changed after it ran`);
    await connection.exec("BEGIN IMMEDIATE");
    await connection.exec(sql);
    await connection.run("INSERT INTO migration (name, hash) VALUES (?, ?)", [name, hash]);
    await connection.exec("COMMIT");
  }
}
