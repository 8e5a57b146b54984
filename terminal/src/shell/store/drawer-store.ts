import {
  rupiah,
  studentId,
  type RefundReason,
  type Rupiah,
  type SchoolDay,
  type StudentId,
  type UnixMs,
} from "@saku/protocol";
import { integerOf, textOf } from "./bind.ts";
import type { Sql, WritableSql } from "./sqlite.ts";

// Refunds, cash and counts as rows. What may happen is decided in core; a press stands for one row (W30).

/** Where the row's event stands in the journal, and which press it answers. */
type Place = {
  readonly id: string;
  readonly press: string;
  readonly inc: string;
  readonly n: number;
  readonly day: SchoolDay;
  readonly atMs: UnixMs;
};

export type RefundRecord = {
  readonly sale: string;
  readonly amount: Rupiah;
  readonly reason: RefundReason;
};
export type CashInRecord = { readonly student: StudentId; readonly amount: Rupiah };

export async function insertRefund(tx: WritableSql, row: Place & RefundRecord): Promise<void> {
  await tx.run(
    "INSERT INTO refund (id, press, inc, n, sale, amount, reason, day, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    row.id,
    row.press,
    row.inc,
    row.n,
    row.sale,
    row.amount,
    row.reason,
    row.day,
    row.atMs,
  );
}

export async function refundOfPress(
  sql: Sql,
  press: string,
): Promise<(RefundRecord & { readonly id: string }) | null> {
  const row = await sql.get("SELECT * FROM refund WHERE press = ?", press);
  if (row === undefined) return null;
  return {
    id: textOf(row, "id"),
    sale: textOf(row, "sale"),
    amount: rupiah(integerOf(row, "amount")),
    reason: textOf(row, "reason") as RefundReason,
  };
}

/** What refunds gave back of a sale. */
export async function refundedOf(sql: Sql, sale: string): Promise<Rupiah> {
  const row = await sql.get(
    "SELECT coalesce(sum(amount), 0) AS amount FROM refund WHERE sale = ?",
    sale,
  );
  return rupiah(row === undefined ? 0 : integerOf(row, "amount"));
}

export async function insertCashIn(tx: WritableSql, row: Place & CashInRecord): Promise<void> {
  await tx.run(
    "INSERT INTO cash_in (id, press, inc, n, student, amount, day, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    row.id,
    row.press,
    row.inc,
    row.n,
    row.student,
    row.amount,
    row.day,
    row.atMs,
  );
}

export async function cashInOfPress(
  sql: Sql,
  press: string,
): Promise<(CashInRecord & { readonly id: string }) | null> {
  const row = await sql.get("SELECT * FROM cash_in WHERE press = ?", press);
  if (row === undefined) return null;
  return {
    id: textOf(row, "id"),
    student: studentId(textOf(row, "student")),
    amount: rupiah(integerOf(row, "amount")),
  };
}

export type DrawerTotals = {
  readonly refundCount: number;
  readonly refundTotal: Rupiah;
  readonly cashInCount: number;
  readonly cashInTotal: Rupiah;
};

/** Refunds and cash whose own events are of this day (W32). */
export async function drawerTotals(sql: Sql, day: SchoolDay): Promise<DrawerTotals> {
  const totals = async (table: "refund" | "cash_in"): Promise<readonly [number, Rupiah]> => {
    const row = await sql.get(
      `SELECT count(*) AS n, coalesce(sum(amount), 0) AS amount FROM ${table} WHERE day = ?`,
      day,
    );
    return row === undefined
      ? [0, rupiah(0)]
      : [integerOf(row, "n"), rupiah(integerOf(row, "amount"))];
  };
  const [refundCount, refundTotal] = await totals("refund");
  const [cashInCount, cashInTotal] = await totals("cash_in");
  return { refundCount, refundTotal, cashInCount, cashInTotal };
}

/** The first count of a day; the table takes no second one and no change. */
export async function insertCount(
  tx: WritableSql,
  count: { readonly day: SchoolDay; readonly counted: Rupiah; readonly atMs: UnixMs },
): Promise<void> {
  await tx.run(
    "INSERT INTO cash_count (day, counted, at) VALUES (?, ?, ?)",
    count.day,
    count.counted,
    count.atMs,
  );
}

export async function readCount(sql: Sql, day: SchoolDay): Promise<Rupiah | null> {
  const row = await sql.get("SELECT counted FROM cash_count WHERE day = ?", day);
  return row === undefined ? null : rupiah(integerOf(row, "counted"));
}

/** Forgets what is older than the history. A refund stays as long as its sale does, which it makes smaller. */
export async function pruneDrawer(
  tx: WritableSql,
  before: { readonly atMs: UnixMs; readonly day: SchoolDay },
): Promise<void> {
  const eventIsGone = (table: string): string =>
    `NOT EXISTS (SELECT 1 FROM event WHERE event.inc = ${table}.inc AND event.n = ${table}.n)`;
  await tx.run(
    `DELETE FROM refund WHERE at < ? AND ${eventIsGone("refund")}
       AND NOT EXISTS (SELECT 1 FROM sale WHERE sale.id = refund.sale)`,
    before.atMs,
  );
  await tx.run(`DELETE FROM cash_in WHERE at < ? AND ${eventIsGone("cash_in")}`, before.atMs);
  await tx.run("DELETE FROM cash_count WHERE day < ?", before.day);
}
