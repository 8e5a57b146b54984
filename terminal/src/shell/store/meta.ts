import { textOf } from "./bind.ts";
import type { Sql, WritableSql } from "./sqlite.ts";

/** Settings that the terminal remembers. Binary values are hexadecimal, numbers decimal, the rest as it is. */
export type MetaKey =
  | "school"
  | "device"
  | "cloud-url"
  | "cloud-key"
  | "mqtt-url"
  | "host"
  | "school-root-key"
  | "operator-code"
  | "stall"
  | "roster"
  | "roster-rev"
  | "checkpoint"
  | "checkpoint-contradiction"
  | "clock-offset-ms"
  | "service"
  | "sign-key"
  | "rotate-key"
  | "trusted-day"
  | "closed-tip"
  | "hub-device"
  | "hub-url"
  | "emergency-per-sale"
  | "emergency-per-day";

export async function readMeta(sql: Sql, key: MetaKey): Promise<string | null> {
  const row = await sql.get("SELECT value FROM meta WHERE key = ?", key);
  return row === undefined ? null : textOf(row, "value");
}

/** Several notes in one question; one that was never written is missing. */
export async function readMetas<Key extends MetaKey>(
  sql: Sql,
  keys: readonly Key[],
): Promise<Partial<Record<Key, string>>> {
  const places = keys.map(() => "?").join(", ");
  const rows = await sql.all(`SELECT key, value FROM meta WHERE key IN (${places})`, ...keys);
  return Object.fromEntries(
    rows.map((row) => [textOf(row, "key"), textOf(row, "value")] as const),
  ) as Partial<Record<Key, string>>;
}

export async function writeMeta(tx: WritableSql, key: MetaKey, value: string): Promise<void> {
  await tx.run(
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    key,
    value,
  );
}

export async function readMetaNumber(sql: Sql, key: MetaKey): Promise<number | null> {
  const value = await readMeta(sql, key);
  return value === null ? null : Number(value);
}
