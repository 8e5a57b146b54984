import { assert, fromHex, must, toHex, type Rupiah } from "@saku/protocol";
import { refusalOfCash, type CashInOrder, type CashInOutcome } from "../../core/drawer/cash-in.ts";
import type { OperatorDesk, RefundableSale } from "../../core/drawer/operator-desk.ts";
import {
  decideRefund,
  refundableOf,
  type RefundOrder,
  type RefundOutcome,
} from "../../core/wallet/refund.ts";
import { cashTaken, dayClosed, faultReported, saleRefunded } from "../../events.ts";
import {
  cashInOfPress,
  insertCashIn,
  insertRefund,
  readCount,
  refundedOf,
  refundOfPress,
} from "../store/drawer-store.ts";
import { readHead, type StoredEvent } from "../store/journal-store.ts";
import type { Append } from "../store/journal.ts";
import { newestStanding, readSale } from "../store/money-store.ts";
import { readStall, readStudent } from "../store/register-store.ts";
import { DiskFailedError, type Sql, type WritableSql } from "../store/sqlite.ts";
import { closeDay, readClosing, rollDay } from "./day-roll.ts";
import type { SaleDeskParts } from "./sale-desk.ts";

type Scope = { readonly tx: WritableSql; readonly append: Append };
type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

const DISK_FAILED = { kind: "refused", reason: "disk-failed" } as const;
const PRESS_REUSED = { kind: "refused", reason: "press-reused" } as const;

/** Refunds, cash and the end of the day, each in its turn behind the sales. */
export function operatorDesk(parts: SaleDeskParts, inTurn: InTurn): OperatorDesk {
  const onDisk = <T>(work: () => Promise<T>): Promise<T | typeof DISK_FAILED> =>
    inTurn(() =>
      work().catch((error: unknown) => {
        if (!(error instanceof DiskFailedError)) throw error;
        faultReported(parts.log, error);
        return DISK_FAILED;
      }),
    );
  return {
    refund: (order) => onDisk(() => refund(parts, order)),
    cashIn: (order) => onDisk(() => cashIn(parts, order)),
    refundableSales: (limit) => refundableSales(parts.database.read, limit),
    closeDay: (counted) =>
      onDisk(async () => {
        const closing = await closeDay(parts.journal, parts.clock, counted);
        dayClosed(parts.log, closing);
        return { kind: "closed", ...closing };
      }),
    async closing() {
      const { day } = await readHead(parts.database.read);
      return day === null ? null : readClosing(parts.database.read, day);
    },
  };
}

async function stateOf(
  sql: Sql,
  parts: SaleDeskParts,
): Promise<{ readonly isReady: boolean; readonly isDayClosed: boolean }> {
  const day = must((await readHead(sql)).day, "An order before the first school day was opened");
  return {
    isReady: !parts.askLine.isStopped && (await readStall(sql)) !== null,
    isDayClosed: (await readCount(sql, day)) !== null,
  };
}

async function refund(parts: SaleDeskParts, order: RefundOrder): Promise<RefundOutcome> {
  assert(order.amount > 0, "A refund of nothing");
  await rollDay(parts.journal, parts.clock);
  const outcome = await parts.journal.commit(
    async (tx, append) =>
      (await sameRefund(tx, order)) ?? (await newRefund({ tx, append }, parts, order)),
  );
  saleRefunded(parts.log, {
    saleId: order.saleId,
    amount: order.amount,
    reason: order.reason,
    outcome: outcome.kind === "refunded" ? "refunded" : outcome.reason,
  });
  return outcome;
}

async function moneyOf(
  sql: Sql,
  saleId: string,
): Promise<Parameters<typeof refundableOf>[0] | null> {
  const sale = await readSale(sql, saleId);
  if (sale === null) return null;
  const isVoided = sale.voidedBy !== null;
  return { amount: sale.amount, isVoided, refunded: await refundedOf(sql, saleId) };
}

/** The press has been answered before: the same answer again, or none for other words (W30). */
async function sameRefund(sql: Sql, order: RefundOrder): Promise<RefundOutcome | null> {
  const known = await refundOfPress(sql, order.press);
  if (known === null) return null;
  const { saleId, amount, reason } = order;
  if (known.sale !== saleId || known.amount !== amount || known.reason !== reason)
    return PRESS_REUSED;
  const left = refundableOf(must(await moneyOf(sql, saleId), "A refund outlived its sale"));
  return { kind: "refunded", refundId: known.id, saleId, amount, left };
}

async function newRefund(
  { tx, append }: Scope,
  parts: SaleDeskParts,
  order: RefundOrder,
): Promise<RefundOutcome> {
  const { press, saleId, amount, reason } = order;
  const facts = { ...(await stateOf(tx, parts)), sale: await moneyOf(tx, saleId) };
  const decision = decideRefund(facts, amount);
  if (decision.kind === "refused") return decision;
  const of = must(fromHex(saleId), "A sale id that is not hexadecimal");
  const stored = await append({ type: "refund", of, amount, reason });
  await insertRefund(tx, { ...placeOf(stored, press), sale: saleId, amount, reason });
  return { kind: "refunded", refundId: toHex(stored.id), saleId, amount, left: decision.left };
}

async function cashIn(parts: SaleDeskParts, order: CashInOrder): Promise<CashInOutcome> {
  assert(order.amount > 0, "Cash of nothing");
  await rollDay(parts.journal, parts.clock);
  const outcome = await parts.journal.commit(
    async (tx, append) =>
      (await sameCash(tx, order)) ?? (await newCash({ tx, append }, parts, order)),
  );
  cashTaken(parts.log, {
    amount: order.amount,
    outcome: outcome.kind === "taken" ? "taken" : outcome.reason,
  });
  return outcome;
}

async function sameCash(sql: Sql, order: CashInOrder): Promise<CashInOutcome | null> {
  const known = await cashInOfPress(sql, order.press);
  if (known === null) return null;
  const { student, amount } = order;
  if (known.student !== student || known.amount !== amount) return PRESS_REUSED;
  return taken(sql, order, known.id);
}

async function newCash(
  { tx, append }: Scope,
  parts: SaleDeskParts,
  order: CashInOrder,
): Promise<CashInOutcome> {
  const { press, student, amount } = order;
  const facts = { ...(await stateOf(tx, parts)), student: await readStudent(tx, student) };
  const reason = refusalOfCash(facts, amount);
  if (reason !== null) return { kind: "refused", reason };
  const stored = await append({ type: "cash-in", student, amount });
  await insertCashIn(tx, { ...placeOf(stored, press), student, amount });
  return taken(tx, order, toHex(stored.id));
}

async function taken(
  sql: Sql,
  { student, amount }: { readonly student: CashInOrder["student"]; readonly amount: Rupiah },
  cashInId: string,
): Promise<CashInOutcome> {
  const { firstName } = must(await readStudent(sql, student), "Cash for nobody");
  return { kind: "taken", cashInId, student, firstName, amount };
}

function placeOf(
  { event, id }: StoredEvent,
  press: string,
): Pick<Parameters<typeof insertCashIn>[1], "id" | "press" | "inc" | "n" | "day" | "atMs"> {
  const { inc, n, day, at } = event;
  return { id: toHex(id), press, inc, n, day, atMs: at };
}

async function refundableSales(sql: Sql, limit: number): Promise<readonly RefundableSale[]> {
  const sales: RefundableSale[] = [];
  for (const sale of await newestStanding(sql, limit)) {
    const { id, day, atMs, amount, firstName, method } = sale;
    const refunded = await refundedOf(sql, id);
    const left = refundableOf({ amount, refunded, isVoided: false });
    if (left > 0) sales.push({ saleId: id, day, atMs, amount, firstName, method, left });
  }
  return sales;
}
