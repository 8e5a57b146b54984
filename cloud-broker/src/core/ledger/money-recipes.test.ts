import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceId, leaseId, merchantId, rupiah, schoolDay, studentId } from "@saku/protocol";
import { cashAccount, studentAccount, type Account } from "./account.ts";
import { FLOWS, OWED, OWNED, type Recipe } from "./flows.ts";
import { credit, debit, journalDraft, type JournalDraft } from "./journal.ts";
import { subGrant, writeOff } from "./lease-recipes.ts";
import * as office from "./office-recipes.ts";
import { leaseGrant, leaseReturn, sale, topUpCash, voidSale, type UncoveredBy } from "./recipes.ts";
import * as stall from "./stall-recipes.ts";

const device = deviceId("trm-a");
const student = studentId("stu-a");
const merchant = merchantId("mer-a");
const day = schoolDay(20261123);
const occasion: stall.Occasion = { cause: { kind: "order", id: "o" }, day, actor: "per-a" };

type Parts = {
  readonly a: number;
  readonly b: number;
  readonly uncoveredBy: UncoveredBy;
  readonly isChild: boolean;
};
type Made = { readonly draft: JournalDraft | null; readonly moved: number };

/** Every recipe there is, made of two arbitrary amounts, and what it says it moves. */
const MAKE: Readonly<Record<Recipe, (parts: Parts) => Made>> = {
  "top-up-cash": ({ a }) =>
    one(a, topUpCash({ order: "o", student, amount: rupiah(a), day, actor: "p" })),
  "lease-grant": ({ a }) =>
    one(
      a,
      leaseGrant({ lease: leaseId("lea-a"), device, student, amount: rupiah(a), day, actor: "p" }),
    ),
  "lease-return": ({ a }) =>
    one(a, leaseReturn({ event: "e", device, student, amount: rupiah(a), day, actor: "p" })),
  "sub-grant": ({ a, b }) =>
    one(
      a + b,
      subGrant({
        lease: leaseId("sub-a"),
        student,
        hub: device,
        to: deviceId("trm-b"),
        day,
        actor: "p",
        covered: rupiah(a),
        late: rupiah(b),
      }),
    ),
  "write-off": ({ a }) =>
    one(
      a,
      writeOff({ lease: leaseId("lea-a"), device, student, amount: rupiah(a), day, actor: "p" }),
    ),
  sale: ({ a, b, isChild }) =>
    one(a + b, sale({ ...saleOf(a, b), uncoveredBy: isChild ? "reserve" : "suspense" })),
  "emergency-sale": ({ a }) =>
    one(a, stall.emergencySale(occasion, { merchant, amount: rupiah(a) })),
  void: ({ a, b, uncoveredBy }) => one(a + b, voidSale({ ...saleOf(a, b), uncoveredBy })),
  refund: ({ a, b, uncoveredBy }) =>
    one(
      a + b,
      stall.refund(occasion, {
        device,
        student,
        merchant,
        uncoveredBy,
        toChild: rupiah(a),
        toOther: rupiah(b),
      }),
    ),
  "cash-in": ({ a, isChild }) =>
    one(
      a,
      office.cashIn(occasion, { device, student: isChild ? student : null, amount: rupiah(a) }),
    ),
  "cash-count": ({ a, b, isChild }) => ({
    draft: office.cashCount(occasion, {
      drawer: isChild ? device : null,
      expected: rupiah(a),
      counted: rupiah(b),
    }),
    moved: isChild ? Math.max(a, b) : Math.abs(a - b),
  }),
  deposit: ({ a }) => one(a, office.deposit(occasion, rupiah(a))),
  withdrawal: ({ a }) => one(a, office.withdrawal(occasion, { student, amount: rupiah(a) })),
  payment: ({ a, isChild }) =>
    one(
      a,
      office.payment(occasion, {
        provider: "midtrans",
        student: isChild ? student : null,
        amount: rupiah(a),
      }),
    ),
  payout: ({ a, b }) =>
    one(a + b, office.payout(occasion, { provider: "midtrans", net: rupiah(a), fee: rupiah(b) })),
  "bank-fee": ({ a }) => one(a, office.bankFee(occasion, rupiah(a))),
  "reserve-funding": ({ a, isChild }) =>
    one(a, office.reserveFunding(occasion, { amount: rupiah(a), into: isChild ? "cash" : "bank" })),
  "suspense-decision": ({ a, isChild }) =>
    one(
      a,
      stall.suspenseDecision(occasion, {
        device,
        merchant,
        amount: rupiah(a),
        payer: isChild ? "reserve" : "merchant",
      }),
    ),
  "found-decision": ({ a, isChild }) =>
    one(
      a,
      office.foundDecision(occasion, {
        source: "midtrans",
        student: isChild ? student : null,
        amount: rupiah(a),
      }),
    ),
  settlement: ({ a, isChild }) =>
    one(
      a,
      stall.settlement(occasion, {
        merchant,
        amount: rupiah(a),
        from: isChild ? "cash" : "bank",
      }),
    ),
  "dispute-open": ({ a }) => one(a, stall.disputeOpen(occasion, { merchant, amount: rupiah(a) })),
  "dispute-decision": ({ a, b }) =>
    one(
      a + b,
      stall.disputeDecision(occasion, {
        merchant,
        student,
        toChild: rupiah(a),
        toStall: rupiah(b),
      }),
    ),
};

function one(moved: number, draft: JournalDraft): Made {
  return { draft, moved };
}

function saleOf(covered: number, uncovered: number): Parameters<typeof sale>[0] {
  return {
    event: "e",
    device,
    student,
    merchant,
    covered: rupiah(covered),
    uncovered: rupiah(uncovered),
    day,
  };
}

const RECIPES = Object.keys(FLOWS) as readonly Recipe[];
const parts: fc.Arbitrary<Parts> = fc.record({
  a: fc.integer({ min: 1, max: 100_000_000 }),
  b: fc.integer({ min: 0, max: 100_000_000 }),
  uncoveredBy: fc.constantFrom("suspense", "reserve", "merchant"),
  isChild: fc.boolean(),
});
const signed = (side: "debit" | "credit", amount: number): number =>
  side === "debit" ? amount : -amount;
const total = (draft: JournalDraft, side: "debit" | "credit"): number =>
  draft.postings.reduce((sum, p) => sum + (p.side === side ? p.amount : 0), 0);

describe("the recipes of money", () => {
  it.each(RECIPES)("[L2] %s moves exactly what it was given, on both sides", (recipe) => {
    fc.assert(
      fc.property(parts, (given) => {
        const { draft, moved } = MAKE[recipe](given);
        if (draft === null) {
          expect(moved).toBe(0);
          return;
        }
        expect(draft.recipe).toBe(recipe);
        expect(total(draft, "debit")).toBe(moved);
        expect(total(draft, "credit")).toBe(moved);
      }),
      { numRuns: 60 },
    );
  });

  it("[L9] a journal that leaves the table of its recipe is a bug", () => {
    const good = office.deposit(occasion, rupiah(5));
    const child = studentAccount(student);
    for (const [one, other] of [
      [child, cashAccount],
      [cashAccount, child],
    ] as const)
      expect(() =>
        journalDraft({ ...good, postings: [debit(one, rupiah(5)), credit(other, rupiah(5))] }),
      ).toThrow("may not");
  });

  it("[L10] after any recipes in any order what the school owes is what it has", () => {
    const step = fc.tuple(fc.constantFrom(...RECIPES), parts);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const sums = new Map<Account["kind"], number>();
        for (const [recipe, given] of steps)
          for (const { account, side, amount } of MAKE[recipe](given).draft?.postings ?? [])
            sums.set(account.kind, (sums.get(account.kind) ?? 0) + signed(side, amount));
        const sum = (kinds: readonly Account["kind"][]): number =>
          kinds.reduce((all, kind) => all + (sums.get(kind) ?? 0), 0);
        expect(sum(OWNED)).toBe(0 - sum(OWED));
      }),
      { numRuns: 100 },
    );
  });

  it("[L12] neither emergency meals nor suspense have a way to a child's account", () => {
    const ways: readonly Recipe[] = ["emergency-sale", "suspense-decision"];
    for (const recipe of ways)
      for (const kind of ["student", "escrow"] as const) {
        expect(FLOWS[recipe].debit).not.toContain(kind);
        expect(FLOWS[recipe].credit).not.toContain(kind);
      }
  });

  it("[L15] a collected drawer is empty afterwards and the cash box has what was counted", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (expected, counted) => {
        const draft = office.cashCount(occasion, {
          drawer: device,
          expected: rupiah(expected),
          counted: rupiah(counted),
        });
        const moved = (kind: Account["kind"]): number =>
          (draft?.postings ?? [])
            .filter(({ account }) => account.kind === kind)
            .reduce((sum, { side, amount }) => sum + signed(side, amount), 0);
        expect(moved("drawer") + expected).toBe(0);
        expect(moved("cash")).toBe(counted);
        expect(moved("difference")).toBe(expected - counted);
      }),
    );
  });

  it("[L15] a counted cash box is booked to what was counted", () => {
    const count = (expected: number, counted: number): JournalDraft | null =>
      office.cashCount(occasion, {
        drawer: null,
        expected: rupiah(expected),
        counted: rupiah(counted),
      });
    expect(count(500, 500)).toBeNull();
    expect(count(500, 420)?.postings.map((p) => [p.account.kind, p.side, p.amount])).toEqual([
      ["difference", "debit", 80],
      ["cash", "credit", 80],
    ]);
    expect(count(500, 510)?.postings.map((p) => [p.account.kind, p.side, p.amount])).toEqual([
      ["cash", "debit", 10],
      ["difference", "credit", 10],
    ]);
  });
});
