import { type Rupiah, type SchoolDay, type SchoolId, type StudentId } from "@saku/protocol";
import {
  payment as paymentRecipe,
  payout as payoutRecipe,
} from "../../../core/ledger/office-recipes.ts";
import { decidePayment, type Payment, type PendingTopUp } from "../../../core/ledger/payment.ts";
import { sealRefusal } from "../../../core/ledger/period.ts";
import type { MoneyWriting } from "../../http/money-desk.ts";
import type { Order, OrderOutcome } from "../../http/office.ts";
import { appendAudit } from "../../store/audit.ts";
import type { Work } from "../../store/committer.ts";
import { sealedThrough } from "../../store/periods.ts";
import { newId } from "../../store/random-ids.ts";
import { schoolToday } from "../child-orders.ts";
import type { Cloud } from "../cloud.ts";
import { childFor, done, orderOnce, refused } from "../orders.ts";
import {
  deskDay,
  deskOrder,
  isAmount,
  isProvider,
  isReference,
  occasionOf,
  post,
  type DeskWork,
} from "./desk-order.ts";
import { childHasMoney } from "./guarded.ts";

type TopUpOrder = {
  readonly student: StudentId;
  readonly provider: string;
  readonly amount: Rupiah;
};

/** Pending until its provider says that it was paid. */
function createTopUp(
  cloud: Cloud,
  order: Order,
  topUp: TopUpOrder,
): Promise<OrderOutcome<{ readonly orderRef: string }>> {
  const { student, provider, amount } = topUp;
  return orderOnce(cloud, order, { action: "create-top-up", ...topUp }, async (work) => {
    if (!isAmount(amount) || !isProvider(provider)) return refused("invalid", "amount or provider");
    const child = await childFor(work, order, student, "family-or-school");
    if (child === null) return refused("not-found", "no such child for this person");
    const id = newId("top", work.entropy);
    await work.db
      .insertInto("top_up")
      .values({
        school: child.school,
        id,
        provider,
        order_ref: id,
        student,
        expected: amount,
        created_by: order.actor.person,
        created_at: work.now,
        state: "pending",
      })
      .execute();
    return done({ orderRef: id });
  });
}

export type PaymentOutcome =
  | { readonly kind: "settled" | "suspense"; readonly isNew: boolean }
  /** The provider named one payment twice with other contents: nothing moved, for a human. */
  | { readonly kind: "conflict" };

async function pendingOf(
  { db }: Work,
  school: SchoolId,
  paid: Payment,
): Promise<PendingTopUp | null> {
  const row = await db
    .selectFrom("top_up")
    .selectAll()
    .where("provider", "=", paid.provider)
    .where("order_ref", "=", paid.orderRef)
    .where("school", "=", school)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { id: topUp, student, expected, state } = row;
  return { topUp, student, expected, state };
}

/**
 * Books a payment that its provider has confirmed, once per provider and payment, however often it is told [L13]. The caller
 * has checked that the provider really said so.
 */
export async function paymentArrived(
  cloud: Cloud,
  school: SchoolId,
  paid: Payment,
): Promise<PaymentOutcome> {
  const { provider, payment, amount, orderRef } = paid;
  return cloud.store.commit(async (work) => {
    const before = await work.db
      .selectFrom("payment")
      .selectAll()
      .where("provider", "=", provider)
      .where("payment", "=", payment)
      .executeTakeFirst();
    const id = `${provider}:${payment}`;
    const desk: DeskWork = { work, cloud, school, actor: `provider:${provider}`, id };
    if (before !== undefined) {
      if (before.amount === amount && before.order_ref === orderRef && before.school === school)
        return { kind: before.outcome, isNew: false };
      const { actor } = desk;
      const detail = { amount, before: before.amount };
      await appendAudit(work, school, { actor, action: "payment-conflict", object: id, detail });
      return { kind: "conflict" };
    }
    return { kind: await bookPayment(desk, paid), isNew: true };
  });
}

async function bookPayment(desk: DeskWork, paid: Payment): Promise<"settled" | "suspense"> {
  const { work, school, id } = desk;
  const { provider, amount, orderRef, payment } = paid;
  const decision = decidePayment(paid, await pendingOf(work, school, paid));
  const student = decision.kind === "settle" ? decision.topUp.student : null;
  const outcome = decision.kind === "settle" ? "settled" : "suspense";
  const draft = paymentRecipe(await occasionOf(desk, "payment"), { provider, student, amount });
  await post(desk, draft, { action: `payment-${outcome}`, object: id, amount });
  await work.db
    .insertInto("payment")
    .values({
      provider,
      payment,
      school,
      order_ref: orderRef,
      amount,
      outcome,
      received_at: work.now,
      payout: null,
    })
    .execute();
  if (decision.kind === "suspense") {
    await work.db
      .insertInto("found_money")
      .values({
        school,
        id,
        source: provider,
        amount,
        reason: decision.reason,
        day: await deskDay(desk),
        at: work.now,
        state: "open",
        student: null,
        decided_by: null,
        decided_at: null,
      })
      .execute();
    return outcome;
  }
  await work.db
    .updateTable("top_up")
    .set({ state: "settled" })
    .where("school", "=", school)
    .where("id", "=", decision.topUp.topUp)
    .execute();
  await childHasMoney(desk, decision.topUp.student);
  return outcome;
}

type Paid = Parameters<MoneyWriting["recordPayout"]>[2];
const PAYMENTS_MAX = 5_000;

/** A payout names the payments in it: they must add up to what came and what was kept. */
function recordPayout(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  paid: Paid,
): Promise<OrderOutcome> {
  const { provider, payout, net, fee } = paid;
  const payments = [...new Set(paid.payments)].toSorted();
  const what = { school, action: "payout", ...paid, payments: payments.join(",") };
  return deskOrder(cloud, order, what, async (desk) => {
    const { work, actor } = desk;
    if (!isProvider(provider) || !isReference(payout) || payments.length > PAYMENTS_MAX)
      return refused("invalid", "provider or payout");
    if (payments.length === 0 || (net !== 0 && !isAmount(net)) || (fee !== 0 && !isAmount(fee)))
      return refused("invalid", "amounts or payments");
    const rows = await work.db
      .selectFrom("payment")
      .select(["payment", "amount"])
      .where("provider", "=", provider)
      .where("school", "=", school)
      .where("payout", "is", null)
      .where("payment", "in", payments)
      .execute();
    const sum = rows.reduce<number>((all, { amount }) => all + amount, 0);
    if (rows.length !== payments.length || sum !== net + fee)
      return refused("invalid", "the payments do not add up to the payout");
    const known = await work.db
      .selectFrom("payout")
      .select("payout")
      .where("provider", "=", provider)
      .where("payout", "=", payout)
      .executeTakeFirst();
    if (known !== undefined) return refused("already-exists", "this payout is booked");
    const occasion = await occasionOf(desk, "payout", `${provider}:${payout}`);
    const draft = payoutRecipe(occasion, { provider, net, fee });
    await post(desk, draft, { action: "payout", object: `${provider}:${payout}`, amount: net });
    await work.db
      .insertInto("payout")
      .values({ provider, payout, school, net, fee, actor, at: work.now })
      .execute();
    await work.db
      .updateTable("payment")
      .set({ payout })
      .where("provider", "=", provider)
      .where("payment", "in", payments)
      .execute();
    return done(null);
  });
}

function sealPeriod(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  through: SchoolDay,
): Promise<OrderOutcome> {
  return deskOrder(cloud, order, { school, action: "seal-period", through }, async (desk) => {
    const { work, actor } = desk;
    const today = await schoolToday(work, school);
    const refusal = sealRefusal(through, await sealedThrough(work, school), today);
    if (refusal === "not-over") return refused("invalid", "this day is not over");
    if (refusal !== null) return refused("already-exists", "these days are sealed");
    await work.db
      .insertInto("period")
      .values({ school, through, sealed_at: work.now, sealed_by: actor })
      .execute();
    const detail = { through };
    await appendAudit(work, school, { actor, action: "seal-period", object: school, detail });
    work.afterCommit(() => cloud.changes.schoolChanged(school));
    return done(null);
  });
}

export function gatewayOrders(
  cloud: Cloud,
): Pick<MoneyWriting, "createTopUp" | "recordPayout" | "sealPeriod"> {
  return {
    createTopUp: (order, topUp) => createTopUp(cloud, order, topUp),
    recordPayout: (order, school, paid) => recordPayout(cloud, order, school, paid),
    sealPeriod: (order, school, through) => sealPeriod(cloud, order, school, through),
  };
}
