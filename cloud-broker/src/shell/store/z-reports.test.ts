import { afterEach, expect, it } from "vitest";
import { must, rupiah, type EventBody } from "@saku/protocol";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { idBytes, paperBooks, type PaperBooks } from "../paper-books.suite.ts";
import { describeOnBoth } from "./databases.suite.ts";

let books: PaperBooks;
afterEach(() => books.school.close());

type DayClose = Extract<EventBody, { type: "day-close" }>;

/** A day of every kind on one terminal, with a restart in the middle. */
async function day(): Promise<{ readonly first: VerifiedEvent; readonly last: VerifiedEvent }> {
  books = await paperBooks({ terminals: 1, students: 1 });
  const terminal = books.term(0);
  const first = books.write(terminal, { type: "day-open" });
  await books.book(terminal, [first]);
  const sale = await books.sell(5_000);
  await books.sell(3_000, 4_000);
  terminal.restart();
  const last = [
    books.write(terminal, {
      type: "void",
      of: idBytes(sale.id),
      amount: rupiah(5_000),
      reason: "operator",
    }),
    books.write(terminal, { type: "cash-in", student: books.kid(0), amount: rupiah(7_000) }),
  ];
  await books.book(terminal, last);
  return { first, last: must(last[1], "the last event") };
}

const report = (ends: { first: VerifiedEvent; last: VerifiedEvent }): DayClose => ({
  type: "day-close",
  first: idBytes(ends.first.id),
  last: idBytes(ends.last.id),
  saleCount: 2,
  saleTotal: rupiah(9_000),
  voidCount: 1,
  voidTotal: rupiah(5_000),
  refundCount: 0,
  refundTotal: rupiah(0),
  emergencyCount: 0,
  emergencyTotal: rupiah(0),
  cashInCount: 1,
  cashInTotal: rupiah(7_000),
  grandTotal: rupiah(9_000),
  cashCounted: null,
  closedBy: "operator",
});

async function differencesOf(body: DayClose): Promise<unknown> {
  await books.book(books.term(0), [books.write(books.term(0), body)]);
  const rows = await books.school.store.read.selectFrom("z_report").selectAll().execute();
  const row = must(rows.at(-1), "a report");
  const differences: unknown = JSON.parse(row.differences);
  expect(row.is_equal).toBe(Array.isArray(differences) && differences.length === 0 ? 1 : 0);
  return differences;
}

describeOnBoth("Z reports", () => {
  it("[T2] an honest report equals the ledger, across restarts of the terminal", async () => {
    expect(await differencesOf(report(await day()))).toEqual([]);
  });

  it.each([
    ["a sale too many", { saleCount: 3 }, { kind: "sale", signed: 3, booked: 2 }],
    ["another total", { saleTotal: rupiah(9_500) }, { kind: "sale", signed: 9_500, booked: 9_000 }],
    [
      "a hidden void",
      { voidCount: 0, voidTotal: rupiah(0) },
      { kind: "void", signed: 0, booked: 5_000 },
    ],
    ["hidden cash", { cashInTotal: rupiah(1) }, { kind: "cash-in", signed: 1, booked: 7_000 }],
  ])("[T2] %s is seen", async (_name, wrong, difference) => {
    expect(await differencesOf({ ...report(await day()), ...wrong })).toEqual([difference]);
  });

  it("[T2] a report over a part that is not one chain is seen", async () => {
    const { first, last } = await day();
    const differences = await differencesOf(report({ first: last, last: first }));
    expect(differences).toContainEqual({ kind: "range", signed: 1, booked: 0 });
  });

  it("[T2] the total that is never reset does not fall", async () => {
    const ends = await day();
    await differencesOf(report(ends));
    expect(await differencesOf({ ...report(ends), grandTotal: rupiah(8_999) })).toEqual([
      { kind: "grand-total", signed: 8_999, booked: 9_000 },
    ]);
  });
});
