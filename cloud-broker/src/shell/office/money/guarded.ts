import { rupiah, type Rupiah, type StudentId } from "@saku/protocol";
import { studentAccount } from "../../../core/ledger/account.ts";
import { foundDecision, withdrawal } from "../../../core/ledger/office-recipes.ts";
import { shareRefund } from "../../../core/ledger/refund.ts";
import { refund, suspenseDecision } from "../../../core/ledger/stall-recipes.ts";
import { saleMoney } from "../../../core/ingest/outcome.ts";
import type { GuardedOrder } from "../../http/money-desk.ts";
import type { OrderOutcome } from "../../http/office.ts";
import { balanceOf } from "../../store/journals.ts";
import { grantDay, recallLeases } from "../../store/leases.ts";
import { storeRefund } from "../../store/money-bookings.ts";
import { loadSales } from "../../store/sales.ts";
import { heldOf } from "../child-view.ts";
import { done, refused } from "../orders.ts";
import { isAmount, isReason, occasionOf, post, type DeskWork } from "./desk-order.ts";

/** An order that was looked at: how much it gives away, and how to do it. */
type Plan = { readonly amount: Rupiah; readonly run: () => Promise<void> };
export type Planned = OrderOutcome<Plan>;

const tooMuch = refused("invalid", "more than is left of the sale");

/** Looks at an order as the books are now; nothing is written before `run`. */
export function planGuarded(desk: DeskWork, what: GuardedOrder): Promise<Planned> {
  switch (what.action) {
    case "refund":
      return planRefund(desk, what);
    case "withdrawal":
      return planWithdrawal(desk, what);
    case "suspense-decision":
      return planSuspense(desk, what);
    case "found-decision":
      return planFound(desk, what);
  }
}

type Of<Action> = Extract<GuardedOrder, { action: Action }>;

/** The child's money has changed: its page, and what stalls hold of it. */
export async function childHasMoney(desk: DeskWork, student: StudentId): Promise<void> {
  const { work, cloud, school } = desk;
  await grantDay(work, cloud.outbox, school, student);
  work.afterCommit(() => cloud.changes.childChanged(student));
}

async function planRefund(desk: DeskWork, what: Of<"refund">): Promise<Planned> {
  const { work, school, id, actor } = desk;
  const { amount, reason } = what;
  if (!isAmount(amount) || !isReason(reason)) return refused("invalid", "amount or reason");
  const sale = (await loadSales(work, school, [what.sale])).get(what.sale);
  if (sale === undefined) return refused("not-found", "no such sale");
  const share = shareRefund(saleMoney(sale), amount);
  if (share === null) return tooMuch;
  return done({
    amount,
    run: async () => {
      const draft = refund(await occasionOf(desk, "order"), { ...sale, ...share });
      const about = { action: "refund", object: sale.event, amount };
      const journal = await post(desk, draft, about);
      await storeRefund(work, { school, id, sale: sale.event, ...share, reason, actor, journal });
      await childHasMoney(desk, sale.student);
    },
  });
}

async function planWithdrawal(desk: DeskWork, what: Of<"withdrawal">): Promise<Planned> {
  const { work, cloud, school } = desk;
  const { student, amount } = what;
  if (!isAmount(amount)) return refused("invalid", "amount must be whole rupiah");
  const child = await work.db
    .selectFrom("student")
    .select("id")
    .where("school", "=", school)
    .where("id", "=", student)
    .executeTakeFirst();
  if (child === undefined) return refused("not-found", "no such child");
  const available = await balanceOf(work, school, studentAccount(student).id);
  if (available < amount) {
    if (available + (await heldOf(work.db, school, student)) < amount)
      return refused("funds", "the child has less than that");
    await recallLeases(work, cloud.outbox, school, student);
    return refused("funds", "waiting for stalls to return what they hold");
  }
  if ((await balanceOf(work, school, "cash")) < amount)
    return refused("funds", "the cash box has less than that");
  return done({
    amount,
    run: async () => {
      const draft = withdrawal(await occasionOf(desk, "order"), { student, amount });
      await post(desk, draft, { action: "withdrawal", object: student, amount });
      work.afterCommit(() => cloud.changes.childChanged(student));
    },
  });
}

async function planSuspense(desk: DeskWork, what: Of<"suspense-decision">): Promise<Planned> {
  const { work, school } = desk;
  const sale = (await loadSales(work, school, [what.sale])).get(what.sale);
  if (sale === undefined) return refused("not-found", "no such sale");
  const money = saleMoney(sale);
  const amount = rupiah(sale.amount - money.covered - sale.refundedToOther);
  if (sale.uncoveredBy !== "suspense" || money.isVoided || amount === 0)
    return refused("already-exists", "nothing is open of this sale");
  return done({
    amount,
    run: async () => {
      const { device, merchant } = sale;
      const { payer } = what;
      const occasion = await occasionOf(desk, "suspense-decision", sale.event);
      const draft = suspenseDecision(occasion, { device, merchant, amount, payer });
      await post(desk, draft, { action: `suspense-${payer}`, object: sale.event, amount });
      await work.db
        .updateTable("sale")
        .set({ uncovered_by: payer })
        .where("event", "=", sale.event)
        .execute();
    },
  });
}

async function planFound(desk: DeskWork, what: Of<"found-decision">): Promise<Planned> {
  const { work, school, actor } = desk;
  const { student, found } = what;
  const row = await work.db
    .selectFrom("found_money")
    .selectAll()
    .where("school", "=", school)
    .where("id", "=", found)
    .executeTakeFirst();
  if (row === undefined) return refused("not-found", "no such money");
  if (row.state !== "open") return refused("already-exists", "this was decided");
  if (student !== null) {
    const child = await work.db
      .selectFrom("student")
      .select("id")
      .where("school", "=", school)
      .where("id", "=", student)
      .executeTakeFirst();
    if (child === undefined) return refused("not-found", "no such child");
  }
  const { source, amount } = row;
  return done({
    amount,
    run: async () => {
      const occasion = await occasionOf(desk, "suspense-decision", found);
      const draft = foundDecision(occasion, { source, student, amount });
      await post(desk, draft, { action: "found-decision", object: found, amount });
      await work.db
        .updateTable("found_money")
        .set({
          state: student === null ? "unclaimed" : "student",
          student,
          decided_by: actor,
          decided_at: work.now,
        })
        .where("school", "=", school)
        .where("id", "=", found)
        .execute();
      if (student !== null) await childHasMoney(desk, student);
    },
  });
}
