import {
  assert,
  fromHex,
  must,
  toHex,
  type HubRefusal,
  type Rupiah,
  type Spend,
  type SchoolDay,
  type Timers,
  type VoidReason,
} from "@saku/protocol";
import { NO_LIMITS } from "../../core/wallet/child-limits.ts";
import { restoreLease, returnLease, spendLease } from "../../core/wallet/lease.ts";
import {
  decideSale,
  decideVoid,
  type SaleDecision,
  type SaleFacts,
} from "../../core/wallet/wallet.ts";
import type { OperatorDesk } from "../../core/drawer/operator-desk.ts";
import type {
  RecentSale,
  SaleDesk,
  SaleOrder,
  SaleOutcome,
  SaleRefusal,
  VoidOutcome,
} from "../../core/wallet/sale-desk.ts";
import { faultReported, saleBooked, saleRefused, saleVoided } from "../../events.ts";
import type { Clock } from "../clock/clock.ts";
import type { HubLine } from "../hub/hub-line.ts";
import type { Log } from "../log/log.ts";
import { refundedOf } from "../store/drawer-store.ts";
import { addToGrandTotal, readHead } from "../store/journal-store.ts";
import type { Append, Journal } from "../store/journal.ts";
import { readLimits, soldOn } from "../store/limit-store.ts";
import {
  activeLeases,
  insertSale,
  markSaleShown,
  markVoided,
  newestSales,
  readLease,
  readSale,
  spendsOf,
  unshownSale,
  updateLease,
  type ListedSale,
} from "../store/money-store.ts";
import { readStall, readStudent } from "../store/register-store.ts";
import { DiskFailedError, type Database, type Sql, type WritableSql } from "../store/sqlite.ts";
import type { AskAnswer, AskLine } from "./ask-line.ts";
import { rollDay } from "./day-roll.ts";
import { emergencyRoom, serveEmergency } from "./emergency-desk.ts";
import { operatorDesk } from "./operator-desk.ts";

/** The desk, and what the counter needs after a crash between commit and screen. */
export interface TerminalSaleDesk extends SaleDesk, OperatorDesk {
  /** The newest sale of the day that no screen has confirmed: "recorded, deliver or void?". */
  lastUnconfirmedSale(): Promise<RecentSale | null>;
  /** The screen has shown the sale; the operator's 60 seconds count from the sale. */
  markShown(saleId: string): Promise<void>;
  /** A meal that the school's reserve pays, privately. */
  serveEmergency(order: SaleOrder): Promise<SaleOutcome>;
  /** What one such meal may cost now; 0 = none is offered. */
  emergencyRoom(): Promise<Rupiah>;
}

export type SaleDeskParts = {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly askLine: AskLine;
  readonly askTimeoutMs: number;
  readonly hubLine: Pick<HubLine, "ask">;
  readonly log: Log;
};

type Attempt =
  | {
      readonly kind: "booked";
      readonly outcome: Extract<SaleOutcome, { kind: "sold" }>;
      readonly decideMs: number;
    }
  | { readonly kind: "open"; readonly decision: Exclude<SaleDecision, { kind: "sell" }> };
type Short = {
  readonly kind: "open";
  readonly decision: Extract<SaleDecision, { kind: "short" }>;
};
type Try = Attempt | { readonly kind: "over"; readonly reason: SaleRefusal };
type Wanted = { readonly order: SaleOrder; readonly day: SchoolDay };

const isShort = (tried: Try): tried is Short =>
  tried.kind === "open" && tried.decision.kind === "short";

/** What the hub knows better than this stall, and the cloud not better than the hub. */
const FINAL_REFUSALS_OF_HUB: Readonly<Partial<Record<HubRefusal, SaleRefusal>>> = {
  frozen: "frozen",
  limit: "limit",
};

const REFUSAL_OF_ASK: Readonly<
  Record<Extract<AskAnswer, { kind: "refused" }>["reason"], SaleRefusal>
> = {
  funds: "funds",
  limit: "limit",
  frozen: "frozen",
  "unknown-student": "unknown-student",
  "held-elsewhere": "held-elsewhere",
  // The cloud lives in another school day: nothing can be lent until the clocks agree.
  "wrong-day": "terminal-not-ready",
};

export function createSaleDesk(parts: SaleDeskParts): TerminalSaleDesk {
  let queue: Promise<unknown> = Promise.resolve();
  /** One sale, void or refund at a time: a lease must not be promised to two customers. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  }

  return {
    sell: (order) =>
      inTurn(() =>
        sell(parts, order).catch((error: unknown) => {
          if (!(error instanceof DiskFailedError)) throw error;
          faultReported(parts.log, error);
          return refuse(parts, "disk-failed");
        }),
      ),
    serveEmergency: (order) =>
      inTurn(() =>
        serveEmergency(parts, order).catch((error: unknown) => {
          if (!(error instanceof DiskFailedError)) throw error;
          faultReported(parts.log, error);
          return refuse(parts, "disk-failed");
        }),
      ),
    emergencyRoom: () => emergencyRoom(parts),
    ...operatorDesk(parts, inTurn),
    voidSale: (saleId, reason) =>
      inTurn(() =>
        voidSale(parts, saleId, reason).catch((error: unknown) => {
          if (!(error instanceof DiskFailedError)) throw error;
          return { kind: "refused", reason: "disk-failed" };
        }),
      ),
    async recentSales(limit) {
      const { day } = await readHead(parts.database.read);
      if (day === null) return [];
      return (await newestSales(parts.database.read, day, limit)).map(recentSale);
    },
    async lastUnconfirmedSale() {
      const { day } = await readHead(parts.database.read);
      const sale = day === null ? null : await unshownSale(parts.database.read, day);
      return sale === null ? null : recentSale(sale);
    },
    async markShown(saleId) {
      await parts.database.transaction((tx) => markSaleShown(tx, saleId, parts.clock.nowMs()));
    },
  };
}

function refuse(parts: SaleDeskParts, reason: SaleRefusal): SaleOutcome {
  saleRefused(parts.log, { reason });
  return { kind: "refused", reason };
}

async function sell(parts: SaleDeskParts, order: SaleOrder): Promise<SaleOutcome> {
  assert(order.amount > 0, "A sale of nothing");
  const day = await rollDay(parts.journal, parts.clock);
  const first = await attempt(parts, order);
  if (!isShort(first)) return settled(parts, first, 0);
  const startMs = parts.timers.nowMs();
  const wanted = { order, day };
  const second = await throughHub(parts, wanted, first);
  const last = isShort(second) ? await throughCloud(parts, wanted, second) : second;
  return settled(parts, last, parts.timers.nowMs() - startMs);
}

function settled(parts: SaleDeskParts, last: Try, askMs: number): SaleOutcome {
  if (last.kind === "booked") return booked(parts, last.outcome, askMs);
  if (last.kind === "over") return refuse(parts, last.reason);
  return refuse(parts, last.decision.kind === "refused" ? last.decision.reason : "funds");
}

/** A question of an earlier sale may be answered first (H7); then the rest is asked for. */
const HUB_TRIES = 2;

/** The hub is nearer than the cloud and is asked first; `short` means that the cloud may still know better. */
async function throughHub(parts: SaleDeskParts, wanted: Wanted, short: Short): Promise<Try> {
  const { student, purse } = wanted.order;
  let open = short;
  for (let tries = 0; tries < HUB_TRIES; tries += 1) {
    const { merchant } = must(await readStall(parts.database.read), "A sale without a stall");
    const need = open.decision.missing;
    const outcome = await parts.hubLine.ask({ student, merchant, purse, day: wanted.day, need });
    if (outcome.kind === "no-answer") return open;
    if (outcome.kind === "refused") {
      const reason = FINAL_REFUSALS_OF_HUB[outcome.reason];
      return reason === undefined ? open : { kind: "over", reason };
    }
    const next = await attempt(parts, wanted.order);
    if (!isShort(next)) return next;
    open = next;
  }
  return open;
}

async function throughCloud(
  parts: SaleDeskParts,
  { order, day }: Wanted,
  { decision }: Short,
): Promise<Try> {
  if (!parts.askLine.isOnline) return { kind: "over", reason: "lease-short-offline" };
  const { student, purse } = order;
  const question = { student, purse, day, need: decision.missing };
  const answer = await parts.askLine.ask(question, parts.askTimeoutMs);
  if (answer.kind === "refused") return { kind: "over", reason: REFUSAL_OF_ASK[answer.reason] };
  // Also without an answer: the grant itself may have come while we waited.
  const next = await attempt(parts, order);
  if (!isShort(next)) return next;
  return { kind: "over", reason: answer.kind === "granted" ? "funds" : "lease-short-offline" };
}

function booked(
  parts: SaleDeskParts,
  outcome: Extract<SaleOutcome, { kind: "sold" }>,
  askMs: number,
): SaleOutcome {
  const timings = { ...outcome.timings, askMs };
  saleBooked(parts.log, { saleId: outcome.saleId, amount: outcome.amount, ...timings });
  return { ...outcome, timings };
}

async function factsOf(sql: Sql, parts: SaleDeskParts, order: SaleOrder): Promise<SaleFacts> {
  const head = await readHead(sql);
  const stall = await readStall(sql);
  const today = must(head.day, "A sale before the first school day was opened");
  return {
    perSale: parts.askLine.isStopped ? null : (stall?.perSale ?? null),
    student: await readStudent(sql, order.student),
    today,
    limits: stall === null ? NO_LIMITS : await readLimits(sql, order.student, stall.merchant),
    soldToday: await soldOn(sql, order.student, today),
    leases: await activeLeases(sql, order.student),
  };
}

/** Fetch, decide and, when leases cover it, book: all in one transaction. */
async function attempt(parts: SaleDeskParts, order: SaleOrder): Promise<Attempt> {
  const startMs = parts.timers.nowMs();
  let decideMs = 0;
  let signMs = 0;
  const result = await parts.journal.commit(async (tx, append): Promise<Attempt> => {
    const facts = await factsOf(tx, parts, order);
    const decision = decideSale(facts, order);
    decideMs = parts.timers.nowMs() - startMs;
    if (decision.kind !== "sell") return { kind: "open", decision };
    const outcome = await book({ tx, append }, order, decision.spends);
    signMs = outcome.timings.signMs;
    return { kind: "booked", outcome, decideMs };
  });
  if (result.kind === "open") return result;
  const commitMs = parts.timers.nowMs() - startMs - decideMs - signMs;
  const timings = { decideMs, askMs: 0, signMs, commitMs };
  return { ...result, outcome: { ...result.outcome, timings } };
}

async function book(
  { tx, append }: { readonly tx: WritableSql; readonly append: Append },
  order: SaleOrder,
  spends: readonly Spend[],
): Promise<Extract<SaleOutcome, { kind: "sold" }>> {
  const stall = must(await readStall(tx), "A sale without a stall");
  const student = must(await readStudent(tx, order.student), "A sale to nobody");
  const { event, id, signMs } = await append({
    type: "sale",
    student: order.student,
    merchant: stall.merchant,
    purse: order.purse,
    amount: order.amount,
    method: order.method,
    spends,
  });
  for (const spend of spends) {
    const lease = must(await readLease(tx, spend.lease), "A spend of an unknown lease");
    await updateLease(tx, spendLease(lease, spend.amount));
  }
  const saleId = toHex(id);
  const sale = { id: saleId, inc: event.inc, n: event.n, day: event.day, atMs: event.at };
  await insertSale(
    tx,
    { ...order, ...sale, shownAtMs: null, voidedBy: null, kind: "sale" },
    spends,
  );
  await addToGrandTotal(tx, order.amount);
  return {
    kind: "sold",
    saleId,
    student: order.student,
    firstName: student.firstName,
    amount: order.amount,
    atMs: event.at,
    timings: { decideMs: 0, askMs: 0, signMs, commitMs: 0 },
  };
}

async function voidSale(
  parts: SaleDeskParts,
  saleId: string,
  reason: VoidReason,
): Promise<VoidOutcome> {
  const today: SchoolDay = await rollDay(parts.journal, parts.clock);
  const outcome = await parts.journal.commit(async (tx, append) => {
    const sale = await readSale(tx, saleId);
    const decision = decideVoid({
      sale:
        sale === null
          ? null
          : {
              ...sale,
              isVoided: sale.voidedBy !== null,
              refunded: await refundedOf(tx, saleId),
              isShown: sale.shownAtMs !== null,
            },
      today,
      nowMs: parts.clock.nowMs(),
    });
    if (decision.kind === "refused") return decision;
    const of = must(fromHex(saleId), "A sale id that is not hexadecimal");
    const { id } = await append({ type: "void", of, amount: decision.amount, reason });
    for (const spend of await spendsOf(tx, saleId)) await putBack({ tx, append }, spend);
    await markVoided(tx, saleId, toHex(id));
    await addToGrandTotal(tx, -decision.amount);
    return decision;
  });
  if (outcome.kind === "voided") saleVoided(parts.log, { saleId, amount: outcome.amount, reason });
  return outcome;
}

async function putBack(
  { tx, append }: { readonly tx: WritableSql; readonly append: Append },
  spend: Spend,
): Promise<void> {
  const lease = must(await readLease(tx, spend.lease), "A void of an unknown lease");
  const restored = restoreLease(lease, spend.amount);
  if (restored.state === "active") {
    await updateLease(tx, restored);
    return;
  }
  const back = returnLease(restored);
  await updateLease(tx, back.lease);
  await append({
    type: "lease-return",
    lease: lease.lease,
    amount: back.amount,
    reason: "requested",
  });
}

function recentSale(sale: ListedSale): RecentSale {
  let state: RecentSale["state"] = "recorded";
  if (sale.voidedBy !== null) state = "voided";
  else if (sale.n <= sale.safe) state = "safe";
  else if (sale.n <= sale.ack) state = "acked";
  return {
    saleId: sale.id,
    atMs: sale.atMs,
    amount: sale.amount,
    firstName: sale.firstName,
    method: sale.method,
    state,
  };
}
