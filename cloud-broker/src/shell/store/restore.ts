import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { sql } from "kysely";
import { failedChecks } from "./checks.ts";
import { copyLedger, tableNames } from "./ledger-copy.ts";
import { markCopy } from "./lineage.ts";
import { migrate } from "./migrations/migrate.ts";
import { openPostgres } from "./postgres-connection.ts";
import { openSqlite, prepareConnection } from "./sqlite-connection.ts";
import { openStore, type LedgerPlace, type Store } from "./store.ts";

export type RestoredLedger = {
  readonly term: number;
  readonly rowCount: number;
  /** Rules that do not hold; empty unless the copy was made of a broken ledger. */
  readonly failed: readonly string[];
};

/** The copy itself stays as it is: a second try must find what the first one found. */
async function prepareCopy(copy: string, scratch: string): Promise<void> {
  copyFileSync(copy, scratch);
  chmodSync(scratch, 0o600);
  const connection = await openSqlite(scratch, "read-write");
  try {
    await prepareConnection(connection, "read-write");
    const [check] = await connection.all("PRAGMA integrity_check(1)");
    if (check?.["integrity_check"] !== "ok") throw new Error("The copy is damaged");
    // A copy of an older program is brought up to date before it is carried over.
    await migrate(connection);
    await markCopy(connection);
    await connection.exec("PRAGMA journal_mode=DELETE;");
  } finally {
    await connection.close();
  }
}

async function carryOver(scratch: string, place: LedgerPlace): Promise<void> {
  if ("file" in place) {
    if (existsSync(place.file)) throw new Error(`There is a ledger already: ${place.file}`);
    renameSync(scratch, place.file);
    return;
  }
  const from = await openSqlite(scratch, "read-only");
  const to = await openPostgres(place);
  try {
    await copyLedger(from, to);
  } finally {
    await to.close();
    await from.close();
  }
}

/** How many rows each table has. */
async function countRows(
  ask: (text: string) => Promise<readonly Record<string, unknown>[]>,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const table of tableNames()) {
    const [row] = await ask(`SELECT count(*) AS count FROM ${table}`);
    counts[table] = Number(row?.["count"]);
  }
  return counts;
}

async function countIn(file: string): Promise<Readonly<Record<string, number>>> {
  const connection = await openSqlite(file, "read-only");
  try {
    return await countRows((text) => connection.all(text));
  } finally {
    await connection.close();
  }
}

const countInStore = (store: Store): Promise<Readonly<Record<string, number>>> =>
  countRows(
    async (text) => (await sql.raw<Record<string, unknown>>(text).execute(store.read)).rows,
  );

/** What stands in `meta` changes with the lineage; everything else must be there, row for row. */
function compare(
  wanted: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): number {
  let sum = 0;
  for (const [table, count] of Object.entries(wanted)) {
    if (table === "meta") continue;
    if (found[table] !== count)
      throw new Error(`${table} has ${found[table]} rows and not the ${count} of the copy`);
    sum += count;
  }
  return sum;
}

/**
 * Opens a finished copy as the ledger of an empty place of either kind [BK2]: rows are counted, every rule is asked, and the
 * ledger has a new lineage. The same program moves a ledger from one database to the other.
 */
export async function restoreLedger(
  copy: string,
  place: LedgerPlace,
  directory: string,
  clock: () => number,
): Promise<RestoredLedger> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if ("file" in place) mkdirSync(dirname(place.file), { recursive: true, mode: 0o700 });
  const scratch = join(directory, ".restoring.sqlite");
  try {
    await prepareCopy(copy, scratch);
    const wanted = await countIn(scratch);
    await carryOver(scratch, place);
    const store = await openStore({ ...place, clock });
    try {
      const rowCount = compare(wanted, await countInStore(store));
      return { term: store.term, rowCount, failed: await failedChecks(store.read) };
    } finally {
      await store.close();
    }
  } finally {
    rmSync(scratch, { force: true });
  }
}
