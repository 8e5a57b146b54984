import {
  askId,
  deviceId,
  rupiah,
  type AskId,
  type DeviceId,
  type LeaseId,
  type MerchantId,
  type Purse,
  type Rupiah,
  type SchoolDay,
  type SignedBytes,
  type StudentId,
} from "@saku/protocol";
import { bytesOf, integerOf, textOf } from "./bind.ts";
import { readMetas, writeMeta } from "./meta.ts";
import type { Sql, WritableSql } from "./sqlite.ts";

// The school's hub as rows: who it is, what it gave out here, and what this stall still waits for.

export type HubAddress = { readonly device: DeviceId; readonly url: string | null };

export async function readHub(sql: Sql): Promise<HubAddress | null> {
  // One question: this is asked every few seconds, and on a card each has its price.
  const { "hub-device": device = "", "hub-url": url = "" } = await readMetas(sql, [
    "hub-device",
    "hub-url",
  ]);
  return device === "" ? null : { device: deviceId(device), url: url === "" ? null : url };
}

export async function writeHub(tx: WritableSql, hub: HubAddress | null): Promise<void> {
  await writeMeta(tx, "hub-device", hub?.device ?? "");
  await writeMeta(tx, "hub-url", hub?.url ?? "");
}

/** What this hub answered a question with, under the question's name. */
export type SubGrantRow = {
  readonly device: DeviceId;
  readonly ask: AskId;
  readonly askHash: Uint8Array;
  readonly lease: LeaseId;
  readonly student: StudentId;
  readonly merchant: MerchantId;
  readonly day: SchoolDay;
  readonly amount: Rupiah;
  readonly bytes: SignedBytes;
};

export async function readSubGrant(
  sql: Sql,
  device: DeviceId,
  ask: AskId,
): Promise<{ readonly askHash: Uint8Array; readonly grant: Uint8Array } | null> {
  const row = await sql.get(
    "SELECT ask_hash, bytes FROM sub_grant WHERE device = ? AND ask = ?",
    device,
    ask,
  );
  return row === undefined
    ? null
    : { askHash: bytesOf(row, "ask_hash"), grant: bytesOf(row, "bytes") };
}

export async function insertSubGrant(tx: WritableSql, row: SubGrantRow): Promise<void> {
  await tx.run(
    `INSERT INTO sub_grant (device, ask, ask_hash, lease, student, merchant, day, amount, bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.device,
    row.ask,
    row.askHash,
    row.lease,
    row.student,
    row.merchant,
    row.day,
    row.amount,
    row.bytes,
  );
}

/** What one stall was given here for a child on a day. */
export async function subGrantedTo(
  sql: Sql,
  of: { readonly merchant: MerchantId; readonly student: StudentId; readonly day: SchoolDay },
): Promise<Rupiah> {
  const row = await sql.get(
    `SELECT coalesce(sum(amount), 0) AS amount FROM sub_grant
     WHERE student = ? AND merchant = ? AND day = ?`,
    of.student,
    of.merchant,
    of.day,
  );
  return rupiah(row === undefined ? 0 : integerOf(row, "amount"));
}

/** A question that left, or was about to leave, and has no answer on disk. */
export type OpenAsk = {
  readonly ask: AskId;
  readonly hub: DeviceId;
  readonly amount: Rupiah;
  readonly bytes: SignedBytes;
};

type AskKey = {
  readonly student: StudentId;
  readonly purse: Purse;
  readonly day: SchoolDay;
};

export async function readOpenAsk(sql: Sql, key: AskKey): Promise<OpenAsk | null> {
  const row = await sql.get(
    "SELECT * FROM hub_ask WHERE student = ? AND purse = ? AND day = ?",
    key.student,
    key.purse,
    key.day,
  );
  if (row === undefined) return null;
  return {
    ask: askId(textOf(row, "ask")),
    hub: deviceId(textOf(row, "hub")),
    amount: rupiah(integerOf(row, "amount")),
    bytes: bytesOf(row, "bytes") as SignedBytes,
  };
}

export async function insertOpenAsk(tx: WritableSql, key: AskKey, open: OpenAsk): Promise<void> {
  // Questions of days that are over were answered by the hub's journal, which the cloud tells.
  await tx.run("DELETE FROM hub_ask WHERE day < ?", key.day);
  await tx.run(
    "INSERT INTO hub_ask (ask, hub, student, purse, day, amount, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
    open.ask,
    open.hub,
    key.student,
    key.purse,
    key.day,
    open.amount,
    open.bytes,
  );
}

export async function deleteOpenAsk(tx: WritableSql, ask: AskId): Promise<void> {
  await tx.run("DELETE FROM hub_ask WHERE ask = ?", ask);
}
