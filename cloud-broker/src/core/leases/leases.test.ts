import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceId, leaseId, rupiah, schoolDay, studentId, type DeviceId } from "@saku/protocol";
import { decideAsk } from "./ask.ts";
import {
  limitLeft,
  remainingOf,
  restoreLease,
  returnLease,
  spendLease,
  type Lease,
} from "./lease.ts";
import { KEPT_BACK, planDayGrants, splitDay, TYPICAL_PURCHASE } from "./sizing.ts";

const lease = (amount: number, spent = 0, returned = 0): Lease => ({
  lease: leaseId("lea-a"),
  device: deviceId("trm-a"),
  student: studentId("stu-a"),
  purse: "snack",
  day: schoolDay(20261123),
  amount: rupiah(amount),
  spent: rupiah(spent),
  returned: rupiah(returned),
  passed: rupiah(0),
  writtenOff: rupiah(0),
  late: rupiah(0),
  state: "active",
  origin: null,
});
const device = (index: number): DeviceId => deviceId(`trm-${index}`);
const devices = (count: number): readonly DeviceId[] =>
  Array.from({ length: count }, (_, index) => device(index));
const money = fc.integer({ min: 0, max: 500_000 }).map(rupiah);

describe("a lease", () => {
  it("[G1] never gives more than it got, in any order of spends, voids and returns", () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom("spend", "void", "return"), fc.integer({ min: 0, max: 9_000 })),
    );
    fc.assert(
      fc.property(steps, (all) => {
        let now = lease(10_000);
        const spends: number[] = [];
        for (const [step, amount] of all) {
          if (step === "spend") {
            const { lease: next, taken } = spendLease(now, rupiah(amount));
            spends.push(taken);
            now = next;
          } else if (step === "void") now = restoreLease(now, rupiah(spends.pop() ?? 0));
          else now = returnLease(now, rupiah(amount)).lease;
          expect(now.spent + now.returned).toBeLessThanOrEqual(now.amount);
          expect(remainingOf(now)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("[G2] closes when a return leaves nothing and lives again after a void", () => {
    const closed = returnLease(lease(10_000, 4_000), rupiah(6_000)).lease;
    expect(closed.state).toBe("returned");
    expect(returnLease(lease(10_000, 4_000), rupiah(5_000)).lease.state).toBe("active");
    const again = restoreLease(closed, rupiah(4_000));
    expect([again.state, remainingOf(again)]).toEqual(["active", 4_000]);
  });

  it("[G3] uses up the snack limit by amount less returned; other purses have none", () => {
    const out = [lease(10_000, 3_000, 2_000), { ...lease(50_000), purse: "needs" as const }];
    expect(limitLeft(rupiah(20_000), "snack", out)).toBe(12_000);
    expect(limitLeft(rupiah(5_000), "snack", out)).toBe(0);
    expect(limitLeft(rupiah(20_000), "needs", out)).toBeNull();
    expect(limitLeft(null, "snack", out)).toBeNull();
  });
});

describe("the day's split", () => {
  it("[G5] gives the usual stall at least half, others something that buys, and never more than there is", () => {
    fc.assert(
      fc.property(money, fc.integer({ min: 1, max: 12 }), (size, count) => {
        const shares = splitDay({ size, terminals: devices(count), hasHistory: true });
        const total = shares.reduce((sum, { amount }) => sum + amount, 0);
        expect(total).toBeLessThanOrEqual(size);
        expect(size - total).toBeLessThanOrEqual(count === 1 ? 0 : KEPT_BACK);
        const [first, ...others] = shares;
        expect(first?.device).toBe(device(0));
        expect((first?.amount ?? 0) * 2).toBeGreaterThanOrEqual(total);
        for (const { amount } of others) expect(amount).toBeGreaterThanOrEqual(TYPICAL_PURCHASE);
      }),
    );
  });

  it.each([
    [20_000, 2, [11_000, 7_000]],
    [20_000, 6, [13_000, 5_000]],
    [100_000, 2, [59_000, 39_000]],
    [9_000, 2, [8_500]],
  ])("[G5] Rp %d over %d stalls becomes %j", (size, count, wanted) => {
    const shares = splitDay({ size: rupiah(size), terminals: devices(count), hasHistory: true });
    expect(shares.map(({ amount }) => amount)).toEqual(wanted);
  });

  it("[G5] splits evenly while nobody knows where the child buys", () => {
    const shares = splitDay({ size: rupiah(20_000), terminals: devices(2), hasHistory: false });
    expect(shares.map(({ amount }) => amount)).toEqual([9_000, 9_000]);
  });

  it("[G9] gives the whole size to the hub, and leaves with the stalls what they hold", () => {
    const grants = planDayGrants({
      available: rupiah(20_000),
      limitLeft: rupiah(15_000),
      held: new Map([[device(0), rupiah(3_000)]]),
      terminals: devices(3),
      hasHistory: true,
      hub: device(2),
    });
    expect(grants).toEqual([{ device: device(2), amount: 15_000 }]);
  });

  it("[G4] grants nothing twice and never beyond money or limit", () => {
    fc.assert(
      fc.property(
        money,
        fc.option(money),
        fc.array(money, { maxLength: 4 }),
        fc.boolean(),
        (available, limit, held, isHub) => {
          const facts = {
            limitLeft: limit,
            terminals: devices(4),
            hasHistory: true,
            hub: isHub ? device(1) : null,
          };
          const before = new Map(held.map((amount, index) => [device(index), amount]));
          const grants = planDayGrants({ ...facts, available, held: before });
          const total = grants.reduce((sum, { amount }) => sum + amount, 0);
          expect(total).toBeLessThanOrEqual(Math.min(available, limit ?? available));
          const after = new Map(before);
          for (const { device: id, amount } of grants)
            after.set(id, rupiah((after.get(id) ?? 0) + amount));
          const again = planDayGrants({
            ...facts,
            available: rupiah(available - total),
            limitLeft: limit === null ? null : rupiah(limit - total),
            held: after,
          });
          expect(again).toEqual([]);
        },
      ),
    );
  });
});

describe("an ask", () => {
  const held = (amount: number, isOnline: boolean) => ({
    device: device(1),
    amount: rupiah(amount),
    bindsLimit: true,
    isOnline,
  });
  it.each([
    [
      "grants the need and one typical purchase",
      5_000,
      50_000,
      null,
      [],
      { kind: "grant", amount: 10_000 },
    ],
    [
      "grants what is there when that covers the need",
      5_000,
      6_000,
      null,
      [],
      { kind: "grant", amount: 6_000 },
    ],
    ["stays within the limit", 5_000, 50_000, 7_000, [], { kind: "grant", amount: 7_000 }],
    ["names the limit", 5_000, 50_000, 4_000, [], { kind: "refuse", reason: "limit" }],
    [
      "names the funds",
      5_000,
      1_000,
      null,
      [held(3_000, true)],
      { kind: "refuse", reason: "funds" },
    ],
    [
      "asks a connected terminal back",
      5_000,
      0,
      null,
      [held(9_000, true)],
      { kind: "recall", devices: [device(1)] },
    ],
    [
      "asks back for the limit too",
      5_000,
      50_000,
      1_000,
      [held(9_000, true)],
      { kind: "recall", devices: [device(1)] },
    ],
    [
      "names what cannot be reached",
      5_000,
      0,
      null,
      [held(9_000, false)],
      { kind: "refuse", reason: "held-elsewhere" },
    ],
  ] as const)("[G6] %s", (_name, need, available, limit, heldElsewhere, wanted) => {
    const decision = decideAsk({
      need: rupiah(need),
      available: rupiah(available),
      limitLeft: limit === null ? null : rupiah(limit),
      heldElsewhere,
    });
    expect(decision).toEqual(wanted);
  });
});
