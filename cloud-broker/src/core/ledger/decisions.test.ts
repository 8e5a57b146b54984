import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addSchoolDays, rupiah, schoolDay, studentId } from "@saku/protocol";
import { decidePayment, type Payment, type PendingTopUp } from "./payment.ts";
import { postingDay, sealRefusal } from "./period.ts";
import {
  disputeToChildMax,
  isVoidable,
  refundableToChild,
  shareRefund,
  type SaleMoney,
} from "./refund.ts";
import { ALONE_MAX, approvalRefusal, needsSecondPerson } from "./second-person.ts";
import { disputeDueDay, settleable } from "./settlement.ts";
import { zDifferences, Z_KINDS, type ZTotals } from "./z-report.ts";

const day = schoolDay(20261123);
const fresh = (amount: number, covered: number): SaleMoney => ({
  amount: rupiah(amount),
  covered: rupiah(covered),
  refundedToChild: rupiah(0),
  refundedToOther: rupiah(0),
  disputed: rupiah(0),
  isVoided: false,
});

describe("what may be given back of a sale", () => {
  it("[L11] refunds, disputes and their decisions together never exceed the sale", () => {
    const step = fc.record({
      kind: fc.constantFrom("refund", "dispute", "decide"),
      amount: fc.integer({ min: 1, max: 9_000 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.nat(100),
        fc.array(step, { maxLength: 20 }),
        (amount, percent, steps) => {
          let sale = fresh(amount, Math.floor((amount * percent) / 100));
          for (const { kind, amount: asked } of steps) sale = applied(sale, kind, rupiah(asked));
          expect(sale.refundedToChild + sale.disputed).toBeLessThanOrEqual(sale.covered);
          expect(sale.refundedToOther).toBeLessThanOrEqual(sale.amount - sale.covered);
        },
      ),
    );
  });

  it("[L11] the child comes first, then whoever bore what no lease covered", () => {
    const sale = fresh(5_000, 3_000);
    expect(shareRefund(sale, rupiah(2_000))).toEqual({ toChild: 2_000, toOther: 0 });
    expect(shareRefund(sale, rupiah(4_000))).toEqual({ toChild: 3_000, toOther: 1_000 });
    expect(shareRefund(sale, rupiah(5_001))).toBeNull();
    expect(shareRefund(sale, rupiah(0))).toBeNull();
    expect(shareRefund({ ...sale, disputed: rupiah(3_000) }, rupiah(2_001))).toBeNull();
  });

  it("[L11] a voided sale gives nothing more, and a refunded one cannot be voided", () => {
    const sale = fresh(5_000, 5_000);
    expect(shareRefund({ ...sale, isVoided: true }, rupiah(1))).toBeNull();
    expect(isVoidable(sale)).toBe(true);
    expect(isVoidable({ ...sale, isVoided: true })).toBe(false);
    expect(isVoidable({ ...sale, refundedToChild: rupiah(1) })).toBe(false);
    expect(isVoidable({ ...sale, refundedToOther: rupiah(1) })).toBe(false);
  });

  it("[T3] what a void gave back already does not go to the child again by a dispute", () => {
    const sale = { ...fresh(5_000, 5_000), disputed: rupiah(2_000) };
    expect(disputeToChildMax(sale, rupiah(2_000))).toBe(2_000);
    expect(disputeToChildMax({ ...sale, isVoided: true }, rupiah(2_000))).toBe(0);
  });
});

function applied(sale: SaleMoney, kind: string, asked: ReturnType<typeof rupiah>): SaleMoney {
  if (kind === "refund") {
    const share = shareRefund(sale, asked);
    if (share === null) return sale;
    return {
      ...sale,
      refundedToChild: rupiah(sale.refundedToChild + share.toChild),
      refundedToOther: rupiah(sale.refundedToOther + share.toOther),
    };
  }
  if (kind === "dispute") {
    if (asked > refundableToChild(sale)) return sale;
    return { ...sale, disputed: rupiah(sale.disputed + asked) };
  }
  const held = sale.disputed;
  const toChild = disputeToChildMax(sale, held);
  return {
    ...sale,
    disputed: rupiah(0),
    refundedToChild: rupiah(sale.refundedToChild + toChild),
  };
}

describe("payments", () => {
  const paid: Payment = {
    provider: "midtrans",
    payment: "p1",
    orderRef: "o1",
    amount: rupiah(50_000),
  };
  const order: PendingTopUp = {
    topUp: "top-1",
    student: studentId("stu-a"),
    expected: rupiah(50_000),
    state: "pending",
  };

  it("[L13] only the exact amount of an order that is not settled becomes the child's", () => {
    expect(decidePayment(paid, order)).toEqual({ kind: "settle", topUp: order });
    expect(decidePayment(paid, { ...order, state: "failed" }).kind).toBe("settle");
    expect(decidePayment(paid, null)).toEqual({ kind: "suspense", reason: "unknown-order" });
    expect(decidePayment(paid, { ...order, state: "settled" })).toEqual({
      kind: "suspense",
      reason: "already-settled",
    });
    for (const amount of [49_999, 50_001])
      expect(decidePayment({ ...paid, amount: rupiah(amount) }, order)).toEqual({
        kind: "suspense",
        reason: "amount-differs",
      });
  });
});

describe("periods", () => {
  it("[L14] what comes late enters the first open day, never a sealed one", () => {
    fc.assert(
      fc.property(fc.integer({ min: -40, max: 40 }), (offset) => {
        const asked = addSchoolDays(day, offset);
        const posted = postingDay(asked, day);
        expect(posted).toBeGreaterThan(day);
        expect(posted).toBe(offset > 0 ? asked : addSchoolDays(day, 1));
        expect(postingDay(asked, null)).toBe(asked);
      }),
    );
  });

  it("[L14] a period is sealed forwards and never through today", () => {
    const before = addSchoolDays(day, -1);
    expect(sealRefusal(day, null, day)).toBe("not-over");
    expect(sealRefusal(before, null, day)).toBeNull();
    expect(sealRefusal(before, before, day)).toBe("already-sealed");
    expect(sealRefusal(before, addSchoolDays(day, -2), day)).toBeNull();
  });
});

describe("second persons", () => {
  it("[L16] one person alone gives away at most the limit of the order", () => {
    for (const [action, max] of Object.entries(ALONE_MAX) as [keyof typeof ALONE_MAX, number][]) {
      expect(needsSecondPerson(action, rupiah(max))).toBe(false);
      expect(needsSecondPerson(action, rupiah(max + 1))).toBe(true);
    }
  });

  it("[L16] nobody agrees with themselves, and an answer is final", () => {
    expect(approvalRefusal({ askedBy: "a", isOpen: true }, "a")).toBe("same-person");
    expect(approvalRefusal({ askedBy: "a", isOpen: false }, "b")).toBe("already-answered");
    expect(approvalRefusal({ askedBy: "a", isOpen: true }, "b")).toBeNull();
  });
});

describe("settlement", () => {
  it("[T1] pays at most what is owed and not held or blocked, and never a debt", () => {
    expect(settleable({ payable: 9_000, blocked: rupiah(0) })).toBe(9_000);
    expect(settleable({ payable: 9_000, blocked: rupiah(2_500) })).toBe(6_500);
    expect(settleable({ payable: 2_000, blocked: rupiah(2_500) })).toBe(0);
    expect(settleable({ payable: -1_000, blocked: rupiah(0) })).toBe(0);
  });

  it("[T3] a dispute is due two weeks after it was opened", () => {
    expect(disputeDueDay(day)).toBe(20261207);
  });

  it("[T2] a Z report differs where a count or a total does", () => {
    const totals = (sale: number, count: number): ZTotals =>
      Object.fromEntries(
        Z_KINDS.map((kind) => [
          kind,
          kind === "sale" ? { count, total: rupiah(sale) } : { count: 0, total: rupiah(0) },
        ]),
      ) as unknown as ZTotals;
    expect(zDifferences(totals(500, 2), totals(500, 2))).toEqual([]);
    expect(zDifferences(totals(500, 2), totals(400, 2))).toEqual([
      { kind: "sale", signed: 500, booked: 400 },
    ]);
    expect(zDifferences(totals(500, 2), totals(500, 1))).toEqual([
      { kind: "sale", signed: 2, booked: 1 },
    ]);
  });
});
