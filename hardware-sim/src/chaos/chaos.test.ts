import { describe, expect, it } from "vitest";
import type { Journal, Ledger } from "./books.ts";
import { createIntentions, intentionOf, type Knowledge } from "./intention.ts";
import { parseChaosOptions } from "./options.ts";
import { judge, type Witness } from "./verdict.ts";

const STUDENTS = ["stu-a", "stu-b"];

function witness(...knowledge: readonly Knowledge[]): Witness {
  const intentions = createIntentions(["Aisyah", "Bagus"]);
  for (const known of knowledge) intentions.settle(intentions.next(), known);
  return {
    outcomes: intentions.outcomes,
    students: STUDENTS,
    paidIn: new Map(STUDENTS.map((student) => [student, 10_000])),
  };
}

function journal(sales: readonly number[], changes: Partial<Journal> = {}): Journal {
  return {
    sales: sales.map((index) => {
      const { student, amount } = intentionOf(index, 2);
      return { id: `sale-${index}`, student: STUDENTS[student] ?? "", amount, leases: [] };
    }),
    given: new Set(),
    taken: new Set(),
    voided: new Set(),
    eventCount: sales.length,
    brokenLinks: 0,
    ...changes,
  };
}

function ledger(booked: Journal, changes: Partial<Ledger> = {}): Ledger {
  const held = new Map(STUDENTS.map((student) => [student, 10_000]));
  for (const { id, student, amount } of booked.sales)
    if (!booked.voided.has(id)) held.set(student, (held.get(student) ?? 0) - amount);
  return {
    sales: new Map(booked.sales.map(({ id, amount }) => [id, amount])),
    voided: booked.voided,
    doubledCauses: 0,
    topUps: [],
    held,
    negative: 0,
    imbalance: 0,
    trial: new Map(),
    suspenseCount: 0,
    forkCount: 0,
    ...changes,
  };
}

const counts = (...args: Parameters<typeof judge>): readonly number[] => {
  const { lost, doubled, negative, imbalance } = judge(...args);
  return [lost, doubled, negative, imbalance];
};

describe("the verdict over a day of kills", () => {
  it("finds nothing where screens, journals, receipts and books agree", () => {
    const signed = journal([0, 1, 3], { voided: new Set(["sale-3"]) });
    const seen = witness("confirmed", "recorded", "refused", "put-back", "unknown");
    expect(counts(seen, [signed], ledger(signed))).toEqual([0, 0, 0, 0]);
  });

  it("calls a purchase lost that a screen confirmed and no terminal signed, or nobody booked", () => {
    const signed = journal([0]);
    expect(counts(witness("confirmed", "confirmed"), [signed], ledger(signed))[0]).toBe(1);
    const short = ledger(journal([]), { held: ledger(signed).held });
    expect(counts(witness("confirmed"), [signed], short)).toEqual([1, 0, 0, 0]);
  });

  it("calls a void lost that was shown and is not signed, or signed and not booked", () => {
    const signed = journal([0]);
    expect(counts(witness("put-back"), [signed], ledger(signed))[0]).toBe(1);
    const undone = journal([0], { voided: new Set(["sale-0"]) });
    const books = ledger(undone, { voided: new Set() });
    expect(counts(witness("put-back"), [undone], books)[0]).toBe(1);
  });

  it("calls doubled what was signed twice, signed though refused, or booked by nobody's hand", () => {
    const twice = journal([0, 0].map((index) => index));
    const renamed = {
      ...twice,
      sales: twice.sales.map((sale, at) => ({ ...sale, id: `s-${at}` })),
    };
    expect(counts(witness("confirmed"), [renamed], ledger(renamed))[1]).toBe(1);
    const one = journal([0]);
    expect(counts(witness("refused"), [one], ledger(one))[1]).toBe(1);
    expect(counts(witness("unknown"), [journal([])], ledger(one))[1]).toBe(1);
  });

  it("adds up every child's money by itself", () => {
    const signed = journal([0, 1]);
    const held = new Map([...ledger(signed).held, ["stu-b", 9_000]]);
    expect(counts(witness("confirmed", "confirmed"), [signed], ledger(signed, { held }))[3]).toBe(
      500,
    );
  });

  it("counts broken links of a chain as lost", () => {
    const signed = journal([0], { brokenLinks: 2 });
    expect(counts(witness("confirmed"), [signed], ledger(signed))[0]).toBe(2);
  });
});

describe("the command's words", () => {
  it("have defaults and name what is wrong", () => {
    expect(parseChaosOptions([])).toMatchObject({ killCount: 60, destroysLedger: false });
    expect(() => parseChaosOptions(["--kills", "0"])).toThrow(/--kills takes a whole number/);
  });
});
