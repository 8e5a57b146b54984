import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  askId,
  leaseId,
  must,
  parseCommand,
  openObject,
  rupiah,
  schoolDay,
  type EventBody,
  type LeaseId,
} from "@saku/protocol";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { paperBooks, type PaperBooks } from "../paper-books.suite.ts";
import { SCHOOL, TODAY } from "../paper-school.suite.ts";
import type { BookingOutcome } from "./bookings.ts";
import { failedChecks } from "./checks.ts";
import { grantLease, recallTaken } from "./leases.ts";
import { tellPassedOn } from "./sub-grants.ts";

let paper: PaperBooks;
afterEach(async () => {
  expect(await failedChecks(paper.school.store.read)).toEqual([]);
  await paper.school.close();
});

const SUB = leaseId("sub-1");
const open = async (): Promise<LeaseId> => {
  paper = await paperBooks({ terminals: 3, students: 2 });
  return paper.grant(10_000);
};
const hub = () => paper.term(0);
const stall = () => paper.term(1);
const subGrant = (
  spends: readonly (readonly [LeaseId, number])[],
  changes: Partial<Extract<EventBody, { type: "sub-grant" }>> = {},
): VerifiedEvent =>
  paper.write(hub(), {
    type: "sub-grant",
    lease: SUB,
    to: stall().device,
    ask: askId("ask-1"),
    student: paper.kid(0),
    purse: "snack",
    amount: rupiah(spends.reduce((sum, [, amount]) => sum + amount, 0)),
    spends: spends.map(([lease, amount]) => ({ lease, amount: rupiah(amount) })),
    ...changes,
  });
const accept = (grant: VerifiedEvent, amount = 4_000, terminal = stall()): VerifiedEvent =>
  paper.write(terminal, {
    type: "grant-accept",
    lease: SUB,
    amount: rupiah(amount),
    grant: grant.bytes,
  });
const sale = (amount: number, terminal = stall()): VerifiedEvent =>
  paper.write(terminal, {
    type: "sale",
    student: paper.kid(0),
    merchant: terminal.merchant,
    purse: "snack",
    amount: rupiah(amount),
    method: "finger",
    spends: [{ lease: SUB, amount: rupiah(amount) }],
  });
const byHub = (...events: readonly VerifiedEvent[]): Promise<BookingOutcome> =>
  paper.book(hub(), events);
const byStall = (...events: readonly VerifiedEvent[]): Promise<BookingOutcome> =>
  paper.book(stall(), events);
const verdicts = ({ plan }: BookingOutcome) =>
  plan.accepted.map(({ booking }) => booking.anomaly ?? booking.verdict);
const leases = () =>
  paper.school.store.read
    .selectFrom("lease")
    .select(["id", "device", "amount", "spent", "returned", "passed", "state"])
    .orderBy("id")
    .execute();
const escrows = async (): Promise<Readonly<Record<string, number>>> => {
  const rows = await paper.school.store.read
    .selectFrom("account")
    .select(["holder", "debit", "credit"])
    .where("kind", "=", "escrow")
    .execute();
  return Object.fromEntries(rows.map((row) => [row.holder, row.credit - row.debit]));
};

describe("a sub-grant", () => {
  it("[H12] moves the hub's lease to the stall as a lease of its own, which is spent and returned like any", async () => {
    const lease = await open();
    const grant = subGrant([[lease, 4_000]]);
    expect(verdicts(await byHub(grant))).toEqual(["booked"]);
    expect(await escrows()).toEqual({ [hub().device]: 6_000, [stall().device]: 4_000 });
    const back = paper.write(stall(), {
      type: "lease-return",
      lease: SUB,
      amount: rupiah(1_000),
      reason: "day-over",
    });
    const event = accept(grant);
    expect(verdicts(await byStall(back, event)).length).toBe(2);
    expect(await escrows()).toEqual({ [hub().device]: 6_000, [stall().device]: 3_000 });
  });

  it("[H13] is booked once, whichever chain comes first, and ends in the same books", async () => {
    for (const first of ["hub", "stall"] as const) {
      const lease = await open();
      const grant = subGrant([[lease, 4_000]]);
      const taken = accept(grant);
      const sold = sale(4_000);
      if (first === "hub") expect(verdicts(await byHub(grant))).toEqual(["booked"]);
      const expected = first === "hub" ? ["noted", "booked"] : ["booked", "booked"];
      expect(verdicts(await byStall(taken, sold))).toEqual(expected);
      if (first === "stall") expect(verdicts(await byHub(grant))).toEqual(["noted"]);
      expect(await escrows()).toEqual({ [hub().device]: 6_000, [stall().device]: 0 });
      const rows = await leases();
      expect(rows.find(({ id }) => id === lease)).toMatchObject({ spent: 4_000, passed: 4_000 });
      expect(rows.find(({ id }) => id === SUB)).toMatchObject({ spent: 4_000, state: "drained" });
      if (first === "hub") await paper.school.close();
    }
  });

  it("[H14] that the stall never took is told to it under the same lease id", async () => {
    const lease = await open();
    const { passedOn } = await byHub(subGrant([[lease, 4_000]]));
    const { store, outbox } = paper.school;
    await store.commit((work) => tellPassedOn(work, outbox, SCHOOL, passedOn));
    const rows = await store.read
      .selectFrom("command")
      .select("bytes")
      .where("device", "=", stall().device)
      .execute();
    const signed = openObject("saku.command.v1", new Uint8Array(must(rows.at(-1), "one").bytes));
    const command = signed.ok ? parseCommand(signed.value.payload) : signed;
    expect(command.ok && command.value.body).toMatchObject({
      kind: "lease-grant",
      lease: SUB,
      amount: 4_000,
    });
  });

  it("[G7] that a stall takes of a child frozen meanwhile is asked back, of any other child not", async () => {
    const grant = subGrant([[await open(), 4_000]]);
    await byStall(accept(grant));
    const { store, outbox } = paper.school;
    const { device } = stall();
    const asked = async (isFrozen: 0 | 1): Promise<number> => {
      await store.commit(async (work) => {
        await work.db
          .updateTable("student")
          .set({ is_frozen: isFrozen })
          .where("id", "=", paper.kid(0))
          .execute();
        await recallTaken(work, outbox, { school: SCHOOL, device }, [SUB]);
      });
      const rows = await store.read
        .selectFrom("command")
        .select("rev")
        .where("device", "=", device)
        .where("kind", "=", "return-request")
        .execute();
      return rows.length;
    };
    expect([await asked(0), await asked(1)]).toEqual([0, 1]);
  });

  it("[H12] beyond the hub's lease is covered as far as it reaches, and a human sees the rest", async () => {
    const lease = await open();
    const grant = subGrant([[lease, 14_000]]);
    expect(verdicts(await byHub(grant))).toEqual(["lease-short"]);
    expect(await escrows()).toEqual({ [hub().device]: 0, [stall().device]: 10_000 });
    expect(verdicts(await byStall(accept(grant, 14_000), sale(14_000)))).toEqual([
      "noted",
      "lease-short",
    ]);
    expect(await paper.balances()).toMatchObject({ "merchant:mer-1": 14_000 });
  });

  it("[H12] takes nothing from leases of another terminal, child or purse", async () => {
    await open();
    const foreign = await paper.grant(5_000, 1);
    const other = { student: paper.kid(1), lease: leaseId("sub-2") };
    const own = await paper.grant(5_000);
    const unknown = { to: "trm-nobody" as never, lease: leaseId("sub-3") };
    expect(
      verdicts(
        await byHub(
          subGrant([[foreign, 4_000]]),
          subGrant([[own, 4_000]], other),
          subGrant([[own, 4_000]], { purse: "needs", lease: leaseId("sub-4") }),
          subGrant([[own, 4_000]], unknown),
        ),
      ),
    ).toEqual(["lease-short", "lease-short", "lease-short", "unknown-terminal"]);
    expect(await leases()).toHaveLength(3);
  });

  it("[H13] under a used lease id, for another stall or of another amount is an anomaly and moves nothing", async () => {
    const lease = await open();
    const grant = subGrant([[lease, 4_000]]);
    const again = subGrant([[lease, 5_000]]);
    expect(verdicts(await byHub(grant, again))).toEqual(["booked", "grant-differs"]);
    expect(verdicts(await byStall(accept(grant, 5_000)))).toEqual(["grant-differs"]);
    const third = paper.term(2);
    expect(verdicts(await paper.book(third, [accept(grant, 4_000, third)]))).toEqual([
      "grant-differs",
    ]);
    expect(await escrows()).toEqual({ [hub().device]: 6_000, [stall().device]: 4_000 });
  });

  it("[H13] that no hub has signed is worth nothing", async () => {
    await open();
    const forged = paper.write(stall(), { type: "day-open" });
    expect(verdicts(await byStall(forged, accept(forged)))).toEqual(["noted", "unknown-grant"]);
    const bent = Uint8Array.from(forged.bytes);
    bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1;
    const taken = paper.write(stall(), {
      type: "grant-accept",
      lease: SUB,
      amount: rupiah(1),
      grant: bent,
    });
    expect(verdicts(await byStall(taken))).toEqual(["unknown-grant"]);
  });

  it("[G3] uses up the day's limit once: passed on is not spent twice", async () => {
    const { limitUseOf } = await import("../../core/leases/lease.ts");
    const { leaseOfRow } = await import("./lease-rows.ts");
    const lease = await open();
    await byHub(subGrant([[lease, 4_000]]));
    const rows = await paper.school.store.read.selectFrom("lease").selectAll().execute();
    expect(rows.map(leaseOfRow).reduce<number>((sum, each) => sum + limitUseOf(each), 0)).toBe(
      10_000,
    );
  });

  it("[H13] in any order of the two chains' deliveries gives the same balances", async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.boolean()), async (coin) => {
        const lease = await open();
        const grants = [0, 1, 2].map((index) =>
          subGrant([[lease, 2_000]], { lease: leaseId(`sub-${index}`) }),
        );
        const taken = grants.map((grant, index) =>
          paper.write(stall(), {
            type: "grant-accept",
            lease: leaseId(`sub-${index}`),
            amount: rupiah(2_000),
            grant: grant.bytes,
          }),
        );
        const lines = [
          { of: hub(), left: [...grants] },
          { of: stall(), left: [...taken] },
        ];
        while (lines.some(({ left }) => left.length > 0)) {
          const turn = coin.next().value ? 0 : 1;
          const line = lines[turn]?.left.length === 0 ? lines[1 - turn] : lines[turn];
          const next = line?.left.shift();
          if (line !== undefined && next !== undefined) await paper.book(line.of, [next]);
        }
        expect(await escrows()).toEqual({ [hub().device]: 4_000, [stall().device]: 6_000 });
        expect(await failedChecks(paper.school.store.read)).toEqual([]);
        await paper.school.close();
      }),
      { numRuns: 6 },
    );
    await open();
  });

  it("[G10] and any lease of another school day is not spent: the child is not charged for it", async () => {
    paper = await paperBooks({ terminals: 2, students: 1 });
    const { school, kid } = paper;
    await school.topUp(kid(0), 5_000);
    const { lease } = await school.store.commit((work) =>
      grantLease(work, school.outbox, SCHOOL, {
        device: stall().device,
        student: kid(0),
        purse: "snack",
        day: schoolDay(TODAY - 1),
        amount: rupiah(5_000),
        ask: null,
        actor: "test",
      }),
    );
    const event = paper.write(stall(), {
      type: "sale",
      student: kid(0),
      merchant: stall().merchant,
      purse: "snack",
      amount: rupiah(5_000),
      method: "finger",
      spends: [{ lease, amount: rupiah(5_000) }],
    });
    expect(verdicts(await byStall(event))).toEqual(["expired-lease"]);
    expect(await paper.balances()).toMatchObject({ "merchant:mer-1": 5_000 });
    expect(await escrows()).toEqual({ [stall().device]: 5_000 });
  });
});
