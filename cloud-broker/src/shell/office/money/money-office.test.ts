import { afterEach, expect, it } from "vitest";
import { addSchoolDays, must, rupiah, studentId, type EventBody } from "@saku/protocol";
import { idBytes } from "../../paper-books.suite.ts";
import { MORNING_MS, SCHOOL, TODAY } from "../../paper-school.suite.ts";
import { failedChecks } from "../../store/checks.ts";
import { readChild } from "../child-view.ts";
import { paperDesk, valueOf, type PaperDesk } from "./paper-desk.suite.ts";
import { describeOnBoth } from "../../store/databases.suite.ts";

let paper: PaperDesk;
afterEach(async () => {
  expect(await failedChecks(paper.books.school.store.read)).toEqual([]);
  await paper.books.school.close();
});

const MERCHANT = "mer-0";
const cashIn = (amount: number, student = "stu-0"): EventBody => ({
  type: "cash-in",
  student: studentId(student),
  amount: rupiah(amount),
});
const bookOne = async (body: EventBody): Promise<string> => {
  const { books } = paper;
  const event = books.write(books.term(0), body);
  await books.book(books.term(0), [event]);
  return event.id;
};
const reasonOf = (outcome: { readonly kind: string; readonly reason?: string }): string =>
  outcome.kind === "refused" ? (outcome.reason ?? "") : outcome.kind;
const balance = async (account: string): Promise<number> =>
  (await paper.books.balances())[account] ?? 0;

describeOnBoth("cash at the office", () => {
  it("[L15] a count is stored before what was expected is told, and a difference needs a reason", async () => {
    paper = await paperDesk();
    const { desk, ani } = paper;
    await paper.books.school.topUp(paper.kid(0), 50_000);
    const count = valueOf(
      await desk.writing.countCash(ani(), SCHOOL, { device: null, counted: rupiah(48_000) }),
    );
    expect(count).toMatchObject({ isOpen: true, expected: 50_000, counted: 48_000 });
    expect(await balance("cash")).toBe(50_000);
    const explain = (reason: string) =>
      desk.writing.explainCount(ani(), SCHOOL, { count: count.count, reason });
    expect(reasonOf(await explain(" "))).toBe("invalid");
    valueOf(await explain("kembalian salah"));
    expect(await paper.books.balances()).toMatchObject({ cash: 48_000, difference: 2_000 });
    expect(reasonOf(await explain("sekali lagi"))).toBe("already-exists");
  });

  it("[L15] collecting a drawer moves what was counted, and a new count replaces an open one", async () => {
    paper = await paperDesk();
    const { desk, ani, books } = paper;
    const { device } = books.term(0);
    await bookOne(cashIn(20_000));
    const first = valueOf(
      await desk.writing.countCash(ani(), SCHOOL, { device, counted: rupiah(2_000) }),
    );
    const second = valueOf(
      await desk.writing.countCash(ani(), SCHOOL, { device, counted: rupiah(20_000) }),
    );
    expect([first.isOpen, second.isOpen]).toEqual([true, false]);
    const late = await desk.writing.explainCount(ani(), SCHOOL, {
      count: first.count,
      reason: "salah hitung",
    });
    expect(reasonOf(late)).toBe("already-exists");
    expect(await books.balances()).toEqual({ cash: 20_000, "student:stu-0": 20_000 });
    expect((await desk.reading.counts(SCHOOL)).map(({ state }) => state).toSorted()).toEqual([
      "booked",
      "replaced",
    ]);
  });

  it("[L15] the database books no difference without a reason, and a count never changes", async () => {
    paper = await paperDesk();
    const { desk, ani } = paper;
    valueOf(await desk.writing.countCash(ani(), SCHOOL, { device: null, counted: rupiah(5) }));
    const update = (set: object): Promise<unknown> =>
      paper.books.school.store.commit(({ db }) => db.updateTable("cash_count").set(set).execute());
    await expect(update({ state: "booked" })).rejects.toThrow("count_is_explained");
    await expect(update({ state: "booked", reason: null })).rejects.toThrow("count_is_explained");
    await expect(update({ counted: 0 })).rejects.toThrow("cash_count is immutable");
  });

  it("moves cash to the bank, funds the reserve and books what the bank took", async () => {
    paper = await paperDesk();
    const { desk, ani } = paper;
    await paper.books.school.topUp(paper.kid(0), 50_000);
    const move = (kind: "deposit" | "bank-fee" | "reserve-cash" | "reserve-bank", amount: number) =>
      desk.writing.moveMoney(ani(), SCHOOL, { kind, amount: rupiah(amount) });
    valueOf(await move("deposit", 30_000));
    expect(reasonOf(await move("deposit", 20_001))).toBe("funds");
    valueOf(await move("reserve-bank", 100_000));
    valueOf(await move("reserve-cash", 1_000));
    valueOf(await move("bank-fee", 6_500));
    expect(await paper.books.balances()).toEqual({
      cash: 21_000,
      bank: 123_500,
      fees: 6_500,
      reserve: 101_000,
      "student:stu-0": 50_000,
    });
    expect(await desk.reading.overview(SCHOOL)).toMatchObject({
      cash: 21_000,
      bank: 123_500,
      children: 50_000,
      reserve: 101_000,
      losses: 6_500,
    });
  });

  it("lets nobody but an admin of the school order", async () => {
    paper = await paperDesk();
    const outcome = await paper.desk.writing.moveMoney(paper.guardian(), SCHOOL, {
      kind: "reserve-cash",
      amount: rupiah(1),
    });
    expect(reasonOf(outcome)).toBe("not-allowed");
  });
});

describeOnBoth("orders that give money away", () => {
  it("[L16] one person withdraws up to the limit; above it a second one agrees, once", async () => {
    paper = await paperDesk();
    const { desk, ani, budi } = paper;
    const student = paper.kid(0);
    await paper.books.school.topUp(student, 1_200_000);
    const take = (amount: number) =>
      desk.writing.guarded(ani(), SCHOOL, {
        action: "withdrawal",
        student,
        amount: rupiah(amount),
      });
    expect(valueOf(await take(500_000)).state).toBe("done");
    expect(valueOf(await take(500_001)).state).toBe("waiting");
    expect(await balance("cash")).toBe(700_000);
    const [asked] = await desk.reading.approvals(SCHOOL, "per-ani");
    const { approval } = must(asked, "a question");
    expect(asked).toMatchObject({ isOwn: true, amount: 500_001, askedBy: "ani" });
    const answer = (order: ReturnType<typeof ani>, agrees: boolean) =>
      desk.writing.answer(order, SCHOOL, { approval, agrees });
    expect(reasonOf(await answer(ani(), true))).toBe("not-allowed");
    valueOf(await answer(budi(), true));
    expect(await balance("cash")).toBe(199_999);
    expect(reasonOf(await answer(budi(), true))).toBe("already-exists");
  });

  it("[L16] an approval that one person forges is refused by the database", async () => {
    paper = await paperDesk();
    const { desk, ani } = paper;
    const student = paper.kid(0);
    await paper.books.school.topUp(student, 600_000);
    await desk.writing.guarded(ani(), SCHOOL, {
      action: "withdrawal",
      student,
      amount: rupiah(600_000),
    });
    for (const answered_by of ["per-ani", null])
      await expect(
        paper.books.school.store.commit(({ db }) =>
          db.updateTable("approval").set({ state: "agreed", answered_by }).execute(),
        ),
      ).rejects.toThrow("approval_by_two");
  });

  it("asks stalls to return what a withdrawal needs, and refuses what the child does not have", async () => {
    paper = await paperDesk();
    const { desk, ani, books } = paper;
    await books.grant(10_000);
    const take = (amount: number) =>
      desk.writing.guarded(ani(), SCHOOL, {
        action: "withdrawal",
        student: books.kid(0),
        amount: rupiah(amount),
      });
    expect(await take(5_000)).toMatchObject({
      reason: "funds",
      detail: expect.stringContaining("waiting for stalls") as string,
    });
    expect(await take(50_000)).toMatchObject({
      reason: "funds",
      detail: expect.stringContaining("less than that") as string,
    });
    const commands = await books.school.store.read
      .selectFrom("command")
      .select("kind")
      .where("kind", "=", "return-request")
      .execute();
    expect(commands.length).toBeGreaterThan(0);
  });

  it("[L11] refunds at the office share the sale's bound with the terminal's", async () => {
    paper = await paperDesk();
    const { desk, ani, books } = paper;
    const sale = await books.sell(5_000);
    const back = (amount: number, key?: string) =>
      desk.writing.guarded(ani(key), SCHOOL, {
        action: "refund",
        sale: sale.id,
        amount: rupiah(amount),
        reason: "makanan basi",
      });
    valueOf(await back(3_000, "once"));
    valueOf(await back(3_000, "once"));
    expect(reasonOf(await back(2_001))).toBe("invalid");
    await bookOne({
      type: "refund",
      of: idBytes(sale.id),
      amount: rupiah(2_000),
      reason: "goodwill",
    });
    expect(reasonOf(await back(1))).toBe("invalid");
    expect(await balance("merchant:mer-0")).toBe(0);
  });

  it("[L6] suspense is paid by the reserve or the stall, whole and once, and a void goes back to who paid", async () => {
    paper = await paperDesk();
    const { desk, ani, books } = paper;
    const sale = await books.sell(3_000, 5_000);
    expect(await desk.reading.oversold(SCHOOL)).toMatchObject([{ sale: sale.id, amount: 2_000 }]);
    const decide = (payer: "reserve" | "merchant") =>
      desk.writing.guarded(ani(), SCHOOL, { action: "suspense-decision", sale: sale.id, payer });
    valueOf(await decide("reserve"));
    expect(reasonOf(await decide("merchant"))).toBe("already-exists");
    expect(await books.balances()).toEqual({
      cash: 3_000,
      reserve: -2_000,
      "merchant:mer-0": 5_000,
    });
    await bookOne({
      type: "void",
      of: idBytes(sale.id),
      amount: rupiah(5_000),
      reason: "operator",
    });
    expect(await books.balances()).toEqual({ cash: 3_000, "escrow:trm:stu-0": 3_000 });
  });

  it("[L6] what the stall bears comes out of what it is owed", async () => {
    paper = await paperDesk();
    const { desk, ani, books } = paper;
    const sale = await books.sell(3_000, 5_000);
    valueOf(
      await desk.writing.guarded(ani(), SCHOOL, {
        action: "suspense-decision",
        sale: sale.id,
        payer: "merchant",
      }),
    );
    expect(await books.balances()).toEqual({ cash: 3_000, "merchant:mer-0": 3_000 });
    await bookOne({
      type: "void",
      of: idBytes(sale.id),
      amount: rupiah(5_000),
      reason: "operator",
    });
    expect(await books.balances()).toEqual({ cash: 3_000, "escrow:trm:stu-0": 3_000 });
  });

  it("[L13] money without an owner goes to the child that is found, or is kept", async () => {
    paper = await paperDesk();
    const { desk, ani, books } = paper;
    const one = await bookOne(cashIn(20_000, "stu-x"));
    const two = await bookOne(cashIn(5_000, "stu-y"));
    const decide = (found: string, student: string | null) =>
      desk.writing.guarded(ani(), SCHOOL, {
        action: "found-decision",
        found,
        student: student === null ? null : studentId(student),
      });
    expect(reasonOf(await decide(one, "stu-z"))).toBe("not-found");
    valueOf(await decide(one, "stu-1"));
    valueOf(await decide(two, null));
    expect(reasonOf(await decide(one, null))).toBe("already-exists");
    const sums = await books.balances();
    expect(sums["unclaimed"]).toBe(5_000);
    expect(sums["drawer:trm"]).toBe(25_000);
    expect(await desk.reading.found(SCHOOL)).toEqual([]);
  });
});

describeOnBoth("settling a stall", () => {
  const settle = (amount: number, from: "bank" | "cash" = "cash") =>
    paper.desk.writing.settle(paper.ani(), SCHOOL, {
      merchant: MERCHANT,
      amount: rupiah(amount),
      from,
    });
  const stall = async () => must((await paper.desk.reading.stalls(SCHOOL))[0], "a stall");

  it("[T1] pays what is owed and not a rupiah more, once per order", async () => {
    paper = await paperDesk();
    await paper.books.sell(5_000);
    expect(await stall()).toMatchObject({ payable: 5_000, settleable: 5_000 });
    expect(reasonOf(await settle(5_001))).toBe("funds");
    valueOf(await settle(3_000));
    expect(reasonOf(await settle(2_001))).toBe("funds");
    valueOf(await settle(2_000, "bank"));
    expect(await stall()).toMatchObject({ payable: 0, settleable: 0 });
    expect(await paper.books.balances()).toEqual({ cash: 2_000, bank: -2_000 });
  });

  it("[T1] the database refuses a settlement of more than the stall is owed", async () => {
    paper = await paperDesk();
    await paper.books.sell(5_000);
    const { store } = paper.books.school;
    const attempt = store.commit(async ({ db, now }) => {
      const at = { school: SCHOOL, journal: "jnl-x", amount: rupiah(5_001) } as const;
      await db
        .insertInto("posting")
        .values([
          { ...at, n: 1, account: "merchant:mer-0", side: "debit" },
          { ...at, n: 2, account: "cash", side: "credit" },
        ])
        .execute();
      const last = await db
        .selectFrom("journal")
        .select((eb) => eb.fn.max("seq").as("seq"))
        .executeTakeFirstOrThrow();
      await db
        .insertInto("journal")
        .values({
          school: SCHOOL,
          seq: last.seq + 1,
          id: "jnl-x",
          cause_kind: "settlement",
          cause_id: "x",
          recipe: "settlement",
          day: TODAY,
          posted_at: now,
          actor: "x",
        })
        .execute();
    });
    await expect(attempt).rejects.toThrow("settlement exceeds payable");
  });

  it("[T3] a dispute holds its part of the sale only, and is decided once", async () => {
    paper = await paperDesk();
    const { desk, ani, guardian, books } = paper;
    const sale = await books.sell(5_000);
    await books.sell(4_000);
    const open = (amount: number) =>
      desk.writing.openDispute(guardian(), {
        sale: sale.id,
        amount: rupiah(amount),
        reason: "tidak pernah diambil",
      });
    expect(reasonOf(await open(5_001))).toBe("invalid");
    const { dispute } = valueOf(await open(3_000));
    expect(await stall()).toMatchObject({ payable: 6_000, held: 3_000, settleable: 6_000 });
    expect(reasonOf(await settle(6_001))).toBe("funds");
    valueOf(await settle(6_000));
    const decide = (toChild: number) =>
      desk.writing.decideDispute(ani(), SCHOOL, {
        dispute,
        toChild: rupiah(toChild),
        note: "dibagi dua",
      });
    expect(reasonOf(await decide(3_001))).toBe("invalid");
    valueOf(await decide(1_000));
    expect(reasonOf(await decide(0))).toBe("already-exists");
    expect(await stall()).toMatchObject({ payable: 2_000, held: 0 });
    const [view] = await desk.reading.disputes(SCHOOL);
    expect(view).toMatchObject({ state: "decided", toChild: 1_000, toStall: 2_000 });
    expect(view?.dueDay).toBe(addSchoolDays(TODAY, 14));
  });

  it("[T3] a sale that is voided while disputed gives the child nothing twice", async () => {
    paper = await paperDesk();
    const { desk, ani, guardian, books } = paper;
    const sale = await books.sell(5_000);
    const { dispute } = valueOf(
      await desk.writing.openDispute(guardian(), {
        sale: sale.id,
        amount: rupiah(5_000),
        reason: "salah anak",
      }),
    );
    await bookOne({
      type: "void",
      of: idBytes(sale.id),
      amount: rupiah(5_000),
      reason: "wrong-child",
    });
    expect((await desk.reading.disputes(SCHOOL))[0]?.toChildMax).toBe(0);
    const decide = (toChild: number) =>
      desk.writing.decideDispute(ani(), SCHOOL, {
        dispute,
        toChild: rupiah(toChild),
        note: "sudah dibatalkan",
      });
    expect(reasonOf(await decide(1))).toBe("invalid");
    valueOf(await decide(0));
    expect(await books.balances()).toEqual({ cash: 5_000, "escrow:trm:stu-0": 5_000 });
  });

  it("[T3] nobody disputes a sale of a child that is not theirs", async () => {
    paper = await paperDesk();
    const sale = await paper.books.sell(5_000);
    const stranger = { ...paper.guardian(), actor: { person: "per-x", role: "guardian" as const } };
    const outcome = await paper.desk.writing.openDispute(stranger, {
      sale: sale.id,
      amount: rupiah(1),
      reason: "iseng saja",
    });
    expect(reasonOf(outcome)).toBe("not-found");
  });

  const close = async (index: number, saleTotal: number): Promise<void> => {
    const { books } = paper;
    const terminal = books.term(index);
    const tip = terminal.parent;
    const none = { count: 0, total: rupiah(0) };
    const body: EventBody = {
      type: "day-close",
      first: tip,
      last: tip,
      saleCount: 1,
      saleTotal: rupiah(saleTotal),
      voidCount: none.count,
      voidTotal: none.total,
      refundCount: none.count,
      refundTotal: none.total,
      emergencyCount: none.count,
      emergencyTotal: none.total,
      cashInCount: none.count,
      cashInTotal: none.total,
      grandTotal: rupiah(saleTotal),
      cashCounted: null,
      closedBy: "operator",
    };
    await books.book(terminal, [books.write(terminal, body)]);
  };

  it("[T2] a Z report that disagrees blocks its terminal's day until the ledger is accepted", async () => {
    paper = await paperDesk();
    const { desk, ani, books } = paper;
    await books.sell(5_000, 5_000, 0);
    await books.sell(4_000, 4_000, 1);
    await close(0, 6_000);
    await close(1, 4_000);
    const stalls = await desk.reading.stalls(SCHOOL);
    expect(stalls.map(({ blocked, settleable }) => [blocked, settleable])).toEqual([
      [5_000, 0],
      [0, 4_000],
    ]);
    expect(reasonOf(await settle(1))).toBe("funds");
    const [report] = await desk.reading.zReports(SCHOOL);
    expect(report?.differences).toEqual([{ kind: "sale", signed: 6_000, booked: 5_000 }]);
    const accept = (reason: string) =>
      desk.writing.acceptZ(ani(), SCHOOL, { event: must(report, "a report").event, reason });
    expect(reasonOf(await accept(""))).toBe("invalid");
    valueOf(await accept("kasir salah ketik"));
    expect(reasonOf(await accept("sekali lagi"))).toBe("already-exists");
    valueOf(await settle(5_000));
  });

  it("[T4] a statement's lines lead from the opening to the closing balance", async () => {
    paper = await paperDesk();
    const { desk, books } = paper;
    await books.sell(5_000);
    await books.sell(4_000);
    valueOf(await settle(6_000));
    const sale = await books.sell(2_000);
    await bookOne({
      type: "void",
      of: idBytes(sale.id),
      amount: rupiah(2_000),
      reason: "operator",
    });
    const statement = must(await desk.reading.statement(SCHOOL, MERCHANT), "a statement");
    expect(statement.opening).toBe(3_000);
    expect(statement.lines.map(({ recipe, debit, credit }) => [recipe, debit, credit])).toEqual([
      ["sale", 0, 2_000],
      ["void", 2_000, 0],
    ]);
    expect(statement.closing).toBe(3_000);
    expect(statement.settlements.map(({ amount }) => amount)).toEqual([6_000]);
    const moved = statement.lines.reduce((sum, line) => sum + line.credit - line.debit, 0);
    expect(statement.opening + moved).toBe(statement.closing);
  });
});

describeOnBoth("sealing days", () => {
  it("[L14] yesterday can be sealed once; the desk goes on in the open day", async () => {
    let nowMs = MORNING_MS;
    paper = await paperDesk(undefined, () => nowMs);
    const { desk, ani } = paper;
    const seal = (day: typeof TODAY) => desk.writing.sealPeriod(ani(), SCHOOL, day);
    expect(reasonOf(await seal(TODAY))).toBe("invalid");
    nowMs += 86_400_000;
    valueOf(await seal(TODAY));
    expect(reasonOf(await seal(TODAY))).toBe("already-exists");
    expect((await desk.reading.overview(SCHOOL)).sealedThrough).toBe(TODAY);
    valueOf(
      await desk.writing.moveMoney(ani(), SCHOOL, { kind: "reserve-cash", amount: rupiah(9) }),
    );
    // A terminal that comes late with a sale of the sealed day.
    await bookOne(cashIn(7_000));
    const lines = await desk.reading.ledger(SCHOOL, "student:stu-0");
    expect(lines).toMatchObject([
      { day: addSchoolDays(TODAY, 1), happenedOn: TODAY, credit: 7_000 },
    ]);
  });
});

describeOnBoth("what a guardian sees of it", () => {
  it("every rupiah that came to or left the child's account has its line", async () => {
    paper = await paperDesk();
    const { desk, ani, books, cloud } = paper;
    const sale = await books.sell(5_000);
    await bookOne(cashIn(20_000));
    const back = {
      action: "refund",
      sale: sale.id,
      amount: rupiah(2_000),
      reason: "basi",
    } as const;
    valueOf(await desk.writing.guarded(ani(), SCHOOL, back));
    const child = must(await readChild(cloud.store.read, books.kid(0), cloud.clock()), "a child");
    const lines = child.activity.map(({ kind, amount }) => `${kind} ${amount}`);
    expect(new Set(lines)).toEqual(
      new Set(["refund 2000", "sale 5000", "top-up 20000", "top-up 5000"]),
    );
    const signed = child.activity.map(({ kind, amount }) => (kind === "sale" ? -amount : amount));
    expect(signed.reduce<number>((sum, one) => sum + one, 0)).toBe(child.balance);
  });
});
