import { afterEach, expect, it } from "vitest";
import { addSchoolDays, must, rupiah, studentId, type EventBody } from "@saku/protocol";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { idBytes, paperBooks, type PaperBooks } from "../paper-books.suite.ts";
import { SCHOOL, TODAY } from "../paper-school.suite.ts";
import { failedChecks } from "./checks.ts";
import { describeOnBoth } from "./databases.suite.ts";

let books: PaperBooks;
afterEach(async () => {
  expect(await failedChecks(books.school.store.read)).toEqual([]);
  await books.school.close();
});

const refundOf = (sale: VerifiedEvent, amount: number): EventBody => ({
  type: "refund",
  of: idBytes(sale.id),
  amount: rupiah(amount),
  reason: "not-delivered",
});
const voidOf = (sale: VerifiedEvent, amount: number): EventBody => ({
  type: "void",
  of: idBytes(sale.id),
  amount: rupiah(amount),
  reason: "operator",
});
const emergency = (amount: number, student = books.kid(0)): EventBody => ({
  type: "emergency-sale",
  student,
  merchant: books.term(0).merchant,
  amount: rupiah(amount),
  method: "name",
});
/** Books one event of the first terminal and says what became of it. */
const bookOne = async (body: EventBody, index = 0): Promise<readonly [string, string | null]> => {
  const { plan } = await books.book(books.term(index), [books.write(books.term(index), body)]);
  const { booking } = must(plan.accepted[0], "one event");
  return [booking.verdict, booking.anomaly];
};

describeOnBoth("refunds from a terminal", () => {
  it("[L11] go to the child until the sale is used up, and not a rupiah further", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    const sale = await books.sell(5_000);
    expect(await bookOne(refundOf(sale, 3_000))).toEqual(["booked", null]);
    expect(await bookOne(refundOf(sale, 2_001))).toEqual(["anomaly", "exceeds-sale"]);
    expect(await bookOne(refundOf(sale, 2_000))).toEqual(["booked", null]);
    expect(await bookOne(refundOf(sale, 1))).toEqual(["anomaly", "exceeds-sale"]);
    expect(await bookOne(voidOf(sale, 5_000))).toEqual(["anomaly", "exceeds-sale"]);
    expect(await books.balances()).toEqual({ cash: 5_000, "student:stu-0": 5_000 });
  });

  it("[L11] give the child what it paid, and what no lease covered to who bore it", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    const sale = await books.sell(3_000, 5_000);
    expect(await bookOne(refundOf(sale, 4_000))).toEqual(["booked", null]);
    expect(await books.balances()).toEqual({
      cash: 3_000,
      "student:stu-0": 3_000,
      "suspense:trm": 1_000,
      "merchant:mer-0": 1_000,
    });
  });

  it("[L11] reach any terminal's sale of the stall, and no other stall's", async () => {
    books = await paperBooks({ terminals: 2, students: 1 });
    const sale = await books.sell(5_000, 5_000, 1);
    expect(await bookOne(refundOf(sale, 1_000), 0)).toEqual(["anomaly", "unknown-sale"]);
    await books.school.store.commit(({ db }) =>
      db
        .updateTable("device")
        .set({ merchant: books.term(1).merchant })
        .where("id", "=", books.term(0).device)
        .execute(),
    );
    expect(await bookOne(refundOf(sale, 1_000), 0)).toEqual(["booked", null]);
    expect((await books.balances())["student:stu-0"]).toBe(1_000);
  });

  it("[L11] are held by the database too", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    const sale = await books.sell(5_000);
    const update = (set: Record<string, number | string>): Promise<unknown> =>
      books.school.store.commit(({ db }) =>
        db.updateTable("sale").set(set).where("event", "=", sale.id).execute(),
      );
    await expect(update({ refunded_child: 5_001 })).rejects.toThrow("sale_not_exceeded");
    await expect(update({ refunded_other: 1 })).rejects.toThrow("sale_not_exceeded");
    await expect(update({ refunded_child: 1, voided_by: "x" })).rejects.toThrow(
      "sale_not_exceeded",
    );
    await expect(update({ disputed: 5_001 })).rejects.toThrow("sale_not_exceeded");
  });
});

describeOnBoth("cash and emergency meals", () => {
  it("[L13] cash of a known child is its own, of an unknown one it waits in suspense", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    const cash = (student: string): EventBody => ({
      type: "cash-in",
      student: studentId(student),
      amount: rupiah(20_000),
    });
    expect(await bookOne(cash("stu-0"))).toEqual(["booked", null]);
    expect(await bookOne(cash("stu-x"))).toEqual(["suspense", "unknown-student"]);
    const { device } = books.term(0);
    expect(await books.balances()).toEqual({
      "drawer:trm": 40_000,
      "student:stu-0": 20_000,
      [`suspense:found:${device}`.replace(/trm-[0-9a-z]+/, "trm")]: 20_000,
    });
    const [found] = await books.school.store.read.selectFrom("found_money").selectAll().execute();
    expect(found).toMatchObject({ source: device, amount: 20_000, state: "open" });
  });

  it("[L12] an emergency meal, its refund and its void are the reserve's", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    const meal = books.write(books.term(0), emergency(8_000));
    await books.book(books.term(0), [meal]);
    expect(await books.balances()).toEqual({ reserve: -8_000, "merchant:mer-0": 8_000 });
    expect(await bookOne(refundOf(meal, 3_000))).toEqual(["booked", null]);
    expect(await books.balances()).toEqual({ reserve: -5_000, "merchant:mer-0": 5_000 });
    const other = books.write(books.term(0), emergency(2_000));
    await books.book(books.term(0), [other]);
    expect(await bookOne(voidOf(other, 2_000))).toEqual(["booked", null]);
    expect(await books.balances()).toEqual({ reserve: -5_000, "merchant:mer-0": 5_000 });
    expect(await bookOne(emergency(1_000, studentId("stu-x")))).toEqual([
      "booked",
      "unknown-student",
    ]);
  });

  it("[L12] the database refuses a journal that lets a child pay for an emergency", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    await books.school.topUp(books.kid(0), 5_000);
    const attempt = books.school.store.commit(async ({ db, now }) => {
      const at = { school: SCHOOL, journal: "jnl-x", amount: rupiah(5_000) } as const;
      await db
        .insertInto("posting")
        .values([
          { ...at, n: 1, account: "student:stu-0", side: "debit" },
          { ...at, n: 2, account: "cash", side: "credit" },
        ])
        .execute();
      await db
        .insertInto("journal")
        .values({
          school: SCHOOL,
          seq: 2,
          id: "jnl-x",
          cause_kind: "event",
          cause_id: "x",
          recipe: "emergency-sale",
          day: TODAY,
          posted_at: now,
          actor: "x",
        })
        .execute();
    });
    await expect(attempt).rejects.toThrow("a child does not pay for this");
  });
});

describeOnBoth("sealed days", () => {
  it("[L14] a late sale enters the first open day and keeps its own", async () => {
    books = await paperBooks({ terminals: 1, students: 1 });
    const lease = await books.grant(5_000);
    await books.school.store.commit(({ db, now }) =>
      db
        .insertInto("period")
        .values({ school: SCHOOL, through: TODAY, sealed_at: now, sealed_by: "per-a" })
        .execute(),
    );
    const sale = books.write(books.term(0), {
      type: "sale",
      student: books.kid(0),
      merchant: books.term(0).merchant,
      purse: "snack",
      amount: rupiah(2_000),
      method: "finger",
      spends: [{ lease, amount: rupiah(2_000) }],
    });
    await books.book(books.term(0), [sale]);
    const { read } = books.school.store;
    const rows = await read
      .selectFrom("sale")
      .innerJoin("journal", "journal.id", "sale.journal")
      .select(["sale.day as happened", "journal.day as posted"])
      .execute();
    expect(rows).toEqual([{ happened: TODAY, posted: addSchoolDays(TODAY, 1) }]);
    // Whoever forgets the rule is refused by the database.
    await expect(books.school.topUp(books.kid(0), 1)).rejects.toThrow("period is sealed");
  });
});
