import { rupiah, type CommandBody, type Rupiah, type SchoolDay } from "@saku/protocol";
import { integerOf } from "./bind.ts";
import { readMetaNumber, writeMeta } from "./meta.ts";
import type { Sql, WritableSql } from "./sqlite.ts";

// What this terminal may draw from the school's reserve for hungry children.

export type EmergencyAllowance = { readonly perSale: Rupiah; readonly perDay: Rupiah };

export async function readEmergency(sql: Sql): Promise<EmergencyAllowance> {
  return {
    perSale: rupiah((await readMetaNumber(sql, "emergency-per-sale")) ?? 0),
    perDay: rupiah((await readMetaNumber(sql, "emergency-per-day")) ?? 0),
  };
}

export async function writeEmergency(
  tx: WritableSql,
  allowance: Extract<CommandBody, { kind: "emergency" }>,
): Promise<void> {
  await writeMeta(tx, "emergency-per-sale", String(allowance.perSale));
  await writeMeta(tx, "emergency-per-day", String(allowance.perDay));
}

/** What the reserve paid here on a day and nobody put back. */
export async function emergencyOn(sql: Sql, day: SchoolDay): Promise<Rupiah> {
  const row = await sql.get(
    `SELECT coalesce(sum(amount), 0) AS amount FROM sale
     WHERE day = ? AND kind = 'emergency' AND voided_by IS NULL`,
    day,
  );
  return rupiah(row === undefined ? 0 : integerOf(row, "amount"));
}
