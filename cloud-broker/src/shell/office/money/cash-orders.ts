import { rupiah, type DeviceId, type Rupiah, type SchoolId } from "@saku/protocol";
import { cashAccount, drawerAccount } from "../../../core/ledger/account.ts";
import type { JournalDraft } from "../../../core/ledger/journal.ts";
import {
  bankFee,
  cashCount,
  deposit,
  reserveFunding,
} from "../../../core/ledger/office-recipes.ts";
import type { Occasion } from "../../../core/ledger/stall-recipes.ts";
import type { Counted, MoneyWriting } from "../../http/money-desk.ts";
import type { Order, OrderOutcome } from "../../http/office.ts";
import { appendAudit } from "../../store/audit.ts";
import { balanceOf } from "../../store/journals.ts";
import { newId } from "../../store/random-ids.ts";
import type { Cloud } from "../cloud.ts";
import { done, refused } from "../orders.ts";
import { deskOrder, isAmount, isReason, occasionOf, post, type DeskWork } from "./desk-order.ts";

type Move = Parameters<MoneyWriting["moveMoney"]>[2];

function draftOf(occasion: Occasion, { kind, amount }: Move): JournalDraft {
  switch (kind) {
    case "deposit":
      return deposit(occasion, amount);
    case "bank-fee":
      return bankFee(occasion, amount);
    case "reserve-cash":
      return reserveFunding(occasion, { amount, into: "cash" });
    case "reserve-bank":
      return reserveFunding(occasion, { amount, into: "bank" });
  }
}

function moveMoney(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  move: Move,
): Promise<OrderOutcome> {
  const { kind, amount } = move;
  return deskOrder(cloud, order, { school, action: kind, amount }, async (desk) => {
    if (!isAmount(amount)) return refused("invalid", "amount must be whole rupiah");
    if (kind === "deposit" && (await balanceOf(desk.work, school, cashAccount.id)) < amount)
      return refused("funds", "the cash box has less than that");
    const draft = draftOf(await occasionOf(desk, "order"), move);
    await post(desk, draft, { action: kind, object: school, amount });
    return done(null);
  });
}

type Count = {
  readonly id: string;
  readonly device: DeviceId | null;
  readonly expected: Rupiah;
  readonly counted: Rupiah;
};

/** False when the cash box has less than the count says is missing: others paid out meanwhile. */
async function bookCount(desk: DeskWork, count: Count): Promise<boolean> {
  const { id, device, expected, counted } = count;
  const short = device === null ? expected - counted : 0;
  if ((await balanceOf(desk.work, desk.school, cashAccount.id)) < short) return false;
  const occasion = await occasionOf(desk, "cash-count", id);
  const draft = cashCount(occasion, { drawer: device, expected, counted });
  const about = { action: "cash-count", object: device ?? "cash", amount: counted };
  if (draft !== null) await post(desk, draft, about);
  return true;
}

/** The drawer's terminal, if it is one of the school. */
async function drawerOf({ work, school }: DeskWork, device: string): Promise<DeviceId | null> {
  const row = await work.db
    .selectFrom("device")
    .select("id")
    .where("school", "=", school)
    .where("id", "=", device as DeviceId)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** A new count takes the place of one that nobody explained; both stay on record. */
async function replaceOpen({ work, school }: DeskWork, device: DeviceId | null): Promise<void> {
  await work.db
    .updateTable("cash_count")
    .set({ state: "replaced" })
    .where("school", "=", school)
    .where("state", "=", "open")
    .where("device", device === null ? "is" : "=", device)
    .execute();
}

function countCash(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  asked: { readonly device: string | null; readonly counted: Rupiah },
): Promise<OrderOutcome<Counted>> {
  const { counted } = asked;
  const what = { school, action: "count-cash", ...asked };
  return deskOrder(cloud, order, what, async (desk) => {
    const { work, actor } = desk;
    if (counted !== 0 && !isAmount(counted)) return refused("invalid", "amount in whole rupiah");
    const device = asked.device === null ? null : await drawerOf(desk, asked.device);
    if (asked.device !== null && device === null) return refused("not-found", "no such terminal");
    const account = device === null ? cashAccount : drawerAccount(device);
    const expected = rupiah(await balanceOf(work, school, account.id));
    const count: Count = { id: newId("cnt", work.entropy), device, expected, counted };
    await replaceOpen(desk, device);
    const isOpen = expected !== counted;
    await work.db
      .insertInto("cash_count")
      .values({
        school,
        ...count,
        actor,
        at: work.now,
        state: isOpen ? "open" : "booked",
        reason: null,
      })
      .execute();
    await appendAudit(work, school, {
      actor,
      action: "count-cash",
      object: count.id,
      detail: { expected, counted },
    });
    if (!isOpen) await bookCount(desk, count);
    return done({ count: count.id, isOpen, expected, counted });
  });
}

function explainCount(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  given: { readonly count: string; readonly reason: string },
): Promise<OrderOutcome> {
  const { count, reason } = given;
  const what = { school, action: "explain-count", count, reason };
  return deskOrder(cloud, order, what, async (desk) => {
    if (!isReason(reason)) return refused("invalid", "a difference needs a reason");
    const row = await desk.work.db
      .selectFrom("cash_count")
      .selectAll()
      .where("school", "=", school)
      .where("id", "=", count)
      .executeTakeFirst();
    if (row === undefined) return refused("not-found", "no such count");
    if (row.state !== "open") return refused("already-exists", "this count is answered");
    if (!(await bookCount(desk, row))) return refused("funds", "count the cash box again");
    await desk.work.db
      .updateTable("cash_count")
      .set({ state: "booked", reason })
      .where("school", "=", school)
      .where("id", "=", count)
      .execute();
    return done(null);
  });
}

export function cashOrders(
  cloud: Cloud,
): Pick<MoneyWriting, "moveMoney" | "countCash" | "explainCount"> {
  return {
    moveMoney: (order, school, move) => moveMoney(cloud, order, school, move),
    countCash: (order, school, count) => countCash(cloud, order, school, count),
    explainCount: (order, school, given) => explainCount(cloud, order, school, given),
  };
}
