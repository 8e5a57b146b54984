import type { SqliteConnection } from "./sqlite-connection.ts";

const COPY_MARK = "is-copy";

/**
 * Names the lineage of an opened database. A finished backup carries a mark; whoever opens it as the ledger starts a new
 * lineage with a higher term, so that terminals send again what the backup did not hold. The term follows the clock, so
 * that the same backup restored twice makes two lineages.
 */
export async function claimLineage(connection: SqliteConnection, nowMs: number): Promise<number> {
  const rows = await connection.all("SELECT key, value FROM meta WHERE key IN ('term', ?)", [
    COPY_MARK,
  ]);
  const found = new Map(rows.map((row) => [row["key"], String(row["value"])]));
  const last = Number(found.get("term") ?? 0);
  if (last > 0 && !found.has(COPY_MARK)) return last;
  const term = last === 0 ? 1 : Math.max(last + 1, Math.floor(nowMs / 1000));
  await connection.exec(
    `BEGIN IMMEDIATE;
     INSERT INTO meta (key, value) VALUES ('term', '${term}') ON CONFLICT (key) DO UPDATE SET value = excluded.value;
     DELETE FROM meta WHERE key = '${COPY_MARK}';
     COMMIT;`,
  );
  return term;
}

/** Marks a copy, so that it is known for one when it is opened as the ledger. */
export async function markCopy(connection: SqliteConnection): Promise<void> {
  await connection.run("INSERT OR IGNORE INTO meta (key, value) VALUES (?, '1')", [COPY_MARK]);
}
