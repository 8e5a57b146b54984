import { toHex, type Rupiah } from "@saku/protocol";
import type { IngestPlan, PlannedEvent } from "../../core/ingest/plan.ts";
import type { BatchOwner } from "./books.ts";
import type { Work } from "./committer.ts";
import { storeZReport } from "./z-reports.ts";

/** Rows that refunds, cash and Z reports of a batch leave beside their journals; after its sales are stored. */
export async function storeMoney(
  work: Work,
  owner: BatchOwner,
  plan: IngestPlan,
  journalOf: ReadonlyMap<PlannedEvent, string | null>,
): Promise<void> {
  for (const planned of plan.accepted) {
    const { verified, booking } = planned;
    const { body } = verified.event;
    if (booking.refund !== null) {
      const journal = journalOf.get(planned) ?? "";
      await storeRefund(work, { ...booking.refund, ...refundOf(owner, planned), journal });
    }
    if (booking.found !== null) await storeFound(work, owner, planned, booking.found);
    if (body.type === "day-close") await storeZReport(work, owner, { ...verified, body });
  }
}

function refundOf(
  { school, device }: BatchOwner,
  { verified }: PlannedEvent,
): Pick<RefundRow, "school" | "id" | "sale" | "reason" | "actor"> {
  const { id, event } = verified;
  const { body } = event;
  const [sale, reason] = body.type === "refund" ? [toHex(body.of), body.reason] : ["", ""];
  return { school, id, sale, reason, actor: device };
}

export type RefundRow = {
  readonly school: BatchOwner["school"];
  readonly id: string;
  readonly sale: string;
  readonly toChild: Rupiah;
  readonly toOther: Rupiah;
  readonly reason: string;
  readonly actor: string;
  readonly journal: string;
};

/** The database refuses what would exceed the sale [L11]. */
export async function storeRefund({ db, now }: Work, row: RefundRow): Promise<void> {
  await db
    .insertInto("refund")
    .values({
      school: row.school,
      id: row.id,
      sale: row.sale,
      to_child: row.toChild,
      to_other: row.toOther,
      reason: row.reason,
      actor: row.actor,
      at: now,
      journal: row.journal,
    })
    .execute();
  await db
    .updateTable("sale")
    .set((eb) => ({
      refunded_child: eb("refunded_child", "+", row.toChild),
      refunded_other: eb("refunded_other", "+", row.toOther),
    }))
    .where("event", "=", row.sale)
    .execute();
}

async function storeFound(
  { db, now }: Work,
  { school }: BatchOwner,
  { verified, booking }: PlannedEvent,
  found: { readonly source: string; readonly amount: Rupiah },
): Promise<void> {
  await db
    .insertInto("found_money")
    .values({
      school,
      id: verified.id,
      source: found.source,
      amount: found.amount,
      reason: booking.anomaly ?? "",
      day: verified.event.day,
      at: now,
      state: "open",
      student: null,
      decided_by: null,
      decided_at: null,
    })
    .execute();
}
