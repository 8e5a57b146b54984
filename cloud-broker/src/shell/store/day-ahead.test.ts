import { afterEach, expect, it } from "vitest";
import { addSchoolDays, rupiah, type EventBody } from "@saku/protocol";
import { paperBooks, type PaperBooks } from "../paper-books.suite.ts";
import { MORNING_MS, SCHOOL, TODAY } from "../paper-school.suite.ts";
import { failedChecks } from "./checks.ts";
import { describeOnBoth } from "./databases.suite.ts";
import { openItems } from "./open-items.ts";

const DAY_MS = 86_400_000;
let books: PaperBooks;
afterEach(async () => {
  expect(await books.school.store.snapshot(failedChecks)).toEqual([]);
  await books.school.close();
});

const cashIn = (amount: number): EventBody => ({
  type: "cash-in",
  student: books.kid(0),
  amount: rupiah(amount),
});

/** Books one event that the terminal signs for a day so far ahead: verdict, anomaly, signed day and the day of its journal. */
const bookAhead = async (days: number, body: EventBody): Promise<readonly unknown[]> => {
  const terminal = books.term(0);
  terminal.day = addSchoolDays(TODAY, days);
  const event = books.write(terminal, body);
  await books.book(terminal, [event]);
  const row = await books.school.store.read
    .selectFrom("device_event as e")
    .leftJoin("journal as j", (join) =>
      join.onRef("j.school", "=", "e.school").onRef("j.cause_id", "=", "e.id"),
    )
    .select(["e.verdict", "e.anomaly", "e.day", "j.day as booked"])
    .where("e.id", "=", event.id)
    .executeTakeFirstOrThrow();
  return [row.verdict, row.anomaly, row.day, row.booked];
};

const seal = (through: typeof TODAY): Promise<unknown> =>
  books.school.store.commit(({ db, now }) =>
    db
      .insertInto("period")
      .values({ school: SCHOOL, through, sealed_at: now, sealed_by: "test" })
      .execute(),
  );

const ahead = async (days: number): Promise<number> => {
  const items = await openItems(books.school.store.read, MORNING_MS + days * DAY_MS);
  return items.find(({ kind }) => kind === "day-ahead")?.count ?? 0;
};

describeOnBoth("a terminal whose clock is ahead", () => {
  it("[L19] is believed one day, and from then on booked under the cloud's own and flagged", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    const tomorrow = addSchoolDays(TODAY, 1);
    expect(await bookAhead(1, cashIn(1_000))).toEqual(["booked", null, tomorrow, tomorrow]);
    for (const days of [2, 20_000])
      expect(await bookAhead(days, cashIn(1_000))).toEqual([
        "booked",
        "day-ahead",
        addSchoolDays(TODAY, days),
        TODAY,
      ]);
    expect((await bookAhead(20_000, { type: "day-open" })).slice(0, 2)).toEqual([
      "noted",
      "day-ahead",
    ]);
    expect(await books.balances()).toMatchObject({ "student:stu-0": 3_000 });
  });

  it("[L19] [L6] has its sales paid whole, though their day fits no lease", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    const lease = await books.grant(5_000);
    const { merchant } = books.term(0);
    const sale: EventBody = {
      type: "sale",
      student: books.kid(0),
      merchant,
      purse: "snack",
      amount: rupiah(5_000),
      method: "finger",
      spends: [{ lease, amount: rupiah(5_000) }],
    };
    expect(await bookAhead(400, sale)).toEqual([
      "suspense",
      "day-ahead",
      addSchoolDays(TODAY, 400),
      TODAY,
    ]);
    expect(await books.balances()).toMatchObject({ [`merchant:${merchant}`]: 5_000 });
    // What it contradicts besides keeps its own name.
    const nothing: EventBody = {
      type: "void",
      of: new Uint8Array(32),
      amount: rupiah(1),
      reason: "operator",
    };
    expect((await bookAhead(400, nothing)).slice(0, 2)).toEqual(["anomaly", "unknown-sale"]);
  });

  it("[L19] [L14] enters the first open day when the cloud's own is sealed", async () => {
    let nowMs = MORNING_MS;
    books = await paperBooks({ terminals: 1, students: 1 }, () => nowMs);
    await seal(addSchoolDays(TODAY, 3));
    expect((await bookAhead(400, cashIn(1_000)))[3]).toBe(addSchoolDays(TODAY, 4));
    nowMs += 9 * DAY_MS;
    expect((await bookAhead(400, cashIn(1_000)))[3]).toBe(addSchoolDays(TODAY, 9));
  });

  it("[L18] [L19] is named with its number until that day has come or the terminal is gone", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    await bookAhead(1, cashIn(1_000));
    expect(await ahead(0)).toBe(0);
    await bookAhead(5, cashIn(1_000));
    await bookAhead(6, cashIn(1_000));
    expect([await ahead(0), await ahead(4), await ahead(5), await ahead(6)]).toEqual([2, 2, 1, 0]);
    await books.school.store.commit(({ db }) =>
      db.updateTable("device").set({ state: "revoked" }).execute(),
    );
    expect(await ahead(0)).toBe(0);
  });
});
