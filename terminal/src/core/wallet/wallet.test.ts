import {
  leaseId,
  rupiah,
  schoolDay,
  studentId,
  unixMs,
  type Purse,
  type Rupiah,
} from "@saku/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptLease, leftOf, restoreLease, returnLease, spendLease, type Lease } from "./lease.ts";
import {
  decideSale,
  decideVoid,
  leasesToReturn,
  returnReasonOf,
  VOID_WINDOW_MS,
  type SaleFacts,
  type SaleWish,
} from "./wallet.ts";
import { NO_LIMITS } from "./child-limits.ts";
import { SPENDS_MAX } from "./payment.ts";

const TODAY = schoolDay(20261123);
const YESTERDAY = schoolDay(20261122);
const CHILD = studentId("stu-1");
const OTHER = studentId("stu-2");

type LeaseSketch = {
  readonly id?: string;
  readonly student?: typeof CHILD;
  readonly purse?: Purse;
  readonly day?: typeof TODAY;
  readonly amount: number;
  readonly spent?: number;
};

let leaseCount = 0;
function lease(sketch: LeaseSketch): Lease {
  leaseCount += 1;
  const granted = acceptLease({
    lease: leaseId(sketch.id ?? `lse-${leaseCount}`),
    student: sketch.student ?? CHILD,
    purse: sketch.purse ?? "snack",
    day: sketch.day ?? TODAY,
    amount: rupiah(sketch.amount),
  });
  return sketch.spent === undefined ? granted : spendLease(granted, rupiah(sketch.spent));
}

function facts(changes: Partial<SaleFacts> = {}): SaleFacts {
  return {
    perSale: rupiah(50_000),
    student: { isActive: true, isFrozen: false },
    today: TODAY,
    limits: NO_LIMITS,
    soldToday: rupiah(0),
    leases: [lease({ amount: 20_000 })],
    ...changes,
  };
}

function wish(amount: number, changes: Partial<SaleWish> = {}): SaleWish {
  return { student: CHILD, purse: "snack", amount: rupiah(amount), ...changes };
}

describe("a sale", () => {
  it.each([
    ["[W1] is refused while there is no stall", { perSale: null }, "terminal-not-ready"],
    ["[W2] is refused to an unknown child", { student: null }, "unknown-student"],
    [
      "[W2] is refused to a child who left",
      { student: { isActive: false, isFrozen: false } },
      "unknown-student",
    ],
    [
      "[W3] is refused to a frozen child",
      { student: { isActive: true, isFrozen: true } },
      "frozen",
    ],
    ["[W4] is refused above the limit per sale", { perSale: rupiah(4_999) }, "over-sale-limit"],
  ] as const)("%s", (_, change, reason) => {
    expect(decideSale(facts(change), wish(5_000))).toEqual({ kind: "refused", reason });
  });

  it("[W4] may cost exactly the limit per sale", () => {
    expect(decideSale(facts({ perSale: rupiah(5_000) }), wish(5_000)).kind).toBe("sell");
  });

  it.each([
    [{ perSale: rupiah(4_999), stallPerDay: null }, 0, "over-sale-limit"],
    [{ perSale: rupiah(5_000), stallPerDay: null }, 0, "sell"],
    [{ perSale: null, stallPerDay: rupiah(8_000) }, 3_000, "sell"],
    [{ perSale: null, stallPerDay: rupiah(8_000) }, 3_001, "limit"],
    [{ perSale: null, stallPerDay: rupiah(0) }, 0, "limit"],
  ] as const)("[W15] keeps the child's own limits %j after Rp %s", (limits, sold, verdict) => {
    const decision = decideSale(facts({ limits, soldToday: rupiah(sold) }), wish(5_000));
    expect(decision.kind === "refused" ? decision.reason : decision.kind).toBe(verdict);
  });

  it("[W5] names the first check that fails", () => {
    const all: Partial<SaleFacts>[] = [
      { perSale: null },
      { student: null },
      { student: { isActive: true, isFrozen: true } },
      { perSale: rupiah(1) },
      { leases: [] },
    ];
    const answers = all.map((_, index) => {
      // Later faults first, so that an earlier one overwrites them.
      const merged = all.slice(index).reduceRight((sum, fault) => ({ ...sum, ...fault }), {});
      const decision = decideSale(facts(merged), wish(5_000));
      return decision.kind === "refused" ? decision.reason : decision.kind;
    });
    expect(answers).toEqual([
      "terminal-not-ready",
      "unknown-student",
      "frozen",
      "over-sale-limit",
      "short",
    ]);
  });

  it("[W6] takes the oldest lease first and only what is needed", () => {
    const leases = [
      lease({ id: "lse-a", amount: 3_000, spent: 1_000 }),
      lease({ id: "lse-b", amount: 9_000 }),
    ];
    expect(decideSale(facts({ leases }), wish(5_000))).toEqual({
      kind: "sell",
      spends: [
        { lease: "lse-a", amount: 2_000 },
        { lease: "lse-b", amount: 3_000 },
      ],
    });
  });

  it("[W6] never touches another child's, another purse's, another day's or a closed lease", () => {
    const leases = [
      lease({ student: OTHER, amount: 9_000 }),
      lease({ purse: "needs", amount: 9_000 }),
      lease({ day: YESTERDAY, amount: 9_000 }),
      returnLease(lease({ amount: 9_000 })).lease,
    ];
    expect(decideSale(facts({ leases }), wish(5_000))).toEqual({ kind: "short", missing: 5_000 });
  });

  it("[W7] takes the eight largest when the oldest eight do not reach", () => {
    const leases = [
      ...Array.from({ length: 8 }, () => lease({ amount: 100 })),
      lease({ id: "lse-large", amount: 5_000 }),
    ];
    const decision = decideSale(facts({ leases }), wish(5_100));
    expect(decision.kind).toBe("sell");
    if (decision.kind === "sell")
      expect(decision.spends[0]).toEqual({ lease: "lse-large", amount: 5_000 });
  });

  it("[W7] is short of exactly the difference when eight leases do not reach", () => {
    const leases = Array.from({ length: 12 }, () => lease({ amount: 100 }));
    expect(decideSale(facts({ leases }), wish(1_000))).toEqual({ kind: "short", missing: 200 });
  });

  it("[W6] [W7] adds up to its amount within what is left, for any leases", () => {
    const sketch = fc.record({
      amount: fc.integer({ min: 1, max: 9_000 }),
      isMine: fc.boolean(),
      isToday: fc.boolean(),
      spentShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(sketch, { maxLength: 20 }),
        fc.integer({ min: 1, max: 50_000 }),
        (sketches, amount) => {
          const leases = sketches.map(({ amount: granted, isMine, isToday, spentShare }) =>
            lease({
              student: isMine ? CHILD : OTHER,
              day: isToday ? TODAY : YESTERDAY,
              amount: granted,
              spent: Math.floor(granted * spentShare),
            }),
          );
          const decision = decideSale(facts({ leases }), wish(amount));
          const left = new Map(
            leases
              .filter((l) => l.student === CHILD && l.day === TODAY)
              .map((l) => [l.lease, leftOf(l)]),
          );
          if (decision.kind === "sell") {
            expect(decision.spends.length).toBeLessThanOrEqual(SPENDS_MAX);
            expect(decision.spends.reduce((sum, spend) => sum + spend.amount, 0)).toBe(amount);
            expect(new Set(decision.spends.map((spend) => spend.lease)).size).toBe(
              decision.spends.length,
            );
            for (const spend of decision.spends) {
              expect(spend.amount).toBeGreaterThan(0);
              expect(spend.amount).toBeLessThanOrEqual(left.get(spend.lease) ?? 0);
            }
          } else {
            const largest = [...left.values()].toSorted((a, b) => b - a).slice(0, SPENDS_MAX);
            const reach = largest.reduce<number>((sum, value) => sum + value, 0);
            expect(decision).toEqual({ kind: "short", missing: amount - reach });
          }
        },
      ),
    );
  });
});

describe("a void", () => {
  const sale = {
    atMs: unixMs(1_000_000),
    day: TODAY,
    amount: rupiah(5_000),
    isVoided: false,
    refunded: rupiah(0),
    isShown: true,
  };
  const inTime = unixMs(1_000_000 + VOID_WINDOW_MS);
  const late = unixMs(1_000_001 + VOID_WINDOW_MS);

  it("[W8] puts the whole sale back", () => {
    expect(decideVoid({ sale, today: TODAY, nowMs: inTime })).toEqual({
      kind: "voided",
      amount: 5_000,
    });
  });

  it.each([
    ["[W8] is refused for a sale of another terminal", null, TODAY, inTime, "unknown-sale"],
    [
      "[W8] is refused the second time",
      { ...sale, isVoided: true },
      TODAY,
      inTime,
      "already-voided",
    ],
    [
      "[W28] is refused once a part was refunded",
      { ...sale, refunded: rupiah(1) },
      TODAY,
      inTime,
      "refunded",
    ],
    ["[W8] is refused when the school day is over", sale, schoolDay(20261124), inTime, "day-over"],
    ["[W9] is refused after 60 seconds", sale, TODAY, late, "too-late"],
  ] as const)("%s", (_, of, today, nowMs, reason) => {
    expect(decideVoid({ sale: of, today, nowMs })).toEqual({ kind: "refused", reason });
  });

  it("[W9] has all day for a sale that no screen confirmed", () => {
    expect(decideVoid({ sale: { ...sale, isShown: false }, today: TODAY, nowMs: late }).kind).toBe(
      "voided",
    );
  });

  it("[W10] gives back to every lease what was taken", () => {
    const before = lease({ amount: 5_000 });
    expect(restoreLease(spendLease(before, rupiah(3_000)), rupiah(3_000))).toEqual(before);
  });

  it("[W10] returns at once what a closed lease gets back", () => {
    const closed = returnLease(lease({ amount: 5_000, spent: 3_000 })).lease;
    const back = returnLease(restoreLease(closed, rupiah(3_000)));
    expect(back.amount).toBe(3_000);
    expect(leftOf(back.lease)).toBe(0);
  });
});

describe("giving back", () => {
  it("[W11] returns what is left of every lease of the child and closes it", () => {
    const leases = [
      lease({ amount: 5_000, spent: 2_000 }),
      lease({ student: OTHER, amount: 1_000 }),
    ];
    const due = leasesToReturn(leases, { kind: "requested", student: CHILD });
    expect(due.map((each) => returnLease(each).amount)).toEqual([3_000]);
    expect(due.map((each) => returnLease(each).lease.state)).toEqual(["closed"]);
    expect(due.map((each) => leftOf(returnLease(each).lease))).toEqual([0]);
  });

  it("[W11] never lets a closed lease be spent", () => {
    const closed = returnLease(lease({ amount: 5_000 })).lease;
    expect(() => spendLease(closed, rupiah(1))).toThrow("closed");
  });

  it("[W12] returns leases of days that are over, and only those", () => {
    const leases = [
      lease({ id: "lse-old", day: YESTERDAY, amount: 1_000 }),
      lease({ amount: 2_000 }),
    ];
    const due = leasesToReturn(leases, { kind: "day-over", today: TODAY });
    expect(due.map((each) => each.lease)).toEqual(["lse-old"]);
  });

  it("[W12] names a lease of which nothing is left drained", () => {
    expect(returnReasonOf(rupiah(0), "day-over")).toBe("drained");
    expect(returnReasonOf(rupiah(1), "day-over")).toBe("day-over");
  });

  it("[W14] keeps granted − spent − returned at zero or more, for any order of steps", () => {
    const step = fc.record({
      kind: fc.constantFrom("spend", "restore", "return"),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(step, { maxLength: 30 }),
        (amount, steps) => {
          let current = lease({ amount });
          const taken: Rupiah[] = [];
          for (const { kind, share } of steps) {
            if (kind === "spend" && current.state === "active") {
              const part = rupiah(Math.floor(leftOf(current) * share));
              current = spendLease(current, part);
              taken.push(part);
            } else if (kind === "restore") {
              const part = taken.pop();
              if (part === undefined) continue;
              current = restoreLease(current, part);
              if (current.state === "closed") current = returnLease(current).lease;
            } else if (kind === "return" && current.state === "active")
              current = returnLease(current).lease;
            expect(leftOf(current)).toBeGreaterThanOrEqual(0);
            expect(current.spent + current.returned + leftOf(current)).toBe(amount);
          }
        },
      ),
    );
  });
});
