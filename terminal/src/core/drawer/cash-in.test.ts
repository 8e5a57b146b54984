import { describe, expect, it } from "vitest";
import { rupiah, schoolDay } from "@saku/protocol";
import { CASH_IN_MAX, refusalOfCash, type CashInFacts } from "./cash-in.ts";
import { closingOf } from "./closing.ts";

const facts = (changes: Partial<CashInFacts> = {}): CashInFacts => ({
  isReady: true,
  isDayClosed: false,
  student: { isActive: true },
  ...changes,
});

describe("cash for a child", () => {
  it("[W29] is taken up to what one hand-over may be", () => {
    expect(refusalOfCash(facts(), CASH_IN_MAX)).toBeNull();
    expect(refusalOfCash(facts(), rupiah(CASH_IN_MAX + 1))).toBe("too-much");
  });

  it("[W29] names the first check that fails, in the order of the rule", () => {
    const broken = { isReady: false, isDayClosed: true, student: null };
    expect(refusalOfCash(facts(broken), CASH_IN_MAX)).toBe("terminal-not-ready");
    expect(refusalOfCash(facts({ ...broken, isReady: true }), CASH_IN_MAX)).toBe("day-closed");
    const tooMuch = rupiah(CASH_IN_MAX + 1);
    expect(refusalOfCash(facts({ student: null }), tooMuch)).toBe("unknown-student");
    expect(refusalOfCash(facts({ student: { isActive: false } }), tooMuch)).toBe("unknown-student");
  });
});

describe("the difference of a count", () => {
  it("[W31] is what was counted less what was expected, also below nothing", () => {
    const day = schoolDay(20261123);
    expect(closingOf(day, rupiah(30_000), rupiah(20_000)).difference).toBe(10_000);
    expect(closingOf(day, rupiah(0), rupiah(20_000)).difference).toBe(-20_000);
  });
});
