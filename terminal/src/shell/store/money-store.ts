import {
  leaseId,
  rupiah,
  schoolDay,
  studentId,
  unixMs,
  type LeaseId,
  type Purse,
  type Rupiah,
  type SaleMethod,
  type SchoolDay,
  type Spend,
  type StudentId,
  type UnixMs,
} from "@saku/protocol";
import type { Lease } from "../../core/wallet/lease.ts";
import { integerOf, integerOrNullOf, textOf, textOrNullOf, type Row } from "./bind.ts";
import type { Sql, WritableSql } from "./sqlite.ts";

// Leases and sales as rows. What may happen to them is decided in core/wallet; the CHECKs repeat I3.

function leaseOf(row: Row): Lease {
  return {
    lease: leaseId(textOf(row, "lease")),
    student: studentId(textOf(row, "student")),
    purse: textOf(row, "purse") as Purse,
    day: schoolDay(integerOf(row, "day")),
    amount: rupiah(integerOf(row, "amount")),
    spent: rupiah(integerOf(row, "spent")),
    returned: rupiah(integerOf(row, "returned")),
    state: textOf(row, "state") === "active" ? "active" : "closed",
  };
}

export async function readLease(sql: Sql, lease: LeaseId): Promise<Lease | null> {
  const row = await sql.get("SELECT * FROM lease WHERE lease = ?", lease);
  return row === undefined ? null : leaseOf(row);
}

/** Active leases in the order in which they were accepted. */
export async function activeLeases(sql: Sql, student?: StudentId): Promise<readonly Lease[]> {
  const rows =
    student === undefined
      ? await sql.all("SELECT * FROM lease WHERE state = 'active' ORDER BY ord")
      : await sql.all(
          "SELECT * FROM lease WHERE state = 'active' AND student = ? ORDER BY ord",
          student,
        );
  return rows.map(leaseOf);
}

export async function insertLease(tx: WritableSql, lease: Lease): Promise<void> {
  await tx.run(
    `INSERT INTO lease (lease, student, purse, day, amount, spent, returned, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    lease.lease,
    lease.student,
    lease.purse,
    lease.day,
    lease.amount,
    lease.spent,
    lease.returned,
    lease.state,
  );
}

export async function updateLease(tx: WritableSql, lease: Lease): Promise<void> {
  await tx.run(
    "UPDATE lease SET spent = ?, returned = ?, state = ? WHERE lease = ?",
    lease.spent,
    lease.returned,
    lease.state,
    lease.lease,
  );
}

/** Money in active leases here, and how many leases that is. */
export async function heldHere(
  sql: Sql,
): Promise<{ readonly amount: Rupiah; readonly leaseCount: number }> {
  const row = await sql.get(
    "SELECT coalesce(sum(amount - spent - returned), 0) AS amount, count(*) AS n FROM lease WHERE state = 'active'",
  );
  return row === undefined
    ? { amount: rupiah(0), leaseCount: 0 }
    : { amount: rupiah(integerOf(row, "amount")), leaseCount: integerOf(row, "n") };
}

export type SaleRecord = {
  readonly id: string;
  readonly inc: string;
  readonly n: number;
  readonly student: StudentId;
  readonly purse: Purse;
  readonly amount: Rupiah;
  readonly method: SaleMethod;
  readonly day: SchoolDay;
  readonly atMs: UnixMs;
  readonly shownAtMs: UnixMs | null;
  readonly voidedBy: string | null;
  /** Paid by leases, or by the school's reserve. */
  readonly kind: "sale" | "emergency";
};

function saleOf(row: Row): SaleRecord {
  const shownAt = integerOrNullOf(row, "shown_at");
  return {
    id: textOf(row, "id"),
    inc: textOf(row, "inc"),
    n: integerOf(row, "n"),
    student: studentId(textOf(row, "student")),
    purse: textOf(row, "purse") as Purse,
    amount: rupiah(integerOf(row, "amount")),
    method: textOf(row, "method") as SaleMethod,
    day: schoolDay(integerOf(row, "day")),
    atMs: unixMs(integerOf(row, "at")),
    shownAtMs: shownAt === null ? null : unixMs(shownAt),
    voidedBy: textOrNullOf(row, "voided_by"),
    kind: textOf(row, "kind") === "emergency" ? "emergency" : "sale",
  };
}

export async function insertSale(
  tx: WritableSql,
  sale: SaleRecord,
  spends: readonly Spend[],
): Promise<void> {
  await tx.run(
    `INSERT INTO sale (id, inc, n, student, purse, amount, method, day, at, kind)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    sale.id,
    sale.inc,
    sale.n,
    sale.student,
    sale.purse,
    sale.amount,
    sale.method,
    sale.day,
    sale.atMs,
    sale.kind,
  );
  for (const spend of spends)
    await tx.run(
      "INSERT INTO spend (sale, lease, amount) VALUES (?, ?, ?)",
      sale.id,
      spend.lease,
      spend.amount,
    );
}

export async function readSale(sql: Sql, id: string): Promise<SaleRecord | null> {
  const row = await sql.get("SELECT * FROM sale WHERE id = ?", id);
  return row === undefined ? null : saleOf(row);
}

export async function spendsOf(sql: Sql, saleId: string): Promise<readonly Spend[]> {
  const rows = await sql.all("SELECT lease, amount FROM spend WHERE sale = ?", saleId);
  return rows.map((row) => ({
    lease: leaseId(textOf(row, "lease")),
    amount: rupiah(integerOf(row, "amount")),
  }));
}

export async function markVoided(tx: WritableSql, saleId: string, by: string): Promise<void> {
  await tx.run("UPDATE sale SET voided_by = ? WHERE id = ?", by, saleId);
}

export async function markSaleShown(tx: WritableSql, saleId: string, atMs: UnixMs): Promise<void> {
  await tx.run("UPDATE sale SET shown_at = ? WHERE id = ? AND shown_at IS NULL", atMs, saleId);
}

/** A sale with what the counter lists beside it. */
export type ListedSale = SaleRecord & {
  readonly firstName: string;
  readonly ack: number;
  readonly safe: number;
};

const LISTED = `SELECT sale.*, coalesce(student.first_name, '') AS first_name,
    coalesce(incarnation.ack, sale.n) AS ack, coalesce(incarnation.safe, sale.n) AS safe
  FROM sale LEFT JOIN student ON student.student = sale.student
  LEFT JOIN incarnation ON incarnation.inc = sale.inc`;

function listedOf(row: Row): ListedSale {
  return {
    ...saleOf(row),
    firstName: textOf(row, "first_name"),
    ack: integerOf(row, "ack"),
    safe: integerOf(row, "safe"),
  };
}

/** The newest sales of any day in the history that nobody put back. */
export async function newestStanding(sql: Sql, limit: number): Promise<readonly ListedSale[]> {
  const rows = await sql.all(
    `${LISTED} WHERE sale.voided_by IS NULL ORDER BY sale.ord DESC LIMIT ?`,
    limit,
  );
  return rows.map(listedOf);
}

export async function newestSales(
  sql: Sql,
  day: SchoolDay,
  limit: number,
): Promise<readonly ListedSale[]> {
  const rows = await sql.all(
    `${LISTED} WHERE sale.day = ? ORDER BY sale.ord DESC LIMIT ?`,
    day,
    limit,
  );
  return rows.map(listedOf);
}

/** The newest sale of the day that no screen has confirmed and nobody has put back. */
export async function unshownSale(sql: Sql, day: SchoolDay): Promise<ListedSale | null> {
  const row = await sql.get(
    `${LISTED} WHERE sale.day = ? AND sale.shown_at IS NULL AND sale.voided_by IS NULL
     ORDER BY sale.ord DESC LIMIT 1`,
    day,
  );
  return row === undefined ? null : listedOf(row);
}

/** Sales of an incarnation whose events lie above `after` and up to `to`. */
export async function saleIdsBetween(
  sql: Sql,
  inc: string,
  range: { readonly after: number; readonly to: number },
): Promise<readonly string[]> {
  const rows = await sql.all(
    "SELECT id FROM sale WHERE inc = ? AND n > ? AND n <= ? ORDER BY n",
    inc,
    range.after,
    range.to,
  );
  return rows.map((row) => textOf(row, "id"));
}

export type DayTotals = {
  readonly saleCount: number;
  readonly saleTotal: Rupiah;
  readonly voidCount: number;
  readonly voidTotal: Rupiah;
  readonly emergencyCount: number;
  readonly emergencyTotal: Rupiah;
};

/** Sales and emergency meals as they were sold, and what of both was put back. */
export async function totalsOfDay(sql: Sql, day: SchoolDay): Promise<DayTotals> {
  const row = (await sql.get(
    `SELECT coalesce(sum(kind = 'sale'), 0) AS sales,
       coalesce(sum(CASE WHEN kind = 'sale' THEN amount END), 0) AS sale_total,
       coalesce(sum(kind = 'emergency'), 0) AS emergencies,
       coalesce(sum(CASE WHEN kind = 'emergency' THEN amount END), 0) AS emergency_total,
       count(voided_by) AS voids,
       coalesce(sum(CASE WHEN voided_by IS NULL THEN 0 ELSE amount END), 0) AS void_total
     FROM sale WHERE day = ?`,
    day,
  )) ?? { sales: 0, sale_total: 0, emergencies: 0, emergency_total: 0, voids: 0, void_total: 0 };
  return {
    saleCount: integerOf(row, "sales"),
    saleTotal: rupiah(integerOf(row, "sale_total")),
    voidCount: integerOf(row, "voids"),
    voidTotal: rupiah(integerOf(row, "void_total")),
    emergencyCount: integerOf(row, "emergencies"),
    emergencyTotal: rupiah(integerOf(row, "emergency_total")),
  };
}

/** Forgets sales whose events are gone, and closed leases of days before the history. */
export async function pruneMoney(
  tx: WritableSql,
  before: { readonly atMs: UnixMs; readonly day: SchoolDay },
): Promise<void> {
  await tx.run(
    "DELETE FROM sale WHERE at < ? AND NOT EXISTS (SELECT 1 FROM event WHERE event.inc = sale.inc AND event.n = sale.n)",
    before.atMs,
  );
  await tx.run("DELETE FROM lease WHERE state = 'closed' AND day < ?", before.day);
}
