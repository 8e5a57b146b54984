import { chunked } from "./journals.ts";
import type { LedgerConnection } from "./ledger-connection.ts";
import { MIGRATIONS, migrateAround } from "./migrations/migrate.ts";

type Row = Record<string, unknown>;

const ROWS_PER_READ = 1_000;
/** PostgreSQL counts parameters with 16 bits. */
const PARAMETERS_MAX = 30_000;

/** Every table of the ledger; parents stand before the tables that refer to them. */
export const tableNames = (): readonly string[] =>
  MIGRATIONS.flatMap(({ tables }) =>
    Array.from(tables.matchAll(/CREATE TABLE (\w+)/g), ([, name = ""]) => name),
  );

/** PostgreSQL: inside the caller's transaction, so that all tables are of one instant. */
async function* postgresRows(
  from: LedgerConnection,
  table: string,
): AsyncGenerator<readonly Row[]> {
  await from.exec(`DECLARE copied NO SCROLL CURSOR FOR SELECT * FROM ${table}`);
  for (;;) {
    const rows = await from.all(`FETCH ${ROWS_PER_READ} FROM copied`);
    if (rows.length === 0) break;
    yield rows;
  }
  await from.exec("CLOSE copied");
}

async function* sqliteRows(from: LedgerConnection, table: string): AsyncGenerator<readonly Row[]> {
  let last = 0;
  for (;;) {
    const rows = await from.all(
      `SELECT rowid AS copied_rowid, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS_PER_READ}`,
      [last],
    );
    if (rows.length === 0) break;
    last = Number(rows.at(-1)?.["copied_rowid"]);
    yield rows.map(({ copied_rowid: _, ...row }) => row);
  }
}

async function insertRows(
  to: LedgerConnection,
  table: string,
  rows: readonly Row[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const perStatement = Math.max(1, Math.floor(PARAMETERS_MAX / Math.max(1, columns.length)));
  for (const part of chunked(rows, perStatement)) {
    let count = 0;
    const mark = (): string => (to.database === "sqlite" ? "?" : `$${++count}`);
    const values = part.map(() => `(${columns.map(mark).join(",")})`).join(",");
    await to.all(
      `INSERT INTO ${table} (${columns.map((name) => `"${name}"`).join(",")}) VALUES ${values}`,
      part.flatMap((row) => columns.map((name) => row[name])),
    );
  }
}

/** Counts by table, of what was carried over. */
export type CopiedRows = Readonly<Record<string, number>>;

async function carry(from: LedgerConnection, to: LedgerConnection): Promise<CopiedRows> {
  const counts: Record<string, number> = {};
  for (const table of tableNames()) {
    let count = 0;
    const parts = from.database === "sqlite" ? sqliteRows(from, table) : postgresRows(from, table);
    for await (const rows of parts) {
      await insertRows(to, table, rows);
      count += rows.length;
    }
    counts[table] = count;
  }
  return counts;
}

/**
 * Carries a whole ledger into an empty database of either kind, all rows of one instant. The receiver's triggers come after
 * the rows: totals are carried, not moved a second time.
 */
export async function copyLedger(
  from: LedgerConnection,
  to: LedgerConnection,
): Promise<CopiedRows> {
  let counts: CopiedRows = {};
  await from.exec(
    from.database === "sqlite" ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  );
  try {
    await migrateAround(to, async () => {
      counts = await carry(from, to);
    });
  } finally {
    await from.exec("ROLLBACK");
  }
  return counts;
}
