import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceId, leaseId, merchantId, rupiah, schoolDay, studentId } from "@saku/protocol";
import { cashAccount, studentAccount } from "./account.ts";
import { credit, debit, journalDraft, type JournalDraft } from "./journal.ts";
import { leaseGrant, leaseReturn, sale, topUpCash, voidSale } from "./recipes.ts";

const device = deviceId("trm-a");
const student = studentId("stu-a");
const merchant = merchantId("mer-a");
const day = schoolDay(20261123);
const amounts = fc.integer({ min: 1, max: 100_000_000 }).map(rupiah);
const sideOf = (draft: JournalDraft, side: "debit" | "credit"): number =>
  draft.postings.filter((p) => p.side === side).reduce((sum, p) => sum + p.amount, 0);

describe("recipes", () => {
  it("[L2] every recipe moves exactly the amount it was given, on both sides", () => {
    fc.assert(
      fc.property(amounts, fc.nat(100).map(Number), (amount, percent) => {
        const covered = rupiah(Math.floor((amount * percent) / 100));
        const uncovered = rupiah(amount - covered);
        const move = { event: "e", device, student, merchant, covered, uncovered, day };
        const drafts = [
          topUpCash({ order: "o", student, amount, day, actor: "p" }),
          leaseGrant({ lease: leaseId("lea-a"), device, student, amount, day, actor: "p" }),
          leaseReturn({ event: "e", device, student, amount, day, actor: "p" }),
          sale(move),
          voidSale({ ...move, uncoveredBy: "suspense" }),
        ];
        for (const draft of drafts) {
          expect(sideOf(draft, "debit")).toBe(amount);
          expect(sideOf(draft, "credit")).toBe(amount);
        }
      }),
    );
  });

  it("[L7] a void is the mirror of its sale", () => {
    const move = {
      event: "e",
      device,
      student,
      merchant,
      covered: rupiah(700),
      uncovered: rupiah(300),
      day,
    };
    const signed = (draft: JournalDraft): Record<string, number> =>
      Object.fromEntries(
        draft.postings.map((p) => [p.account.id, p.side === "debit" ? p.amount : -p.amount]),
      );
    const there = signed(sale(move));
    const back = signed(voidSale({ ...move, uncoveredBy: "suspense" }));
    expect(Object.keys(back).toSorted()).toEqual(Object.keys(there).toSorted());
    for (const [account, amount] of Object.entries(there)) expect(back[account]).toBe(-amount);
  });

  it("[L5] a draft without an actor, a cause or a balance is a bug", () => {
    const good = topUpCash({ order: "o", student, amount: rupiah(5), day, actor: "p" });
    expect(() => journalDraft({ ...good, actor: "" })).toThrow("has no cause");
    expect(() => journalDraft({ ...good, cause: { kind: "top-up", id: "" } })).toThrow("no cause");
    const uneven = [debit(cashAccount, rupiah(5)), credit(studentAccount(student), rupiah(4))];
    expect(() => journalDraft({ ...good, postings: uneven })).toThrow("does not balance");
    expect(() => journalDraft({ ...good, postings: [] })).toThrow("fewer than two");
  });
});
