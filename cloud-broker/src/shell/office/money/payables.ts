import { rupiah, type MerchantId, type Rupiah, type SchoolId } from "@saku/protocol";
import { sql } from "kysely";
import { merchantAccount } from "../../../core/ledger/account.ts";
import type { PayableOfStall } from "../../../core/ledger/settlement.ts";
import type { Work } from "../../store/committer.ts";
import { balanceOf } from "../../store/journals.ts";

/**
 * Net sales per stall of terminals and days whose Z report disagrees and was not accepted: what the report is about may be
 * wrong, and nothing else is [T2].
 */
export async function blockedByStall(
  { db }: Pick<Work, "db">,
  school: SchoolId,
): Promise<ReadonlyMap<MerchantId, Rupiah>> {
  const rows = await db
    .selectFrom("sale as s")
    .select(["s.merchant"])
    .select(
      sql<number>`sum(s.amount - s.refunded_child - s.refunded_other - s.disputed)`.as("blocked"),
    )
    .where("s.school", "=", school)
    .where("s.voided_by", "is", null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("z_report as z")
          .select("z.event")
          .whereRef("z.school", "=", "s.school")
          .whereRef("z.device", "=", "s.device")
          .whereRef("z.day", "=", "s.day")
          .where("z.is_equal", "=", 0)
          .where("z.accepted_by", "is", null),
      ),
    )
    .groupBy("s.merchant")
    .execute();
  return new Map(rows.map(({ merchant, blocked }) => [merchant, rupiah(Number(blocked))]));
}

export async function payableOf(
  work: Pick<Work, "db">,
  school: SchoolId,
  merchant: MerchantId,
): Promise<PayableOfStall> {
  return {
    payable: await balanceOf(work, school, merchantAccount(merchant).id),
    blocked: (await blockedByStall(work, school)).get(merchant) ?? rupiah(0),
  };
}
