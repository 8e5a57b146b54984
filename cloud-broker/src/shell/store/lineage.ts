import type { Work } from "./committer.ts";
import type { LedgerConnection } from "./ledger-connection.ts";

const COPY_MARK = "is-copy";
/** Which PostgreSQL database this is: another one with the same rows is a copy, marked or not. */
const HOME = "home";

/** What a terminal is told of the database it speaks with. */
export type Lineage = {
  /** Fencing number: rises when this database does not hold all that its forerunner promised. */
  term: number;
};

/** Follows the clock, so that one backup that is restored twice makes two lineages. */
const nextTerm = (last: number, nowMs: number): number =>
  Math.max(last + 1, Math.floor(nowMs / 1000));

/**
 * A promoted standby and a recovery to a point in time start a new timeline; a dump that was read elsewhere lies in another
 * database. A file has no such name.
 */
async function homeOf(connection: LedgerConnection): Promise<string | null> {
  if (connection.database === "sqlite") return null;
  const [row] = await connection.all(
    `SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || d.oid::text || '/'
      || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS home
    FROM pg_database d WHERE d.datname = current_database()`,
  );
  return String(row?.["home"]);
}

const noteOf = (key: string, value: string): string =>
  `INSERT INTO meta (key, value) VALUES ('${key}', '${value}') ON CONFLICT (key) DO UPDATE SET value = excluded.value;`;

/**
 * Names the lineage of an opened database. A finished backup carries a mark; whoever opens it as the ledger starts a new
 * lineage with a higher term, so that terminals send again what the backup did not hold.
 */
export async function claimLineage(connection: LedgerConnection, nowMs: number): Promise<number> {
  const rows = await connection.all("SELECT key, value FROM meta");
  const found = new Map(rows.map((row) => [String(row["key"]), String(row["value"])]));
  const last = Number(found.get("term") ?? 0);
  const home = await homeOf(connection);
  const isCopy = found.has(COPY_MARK) || (home !== null && found.get(HOME) !== home);
  if (last > 0 && !isCopy) return last;
  const term = last === 0 ? 1 : nextTerm(last, nowMs);
  await connection.exec(connection.database === "sqlite" ? "BEGIN IMMEDIATE" : "BEGIN");
  await connection.exec(noteOf("term", String(term)));
  if (home !== null) await connection.exec(noteOf(HOME, home));
  await connection.exec(`DELETE FROM meta WHERE key = '${COPY_MARK}'`);
  await connection.exec("COMMIT");
  return term;
}

/** Throws when another cloud has taken the database over, or it is no longer the one that was opened. */
export async function assertLineage(connection: LedgerConnection, term: number): Promise<void> {
  const rows = await connection.all("SELECT key, value FROM meta");
  const found = new Map(rows.map((row) => [String(row["key"]), String(row["value"])]));
  const home = await homeOf(connection);
  if (Number(found.get("term")) !== term || (home !== null && found.get(HOME) !== home))
    throw new Error("The database has another lineage now; start the cloud again");
}

/**
 * Starts a new lineage while the cloud runs: for a machine that was set back to a snapshot, which no mark in the database can
 * tell. Returns the new term; `store.term` follows after the commit.
 */
export async function raiseTerm(work: Work): Promise<number> {
  const { db, now, lineage } = work;
  const row = await db
    .selectFrom("meta")
    .select("value")
    .where("key", "=", "term")
    .executeTakeFirst();
  const term = nextTerm(Number(row?.value ?? lineage.term), now);
  await db
    .updateTable("meta")
    .set({ value: String(term) })
    .where("key", "=", "term")
    .execute();
  work.afterCommit(() => {
    lineage.term = term;
  });
  return term;
}

/** Marks a copy, so that it is known for one when it is opened as the ledger. */
export async function markCopy(connection: LedgerConnection): Promise<void> {
  await connection.exec(noteOf(COPY_MARK, "1"));
}
