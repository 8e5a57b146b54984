import {
  rupiah,
  type CommandBody,
  type MerchantId,
  type Rupiah,
  type SchoolDay,
  type StudentId,
} from "@saku/protocol";
import type { ChildLimits } from "../../core/wallet/child-limits.ts";
import { integerOf, integerOrNullOf } from "./bind.ts";
import type { Sql, WritableSql } from "./sqlite.ts";

// Limits of single children that this terminal keeps itself, also without a connection.

const orNull = (amount: number | null): Rupiah | null => (amount === null ? null : rupiah(amount));

export async function readLimits(
  sql: Sql,
  student: StudentId,
  merchant: MerchantId,
): Promise<ChildLimits> {
  const child = await sql.get("SELECT per_sale FROM child_limit WHERE student = ?", student);
  const stall = await sql.get(
    "SELECT per_day FROM stall_limit WHERE student = ? AND merchant = ?",
    student,
    merchant,
  );
  return {
    perSale: child === undefined ? null : orNull(integerOrNullOf(child, "per_sale")),
    stallPerDay: stall === undefined ? null : rupiah(integerOf(stall, "per_day")),
  };
}

/** Replaces what was known of the child. */
export async function writeLimits(
  tx: WritableSql,
  limits: Extract<CommandBody, { kind: "limits" }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO child_limit (student, per_sale) VALUES (?, ?)
     ON CONFLICT (student) DO UPDATE SET per_sale = excluded.per_sale`,
    limits.student,
    limits.perSale,
  );
  await tx.run("DELETE FROM stall_limit WHERE student = ?", limits.student);
  for (const { merchant, perDay } of limits.stalls)
    await tx.run(
      "INSERT INTO stall_limit (student, merchant, per_day) VALUES (?, ?, ?)",
      limits.student,
      merchant,
      perDay,
    );
}

/** What this terminal sold the child on a day and nobody put back; the reserve's meals are not the child's money. */
export async function soldOn(sql: Sql, student: StudentId, day: SchoolDay): Promise<Rupiah> {
  const row = await sql.get(
    `SELECT coalesce(sum(amount), 0) AS amount FROM sale
     WHERE student = ? AND day = ? AND voided_by IS NULL AND kind = 'sale'`,
    student,
    day,
  );
  return rupiah(row === undefined ? 0 : integerOf(row, "amount"));
}
