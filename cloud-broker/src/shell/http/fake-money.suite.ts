// A money desk in memory with a little of everything, for tests of the pages only.
import { rupiah, schoolDay, unixMs } from "@saku/protocol";
import type { ZTotals } from "../../core/ledger/z-report.ts";
import type { GuardedOrder, MoneyDesk } from "./money-desk.ts";
import type { Order, OrderOutcome } from "./office.ts";

const day = schoolDay(20261123);
const at = unixMs(Date.UTC(2026, 10, 23, 3, 5));
const none = { count: 0, total: rupiah(0) };
const totals: ZTotals = {
  sale: { count: 41, total: rupiah(412_000) },
  void: none,
  refund: none,
  "emergency-sale": none,
  "cash-in": { count: 2, total: rupiah(70_000) },
};

const overview = {
  cash: rupiah(1_250_000),
  bank: 8_400_000,
  clearing: [{ provider: "midtrans", balance: 350_000 }],
  drawers: [{ device: "trm-sri", name: "Kasir 1", balance: rupiah(70_000), unsentCount: 3 }],
  children: rupiah(7_215_500),
  stalls: 1_854_500,
  held: rupiah(12_000),
  reserve: 990_000,
  unclaimed: rupiah(0),
  losses: 2_000,
  sealedThrough: schoolDay(20261031),
  todo: {
    suspenseCount: 2,
    disputeCount: 1,
    overdueCount: 0,
    approvalCount: 1,
    openCountCount: 0,
    zCount: 1,
  },
};

const stall = {
  merchant: "mer-sri",
  name: "Kantin Bu Sri",
  payable: 824_500,
  held: rupiah(12_000),
  blocked: rupiah(412_000),
  settleable: rupiah(412_500),
  lastSettledAtMs: at,
};

const EMPTY: MoneyDesk["reading"] = {
  overview: async () => ({ ...overview, drawers: [], clearing: [] }),
  stalls: async () => [],
  statement: async () => null,
  disputes: async () => [],
  oversold: async () => [],
  found: async () => [],
  zReports: async () => [],
  counts: async () => [],
  approvals: async () => [],
  salesOf: async () => [],
  ledger: async () => [],
};

const FULL: MoneyDesk["reading"] = {
  overview: async () => overview,
  stalls: async () => [stall],
  statement: async (_school, merchant) =>
    merchant === stall.merchant
      ? {
          merchant,
          name: stall.name,
          opening: 200_000,
          lines: [
            {
              seq: 7,
              journal: "jnl-7",
              day,
              happenedOn: schoolDay(20261031),
              recipe: "sale",
              debit: rupiah(0),
              credit: rupiah(624_500),
              balance: 824_500,
            },
          ],
          closing: 824_500,
          settlements: [{ id: "stl-1", amount: rupiah(500_000), from: "cash", atMs: at, day }],
        }
      : null,
  disputes: async () => [
    {
      dispute: "dsp-1",
      sale: "e1",
      merchantName: stall.name,
      childName: "Aisyah",
      className: "5A",
      saleDay: day,
      saleAmount: rupiah(12_000),
      amount: rupiah(12_000),
      reason: "tidak pernah diambil",
      dueDay: schoolDay(20261207),
      isOverdue: false,
      state: "open",
      toChild: rupiah(0),
      toStall: rupiah(0),
      toChildMax: rupiah(12_000),
    },
  ],
  oversold: async () => [
    {
      sale: "e2",
      terminalName: "Kasir 1",
      merchantName: stall.name,
      day,
      saleAmount: rupiah(9_000),
      amount: rupiah(4_000),
    },
  ],
  found: async () => [
    { id: "f1", source: "Kasir 1", amount: rupiah(20_000), reason: "unknown-student", day },
  ],
  zReports: async () => [
    {
      event: "z1",
      terminalName: "Kasir 1",
      day,
      signed: totals,
      differences: [{ kind: "sale", signed: 412_000, booked: 400_000 }],
      isEqual: false,
      isAccepted: false,
      grandTotal: rupiah(9_000_000),
      cashCounted: null,
      receivedAtMs: at,
    },
  ],
  counts: async () => [
    {
      count: "cnt-1",
      terminalName: null,
      expected: rupiah(1_250_000),
      counted: rupiah(1_248_000),
      state: "open",
      reason: null,
      atMs: at,
    },
  ],
  approvals: async () => [
    {
      approval: "apr-1",
      action: "withdrawal",
      amount: rupiah(750_000),
      askedBy: "tu.melati.2",
      askedAtMs: at,
      isOwn: false,
    },
  ],
  salesOf: async () => [
    {
      sale: "e1",
      merchantName: stall.name,
      day,
      atMs: at,
      amount: rupiah(12_000),
      refundable: rupiah(12_000),
    },
  ],
  ledger: async () => [],
};

/** Reads as `school` sees it; orders are noted as text, once per key. */
export function fakeMoney(school: string, orders: string[]): MoneyDesk {
  const keys = new Set<string>();
  const once = <T>(order: Order, text: string, value: T): Promise<OrderOutcome<T>> => {
    if (!keys.has(order.idempotencyKey)) orders.push(text);
    keys.add(order.idempotencyKey);
    return Promise.resolve({ kind: "done", value });
  };
  const reading = Object.fromEntries(
    Object.keys(FULL).map((name) => [
      name,
      (asked: string, ...rest: readonly unknown[]) => {
        const from = (asked === school ? FULL : EMPTY) as unknown as Record<
          string,
          (...all: readonly unknown[]) => unknown
        >;
        return from[name]?.(asked, ...rest);
      },
    ]),
  ) as unknown as MoneyDesk["reading"];
  const isBig = (what: GuardedOrder): boolean => "amount" in what && what.amount > 500_000;
  return {
    reading,
    writing: {
      guarded: (order, _school, what) =>
        once(order, Object.values(what).join(" "), { state: isBig(what) ? "waiting" : "done" }),
      answer: (order, _school, { approval, agrees }) =>
        once(order, `answer ${approval} ${agrees}`, null),
      countCash: (order, _school, { device, counted }) =>
        once(order, `count ${device ?? "cash"} ${counted}`, {
          count: "cnt-1",
          isOpen: true,
          expected: rupiah(1_250_000),
          counted,
        }),
      explainCount: (order, _school, { count, reason }) =>
        once(order, `explain ${count} ${reason}`, null),
      moveMoney: (order, _school, { kind, amount }) => once(order, `${kind} ${amount}`, null),
      settle: (order, _school, { merchant, amount, from }) =>
        once(order, `settle ${merchant} ${amount} ${from}`, { settlement: "stl-2" }),
      openDispute: (order, { sale, amount }) =>
        once(order, `dispute ${sale} ${amount}`, { dispute: "dsp-2" }),
      decideDispute: (order, _school, { dispute, toChild }) =>
        once(order, `decide ${dispute} ${toChild}`, null),
      acceptZ: (order, _school, { event }) => once(order, `accept ${event}`, null),
      sealPeriod: (order, _school, through) => once(order, `seal ${through}`, null),
      createTopUp: (order) => once(order, "top-up", { orderRef: "top-1" }),
      recordPayout: (order) => once(order, "payout", null),
    },
  };
}
