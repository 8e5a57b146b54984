import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { must, rupiah, type EventBody, type LeaseId } from "@saku/protocol";
import { openEvent } from "../../core/ingest/verify.ts";
import { expireLeases } from "../jobs/expired-leases.ts";
import { officeOf, type PaperOffice } from "../paper-office.suite.ts";
import { MORNING_MS, SCHOOL, TODAY } from "../paper-school.suite.ts";
import { bookBatch } from "../store/bookings.ts";
import { failedChecks } from "../store/checks.ts";
import { grantLease } from "../store/leases.ts";
import { writeOffDue } from "./loss-orders.ts";

const DAY_MS = 86_400_000;
let paper: PaperOffice;
let nowMs: number;
let lease: LeaseId;
beforeEach(async () => {
  nowMs = MORNING_MS;
  paper = await officeOf({ terminals: 2, students: 1 }, () => nowMs);
  await paper.school.topUp(kid(), 10_000);
  const granted = await paper.school.store.commit((work) =>
    grantLease(work, paper.school.outbox, SCHOOL, {
      device: terminal().device,
      student: kid(),
      purse: "snack",
      day: TODAY,
      amount: rupiah(10_000),
      ask: null,
      actor: "test",
    }),
  );
  lease = granted.lease;
});
afterEach(async () => {
  expect(await failedChecks(paper.school.store.read)).toEqual([]);
  await paper.close();
});

const terminal = () => must(paper.school.terminals[0], "a terminal");
const kid = () => must(paper.school.students[0], "a child");
const second = () => paper.orderOf("per-second");
const balances = async (): Promise<Readonly<Record<string, number>>> => {
  const rows = await paper.school.store.read.selectFrom("account").selectAll().execute();
  return Object.fromEntries(
    rows
      .map((row): [string, number] => [row.kind, row.credit - row.debit])
      .filter(([, balance]) => balance !== 0),
  );
};
const state = async () =>
  (await paper.school.store.read.selectFrom("lease").select("state").executeTakeFirstOrThrow())
    .state;
async function deliver(body: EventBody) {
  const { n, bytes } = terminal().write(body);
  const owner = { school: SCHOOL, device: terminal().device, inc: terminal().inc };
  const opened = openEvent(owner, n, bytes);
  const event = must(opened.ok ? opened.value.verified : null, "a paper event opens");
  const { plan } = await paper.school.store.commit((work) => bookBatch(work, owner, [event]));
  return must(plan.accepted[0], "one event").booking;
}
const sale = (amount: number): EventBody => ({
  type: "sale",
  student: kid(),
  merchant: terminal().merchant,
  purse: "snack",
  amount: rupiah(amount),
  method: "finger",
  spends: [{ lease, amount: rupiah(amount) }],
});
async function lose(): Promise<void> {
  const { writing } = paper;
  await writing.declareLost(paper.order(), terminal().device);
  await writing.confirmLost(second(), terminal().device);
}

describe("a lost terminal", () => {
  it("[G11] is stopped at one person's word, and its money waits", async () => {
    const outcome = await paper.writing.declareLost(paper.order(), terminal().device);
    expect(outcome.kind).toBe("done");
    expect(paper.stopped).toEqual([terminal().device]);
    expect(await state()).toBe("lost");
    nowMs += 30 * DAY_MS;
    expect(await writeOffDue(paper.cloud)).toBe(0);
    expect(await balances()).toMatchObject({ escrow: 10_000 });
  });

  it("[G11] is confirmed by another person, never by the same", async () => {
    await paper.writing.declareLost(paper.order(), terminal().device);
    expect(await paper.writing.confirmLost(paper.order(), terminal().device)).toMatchObject({
      kind: "refused",
      reason: "not-allowed",
    });
    expect((await paper.writing.confirmLost(second(), terminal().device)).kind).toBe("done");
    await expect(
      paper.school.store.commit(({ db }) =>
        db.updateTable("loss").set({ confirmed_by: "per-admin" }).execute(),
      ),
    ).rejects.toThrow(/loss/);
  });

  it("[G11] is written off when the days are over, not a day before", async () => {
    await lose();
    nowMs += 2 * DAY_MS;
    expect(await writeOffDue(paper.cloud)).toBe(0);
    nowMs += DAY_MS;
    expect([await writeOffDue(paper.cloud), await writeOffDue(paper.cloud)]).toEqual([1, 0]);
    expect(await state()).toBe("written-off");
    expect(await balances()).toEqual({ student: 10_000, cash: -10_000 });
  });

  it("[G11] is written off at once by an order of two persons", async () => {
    await paper.writing.declareLost(paper.order(), terminal().device);
    expect(await paper.writing.orderWriteOff(second(), terminal().device)).toMatchObject({
      reason: "invalid",
    });
    await paper.writing.confirmLost(second(), terminal().device);
    await paper.writing.orderWriteOff(paper.order(), terminal().device);
    expect(await paper.writing.orderWriteOff(paper.order(), terminal().device)).toMatchObject({
      reason: "not-allowed",
    });
    expect(await balances()).toMatchObject({ escrow: 10_000 });
    await paper.writing.orderWriteOff(second(), terminal().device);
    expect(await balances()).toMatchObject({ student: 10_000 });
  });

  it("[G11] that turns up is booked: the reserve pays what the child got back, once", async () => {
    await lose();
    nowMs += 3 * DAY_MS;
    await writeOffDue(paper.cloud);
    expect(await deliver(sale(7_000))).toMatchObject({
      verdict: "booked",
      anomaly: "written-off",
    });
    expect(await balances()).toEqual({
      student: 10_000,
      merchant: 7_000,
      reserve: -7_000,
      cash: -10_000,
    });
    expect(await deliver(sale(4_000))).toMatchObject({ verdict: "suspense" });
    const back: EventBody = {
      type: "lease-return",
      lease,
      amount: rupiah(3_000),
      reason: "day-over",
    };
    expect(await deliver(back)).toMatchObject({ verdict: "noted", anomaly: null });
    expect(await balances()).toMatchObject({ student: 10_000 });
  });

  it("[G11] that speaks before the write-off spends and returns its own money", async () => {
    await lose();
    await deliver(sale(4_000));
    await deliver({ type: "lease-return", lease, amount: rupiah(6_000), reason: "day-over" });
    expect(await balances()).toEqual({ student: 6_000, merchant: 4_000, cash: -10_000 });
    expect(await state()).toBe("returned");
    nowMs += 3 * DAY_MS;
    await writeOffDue(paper.cloud);
    expect(await balances()).toMatchObject({ student: 6_000 });
  });
});

describe("a lease whose day is over", () => {
  it("[G10] is marked and not freed; the signed return still ends it", async () => {
    expect(await expireLeases(paper.cloud)).toBe("0 leases");
    nowMs += DAY_MS;
    expect(await expireLeases(paper.cloud)).toBe("1 leases");
    expect(await state()).toBe("expiring");
    expect(await balances()).toMatchObject({ escrow: 10_000 });
    await deliver({ type: "lease-return", lease, amount: rupiah(10_000), reason: "day-over" });
    expect([await state(), await balances()]).toEqual([
      "returned",
      { student: 10_000, cash: -10_000 },
    ]);
  });
});
