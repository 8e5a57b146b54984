import { afterEach, expect, it } from "vitest";
import { rupiah } from "@saku/protocol";
import { SCHOOL } from "../../paper-school.suite.ts";
import { failedChecks } from "../../store/checks.ts";
import { describeOnBoth } from "../../store/databases.suite.ts";
import { paymentArrived } from "./gateway-orders.ts";
import { paperDesk, valueOf, type PaperDesk } from "./paper-desk.suite.ts";

let paper: PaperDesk;
afterEach(async () => {
  expect(await failedChecks(paper.books.school.store.read)).toEqual([]);
  await paper.books.school.close();
});

const reasonOf = (outcome: { readonly kind: string; readonly reason?: string }): string =>
  outcome.kind === "refused" ? (outcome.reason ?? "") : outcome.kind;
const balance = async (account: string): Promise<number> =>
  (await paper.books.balances())[account] ?? 0;

describeOnBoth("payments through a provider", () => {
  const pay = (payment: string, orderRef: string, amount: number) =>
    paymentArrived(paper.cloud, SCHOOL, {
      provider: "midtrans",
      payment,
      orderRef,
      amount: rupiah(amount),
    });
  const topUp = async (amount: number): Promise<string> =>
    valueOf(
      await paper.desk.writing.createTopUp(paper.guardian(), {
        student: paper.kid(0),
        provider: "midtrans",
        amount: rupiah(amount),
      }),
    ).orderRef;

  it("[L13] settle their order once, however often and however late they are told", async () => {
    paper = await paperDesk({ terminals: 0, students: 1 });
    const orderRef = await topUp(50_000);
    expect(await pay("p1", orderRef, 50_000)).toEqual({ kind: "settled", isNew: true });
    for (let told = 0; told < 3; told += 1)
      expect(await pay("p1", orderRef, 50_000)).toEqual({ kind: "settled", isNew: false });
    expect(await pay("p1", orderRef, 60_000)).toEqual({ kind: "conflict" });
    expect(await paper.books.balances()).toEqual({
      "clearing:midtrans": 50_000,
      "student:stu-0": 50_000,
    });
  });

  it("[L13] that do not fit wait in suspense: unknown order, other amount, paid twice", async () => {
    paper = await paperDesk({ terminals: 0, students: 1 });
    const orderRef = await topUp(50_000);
    expect(await pay("p1", "top-none", 10_000)).toMatchObject({ kind: "suspense" });
    expect(await pay("p2", orderRef, 49_999)).toMatchObject({ kind: "suspense" });
    expect(await pay("p3", orderRef, 50_000)).toMatchObject({ kind: "settled" });
    expect(await pay("p4", orderRef, 50_000)).toMatchObject({ kind: "suspense" });
    expect((await paper.desk.reading.found(SCHOOL)).map(({ reason }) => reason)).toEqual([
      "unknown-order",
      "amount-differs",
      "already-settled",
    ]);
    expect(await balance("student:stu-0")).toBe(50_000);
    expect(await balance("suspense:found:midtrans")).toBe(109_999);
  });

  it("[L13] are paid out once, and their sum is the payout and its fee", async () => {
    paper = await paperDesk({ terminals: 0, students: 1 });
    await pay("p1", await topUp(50_000), 50_000);
    await pay("p2", await topUp(30_000), 30_000);
    const out = (payments: readonly string[], net: number, fee: number, payout = "out-1") =>
      paper.desk.writing.recordPayout(paper.ani(), SCHOOL, {
        provider: "midtrans",
        payout,
        payments,
        net: rupiah(net),
        fee: rupiah(fee),
      });
    expect(reasonOf(await out(["p1", "p2"], 76_000, 3_999))).toBe("invalid");
    expect(reasonOf(await out(["p1", "p9"], 50_000, 0))).toBe("invalid");
    valueOf(await out(["p1"], 48_000, 2_000));
    expect(reasonOf(await out(["p1"], 48_000, 2_000, "out-2"))).toBe("invalid");
    expect(reasonOf(await out(["p2"], 30_000, 0))).toBe("already-exists");
    expect(await paper.books.balances()).toMatchObject({
      bank: 48_000,
      fees: 2_000,
      "clearing:midtrans": 30_000,
    });
  });
});
