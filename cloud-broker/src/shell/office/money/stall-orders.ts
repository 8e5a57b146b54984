import { rupiah, type MerchantId, type Rupiah, type SchoolId } from "@saku/protocol";
import { saleMoney } from "../../../core/ingest/outcome.ts";
import { disputeToChildMax, refundableToChild } from "../../../core/ledger/refund.ts";
import { disputeDueDay, settleable } from "../../../core/ledger/settlement.ts";
import { disputeDecision, disputeOpen, settlement } from "../../../core/ledger/stall-recipes.ts";
import type { MoneyWriting } from "../../http/money-desk.ts";
import type { Order, OrderOutcome } from "../../http/office.ts";
import { appendAudit } from "../../store/audit.ts";
import { balanceOf } from "../../store/journals.ts";
import { newId } from "../../store/random-ids.ts";
import { loadSales } from "../../store/sales.ts";
import type { Cloud } from "../cloud.ts";
import { childFor, done, orderOnce, refused } from "../orders.ts";
import { deskDay, deskOrder, isAmount, isReason, occasionOf, post } from "./desk-order.ts";
import { childHasMoney } from "./guarded.ts";
import { payableOf } from "./payables.ts";

type Pay = Parameters<MoneyWriting["settle"]>[2];

function settle(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  pay: Pay,
): Promise<OrderOutcome<{ readonly settlement: string }>> {
  const { amount, from } = pay;
  return deskOrder(cloud, order, { school, action: "settle", ...pay }, async (desk) => {
    const { work, actor } = desk;
    if (!isAmount(amount)) return refused("invalid", "amount must be whole rupiah");
    const row = await work.db
      .selectFrom("merchant")
      .select("id")
      .where("school", "=", school)
      .where("id", "=", pay.merchant as MerchantId)
      .executeTakeFirst();
    if (row === undefined) return refused("not-found", "no such stall");
    const merchant = row.id;
    if (amount > settleable(await payableOf(work, school, merchant)))
      return refused("funds", "more than the stall may be paid");
    if (from === "cash" && (await balanceOf(work, school, "cash")) < amount)
      return refused("funds", "the cash box has less than that");
    const id = newId("stl", work.entropy);
    const draft = settlement(await occasionOf(desk, "settlement", id), { merchant, amount, from });
    const journal = await post(desk, draft, { action: "settle", object: merchant, amount });
    const { seq, day } = await work.db
      .selectFrom("journal")
      .select(["seq", "day"])
      .where("school", "=", school)
      .where("id", "=", journal)
      .executeTakeFirstOrThrow();
    await work.db
      .insertInto("settlement")
      .values({
        school,
        id,
        merchant,
        amount,
        paid_from: from,
        seq,
        journal,
        actor,
        at: work.now,
        day,
      })
      .execute();
    return done({ settlement: id });
  });
}

type Opening = Parameters<MoneyWriting["openDispute"]>[1];

function openDispute(
  cloud: Cloud,
  order: Order,
  opening: Opening,
): Promise<OrderOutcome<{ readonly dispute: string }>> {
  const { amount, reason } = opening;
  return orderOnce(cloud, order, { action: "open-dispute", ...opening }, async (work) => {
    if (!isAmount(amount) || !isReason(reason)) return refused("invalid", "amount or reason");
    const at = await work.db
      .selectFrom("sale")
      .select(["school", "student"])
      .where("event", "=", opening.sale)
      .executeTakeFirst();
    const child =
      at === undefined ? null : await childFor(work, order, at.student, "family-or-school");
    if (at === undefined || child?.school !== at.school)
      return refused("not-found", "no such sale");
    const { school } = at;
    const sale = (await loadSales(work, school, [opening.sale])).get(opening.sale);
    if (sale === undefined || amount > refundableToChild(saleMoney(sale)))
      return refused("invalid", "more than the child paid");
    const id = newId("dsp", work.entropy);
    const desk = { work, cloud, school, actor: order.actor.person, id };
    const { event, merchant, student } = sale;
    const draft = disputeOpen(await occasionOf(desk, "dispute"), { merchant, amount });
    await post(desk, draft, { action: "open-dispute", object: id, amount });
    await work.db
      .insertInto("dispute")
      .values({
        school,
        id,
        sale: event,
        merchant,
        student,
        amount,
        reason,
        opened_by: desk.actor,
        opened_at: work.now,
        due_day: disputeDueDay(await deskDay(desk)),
        state: "open",
        decided_by: null,
        decided_at: null,
        note: null,
      })
      .execute();
    await work.db
      .updateTable("sale")
      .set((eb) => ({ disputed: eb("disputed", "+", amount) }))
      .where("event", "=", event)
      .execute();
    return done({ dispute: id });
  });
}

type Decision = Parameters<MoneyWriting["decideDispute"]>[2];

function decideDispute(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  decision: Decision,
): Promise<OrderOutcome> {
  const { dispute, toChild, note } = decision;
  const what = { school, action: "decide-dispute", ...decision };
  return deskOrder(cloud, order, what, async (desk) => {
    const { work } = desk;
    if ((toChild !== 0 && !isAmount(toChild)) || !isReason(note))
      return refused("invalid", "amount or note");
    const row = await work.db
      .selectFrom("dispute")
      .selectAll()
      .where("school", "=", school)
      .where("id", "=", dispute)
      .executeTakeFirst();
    if (row === undefined) return refused("not-found", "no such dispute");
    if (row.state !== "open") return refused("already-exists", "this was decided");
    const { merchant, student, amount } = row;
    const sale = (await loadSales(work, school, [row.sale])).get(row.sale);
    if (sale === undefined || toChild > disputeToChildMax(saleMoney(sale), amount))
      return refused("invalid", "more than may go to the child");
    const toStall = rupiah(amount - toChild);
    const occasion = await occasionOf(desk, "dispute-decision", dispute);
    const draft = disputeDecision(occasion, { merchant, student, toChild, toStall });
    await post(desk, draft, { action: "decide-dispute", object: dispute, amount: toChild });
    await storeDecision(desk, { ...decision, sale: row.sale, amount, toStall });
    if (toChild > 0) await childHasMoney(desk, student);
    return done(null);
  });
}

async function storeDecision(
  { work, school, actor }: Parameters<typeof occasionOf>[0],
  decided: Decision & {
    readonly sale: string;
    readonly amount: Rupiah;
    readonly toStall: Rupiah;
  },
): Promise<void> {
  const { dispute, toChild, toStall, note, sale, amount } = decided;
  await work.db
    .updateTable("dispute")
    .set({
      state: "decided",
      decided_by: actor,
      decided_at: work.now,
      to_child: toChild,
      to_stall: toStall,
      note,
    })
    .where("school", "=", school)
    .where("id", "=", dispute)
    .execute();
  await work.db
    .updateTable("sale")
    .set((eb) => ({
      disputed: eb("disputed", "-", amount),
      refunded_child: eb("refunded_child", "+", toChild),
    }))
    .where("event", "=", sale)
    .execute();
}

function acceptZ(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  accepted: { readonly event: string; readonly reason: string },
): Promise<OrderOutcome> {
  const { event, reason } = accepted;
  return deskOrder(cloud, order, { school, action: "accept-z", event, reason }, async (desk) => {
    const { work, actor } = desk;
    if (!isReason(reason)) return refused("invalid", "a difference needs a reason");
    const row = await work.db
      .selectFrom("z_report")
      .select(["is_equal", "accepted_by"])
      .where("school", "=", school)
      .where("event", "=", event)
      .executeTakeFirst();
    if (row === undefined) return refused("not-found", "no such report");
    if (row.is_equal === 1 || row.accepted_by !== null)
      return refused("already-exists", "nothing is open of this report");
    await work.db
      .updateTable("z_report")
      .set({ accepted_by: actor, accepted_at: work.now, accept_reason: reason })
      .where("school", "=", school)
      .where("event", "=", event)
      .execute();
    await appendAudit(work, school, { actor, action: "accept-z", object: event, detail: {} });
    work.afterCommit(() => cloud.changes.schoolChanged(school));
    return done(null);
  });
}

export function stallOrders(
  cloud: Cloud,
): Pick<MoneyWriting, "settle" | "openDispute" | "decideDispute" | "acceptZ"> {
  return {
    settle: (order, school, pay) => settle(cloud, order, school, pay),
    openDispute: (order, opening) => openDispute(cloud, order, opening),
    decideDispute: (order, school, decision) => decideDispute(cloud, order, school, decision),
    acceptZ: (order, school, accepted) => acceptZ(cloud, order, school, accepted),
  };
}
