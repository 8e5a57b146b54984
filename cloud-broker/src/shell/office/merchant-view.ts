import { rupiah, type SchoolId } from "@saku/protocol";
import type { Kysely } from "kysely";
import { merchantAccount } from "../../core/ledger/account.ts";
import type { MerchantView } from "../../core/reports/views.ts";
import type { Tables } from "../store/tables.ts";

export async function readMerchants(
  db: Kysely<Tables>,
  school: SchoolId,
): Promise<readonly MerchantView[]> {
  const rows = await db
    .selectFrom("merchant")
    .select(["id", "name"])
    .where("school", "=", school)
    .orderBy("name")
    .execute();
  const accounts = await db
    .selectFrom("account")
    .select(["id", "debit", "credit"])
    .where("school", "=", school)
    .where("kind", "=", "merchant")
    .execute();
  const payable = new Map(accounts.map(({ id, debit, credit }) => [id, credit - debit]));
  const devices = await db
    .selectFrom("device")
    .select(["merchant", (eb) => eb.fn.countAll<number>().as("count")])
    .where("school", "=", school)
    .where("state", "!=", "revoked")
    .groupBy("merchant")
    .execute();
  const terminals = new Map(devices.map(({ merchant, count }) => [merchant, count]));
  return rows.map(({ id, name }) => ({
    merchant: id,
    name,
    terminalCount: terminals.get(id) ?? 0,
    payable: rupiah(Math.max(0, payable.get(merchantAccount(id).id) ?? 0)),
  }));
}
