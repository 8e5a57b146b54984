import {
  leaseId,
  rupiah,
  schoolDay,
  studentId,
  type HubRefusal,
  type SchoolDay,
} from "@saku/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_LIMITS } from "../wallet/child-limits.ts";
import { acceptLease, leftOf, spendLease, type Lease } from "../wallet/lease.ts";
import { linkModeOf } from "./link-mode.ts";
import { decideSubGrant, type SubGrantFacts, type SubGrantWish } from "./sub-grant.ts";

const TODAY = schoolDay(20261123);
const CHILD = studentId("stu-1");

const lease = (id: string, amount: number, day: SchoolDay = TODAY): Lease =>
  acceptLease({
    lease: leaseId(id),
    student: CHILD,
    purse: "snack",
    day,
    amount: rupiah(amount),
  });
const facts = (changes: Partial<SubGrantFacts> = {}): SubGrantFacts => ({
  isHub: true,
  today: TODAY,
  student: { isActive: true, isFrozen: false },
  leases: [lease("lea-a", 3_000), lease("lea-b", 9_000)],
  limits: NO_LIMITS,
  stallUsed: rupiah(0),
  before: null,
  ...changes,
});
const wish = (amount: number, changes: Partial<SubGrantWish> = {}): SubGrantWish => ({
  student: CHILD,
  purse: "snack",
  day: TODAY,
  amount: rupiah(amount),
  askHash: new Uint8Array(32).fill(1),
  ...changes,
});

describe("a sub-grant", () => {
  it("[H1] is exactly the need, from the oldest leases first", () => {
    expect(decideSubGrant(facts(), wish(5_000))).toEqual({
      kind: "grant",
      spends: [
        { lease: "lea-a", amount: 3_000 },
        { lease: "lea-b", amount: 2_000 },
      ],
    });
  });

  it("[H2] is repeated in its bytes for the same question, even when all else would refuse it", () => {
    const grant = Uint8Array.of(7, 7);
    const before = { askHash: wish(1).askHash, grant };
    const hostile = facts({ before, isHub: false, student: null, leases: [] });
    expect(decideSubGrant(hostile, wish(5_000))).toEqual({ kind: "repeat", grant });
  });

  it("[H2] is refused for another question under the same name", () => {
    const before = { askHash: new Uint8Array(32).fill(2), grant: Uint8Array.of(7) };
    expect(decideSubGrant(facts({ before }), wish(5_000))).toEqual({
      kind: "refuse",
      reason: "ask-reused",
    });
  });

  it("[H4] is refused by the first check that fails", () => {
    const faults: readonly (readonly [HubRefusal, Partial<SubGrantFacts>])[] = [
      ["not-hub", { isHub: false }],
      ["wrong-day", { today: schoolDay(20261124) }],
      ["unknown-student", { student: null }],
      ["frozen", { student: { isActive: true, isFrozen: true } }],
      ["limit", { limits: { perSale: null, stallPerDay: rupiah(4_999) } }],
      ["short", { leases: [] }],
    ];
    for (const [index, [reason]] of faults.entries()) {
      const merged = faults
        .slice(index)
        .reduceRight<Partial<SubGrantFacts>>((sum, [, fault]) => ({ ...sum, ...fault }), {});
      expect(decideSubGrant(facts(merged), wish(5_000))).toEqual({ kind: "refuse", reason });
    }
    expect(
      decideSubGrant(facts({ student: { isActive: false, isFrozen: false } }), wish(1)),
    ).toEqual({ kind: "refuse", reason: "unknown-student" });
  });

  it("[H4] counts what the stall was given today against the child's limit for it", () => {
    const limits = { perSale: null, stallPerDay: rupiah(10_000) };
    const used = (amount: number) => facts({ limits, stallUsed: rupiah(amount) });
    expect(decideSubGrant(used(5_000), wish(5_000)).kind).toBe("grant");
    expect(decideSubGrant(used(5_001), wish(5_000))).toEqual({ kind: "refuse", reason: "limit" });
  });

  it("[H10] never gives more than the hub holds, and refuses only what it does not hold", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 8_000 }), { maxLength: 30 }),
        (amounts, needs) => {
          let leases = amounts.map((amount, index) => lease(`lea-${index}`, amount));
          let left = amounts.reduce((sum, amount) => sum + amount, 0);
          for (const need of needs) {
            const decision = decideSubGrant(facts({ leases }), wish(need));
            expect(decision.kind).toBe(need <= left ? "grant" : "refuse");
            if (decision.kind !== "grant") continue;
            expect(decision.spends.reduce((sum, { amount }) => sum + amount, 0)).toBe(need);
            leases = leases.map((each) => {
              const spend = decision.spends.find((one) => one.lease === each.lease);
              return spend === undefined ? each : spendLease(each, spend.amount);
            });
            left -= need;
            expect(leases.reduce((sum, each) => sum + leftOf(each), 0)).toBe(left);
          }
        },
      ),
    );
  });
});

describe("the mode on the counter", () => {
  it.each([
    [true, "up", "green"],
    [true, "self", "green"],
    [true, "none", "green"],
    [true, "down", "yellow"],
    [false, "up", "yellow"],
    [false, "self", "yellow"],
    [false, "down", "red"],
    [false, "none", "red"],
  ] as const)("[H9] online %s and hub %s is %s", (isOnline, hub, mode) => {
    expect(linkModeOf(isOnline, hub)).toBe(mode);
  });
});
