import { askId, studentId, type AskId, type StudentId, type VaultItem } from "@saku/protocol";
import { bytesOf, integerOf, textOf, type Row } from "./bind.ts";
import { countOf, type Sql, type WritableSql } from "./sqlite.ts";

// Sealed secrets as rows: what stands here nobody can read without the epoch key.

function itemOf(row: Row): VaultItem {
  return {
    student: studentId(textOf(row, "student")),
    item: textOf(row, "item") === "pin" ? "pin" : "fingers",
    version: integerOf(row, "version"),
    epoch: integerOf(row, "epoch"),
    wrap: bytesOf(row, "wrap"),
    sealed: bytesOf(row, "sealed"),
  };
}

export async function readVaultItem(
  sql: Sql,
  student: StudentId,
  item: VaultItem["item"],
): Promise<VaultItem | null> {
  const row = await sql.get(
    "SELECT * FROM vault_item WHERE student = ? AND item = ?",
    student,
    item,
  );
  return row === undefined ? null : itemOf(row);
}

export async function readFingerItems(sql: Sql): Promise<readonly VaultItem[]> {
  const rows = await sql.all(
    `SELECT v.* FROM vault_item v JOIN consent c ON c.student = v.student AND c.state = 'granted'
     WHERE v.item = 'fingers' ORDER BY v.student`,
  );
  return rows.map(itemOf);
}

export async function writeVaultItem(tx: WritableSql, item: VaultItem): Promise<void> {
  await tx.run(
    `INSERT INTO vault_item (student, item, version, epoch, wrap, sealed) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (student, item) DO UPDATE SET version = excluded.version, epoch = excluded.epoch,
       wrap = excluded.wrap, sealed = excluded.sealed`,
    item.student,
    item.item,
    item.version,
    item.epoch,
    item.wrap,
    item.sealed,
  );
}

/** Overwrites and deletes a child's fingers, also on their way out. A PIN is no biometric: the child goes on buying. */
export async function eraseFingers(tx: WritableSql, student: StudentId): Promise<void> {
  await tx.run("DELETE FROM vault_outbox WHERE student = ? AND item = 'fingers'", student);
  await tx.run("DELETE FROM vault_item WHERE student = ? AND item = 'fingers'", student);
}

export async function eraseVault(tx: WritableSql): Promise<void> {
  await tx.run("DELETE FROM vault_outbox");
  await tx.run("DELETE FROM vault_item");
  await tx.run("DELETE FROM epoch_key");
}

/** Queues the newest version of an item for the school's other terminals. */
export async function queueVaultItem(tx: WritableSql, ask: AskId, item: VaultItem): Promise<void> {
  await tx.run(
    `INSERT INTO vault_outbox (ask, student, item) VALUES (?, ?, ?)
     ON CONFLICT (student, item) DO UPDATE SET ask = excluded.ask`,
    ask,
    item.student,
    item.item,
  );
}

export async function readVaultOutbox(
  sql: Sql,
  limit: number,
): Promise<readonly { readonly ask: AskId; readonly item: VaultItem }[]> {
  const rows = await sql.all(
    `SELECT o.ask, v.* FROM vault_outbox o
     JOIN vault_item v ON v.student = o.student AND v.item = o.item LIMIT ?`,
    limit,
  );
  return rows.map((row) => ({ ask: askId(textOf(row, "ask")), item: itemOf(row) }));
}

export async function removeFromVaultOutbox(tx: WritableSql, ask: AskId): Promise<void> {
  await tx.run("DELETE FROM vault_outbox WHERE ask = ?", ask);
}

export async function writeEpochKey(
  tx: WritableSql,
  epoch: number,
  sealed: Uint8Array,
): Promise<void> {
  await tx.run(
    "INSERT INTO epoch_key (epoch, sealed) VALUES (?, ?) ON CONFLICT (epoch) DO UPDATE SET sealed = excluded.sealed",
    epoch,
    sealed,
  );
}

export async function readEpochKeys(
  sql: Sql,
): Promise<readonly { readonly epoch: number; readonly sealed: Uint8Array }[]> {
  const rows = await sql.all("SELECT epoch, sealed FROM epoch_key ORDER BY epoch");
  return rows.map((row) => ({ epoch: integerOf(row, "epoch"), sealed: bytesOf(row, "sealed") }));
}

export function epochKeyCount(sql: Sql): Promise<number> {
  return countOf(sql, "SELECT count(*) AS n FROM epoch_key");
}

export function enrolledCount(sql: Sql): Promise<number> {
  return countOf(sql, "SELECT count(*) AS n FROM vault_item WHERE item = 'fingers'");
}

export async function readPinFailures(
  sql: Sql,
  student: StudentId,
): Promise<{ readonly count: number; readonly untilMs: number }> {
  const row = await sql.get("SELECT count, until FROM pin_failure WHERE student = ?", student);
  return row === undefined
    ? { count: 0, untilMs: 0 }
    : { count: integerOf(row, "count"), untilMs: integerOf(row, "until") };
}

export async function writePinFailures(
  tx: WritableSql,
  student: StudentId,
  failures: { readonly count: number; readonly untilMs: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO pin_failure (student, count, until) VALUES (?, ?, ?)
     ON CONFLICT (student) DO UPDATE SET count = excluded.count, until = excluded.until`,
    student,
    failures.count,
    failures.untilMs,
  );
}
