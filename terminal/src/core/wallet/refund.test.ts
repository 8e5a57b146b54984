import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rupiah, type Rupiah } from "@saku/protocol";
import { decideRefund, refundableOf, type RefundFacts } from "./refund.ts";

const sale = (amount: number, refunded = 0, isVoided = false): RefundFacts["sale"] => ({
  amount: rupiah(amount),
  refunded: rupiah(refunded),
  isVoided,
});
const facts = (changes: Partial<RefundFacts> = {}): RefundFacts => ({
  isReady: true,
  isDayClosed: false,
  sale: sale(5_000),
  ...changes,
});
const reasonOf = (of: RefundFacts, amount: Rupiah): string => {
  const decision = decideRefund(of, amount);
  return decision.kind === "refused" ? decision.reason : decision.kind;
};

describe("a refund", () => {
  it("[W27] gives back the whole or a part, and says what is left", () => {
    expect(decideRefund(facts(), rupiah(5_000))).toEqual({ kind: "refund", left: 0 });
    expect(decideRefund(facts({ sale: sale(5_000, 1_000) }), rupiah(3_000))).toEqual({
      kind: "refund",
      left: 1_000,
    });
  });

  it("[W27] names the first check that fails, in the order of the rule", () => {
    const broken = { isReady: false, isDayClosed: true, sale: null };
    expect(reasonOf(facts(broken), rupiah(1))).toBe("terminal-not-ready");
    expect(reasonOf(facts({ ...broken, isReady: true }), rupiah(1))).toBe("day-closed");
    expect(reasonOf(facts({ sale: null }), rupiah(1))).toBe("unknown-sale");
    expect(reasonOf(facts({ sale: sale(5_000, 0, true) }), rupiah(9_000))).toBe("already-voided");
    expect(reasonOf(facts({ sale: sale(5_000, 4_000) }), rupiah(1_001))).toBe("too-much");
  });

  it("[W27] however often, never gives back more than the sale", () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 9_000 }).map(rupiah), { maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), amounts, (price, wishes) => {
        let refunded = 0;
        for (const wish of wishes) {
          const decision = decideRefund(facts({ sale: sale(price, refunded) }), wish);
          if (decision.kind === "refund") refunded += wish;
          const known = { amount: rupiah(price), refunded: rupiah(refunded), isVoided: false };
          if (decision.kind === "refund") expect(decision.left).toBe(refundableOf(known));
          else expect(wish).toBeGreaterThan(price - refunded);
        }
        expect(refunded).toBeLessThanOrEqual(price);
      }),
    );
  });
});
