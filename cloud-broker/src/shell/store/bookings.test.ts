import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import {
  leaseId,
  must,
  rupiah,
  type EventBody,
  type LeaseId,
  type SignedBytes,
} from "@saku/protocol";
import { openEvent } from "../../core/ingest/verify.ts";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import {
  paperSchool,
  paperTerminal,
  SCHOOL,
  TODAY,
  type PaperSchool,
  type PaperTerminal,
} from "../paper-school.suite.ts";
import { bookBatch, type BookingOutcome } from "./bookings.ts";
import { describeOnBoth } from "./databases.suite.ts";
import { failedChecks } from "./checks.ts";
import { grantLease } from "./leases.ts";

let school: PaperSchool;
afterEach(async () => {
  // Every test ends with every invariant: money is never made, lost or moved without a reason.
  expect(await failedChecks(school.store.read)).toEqual([]);
  await school.close();
});

const opened = (terminal: PaperTerminal, n: number, bytes: SignedBytes): VerifiedEvent => {
  const result = openEvent(
    { school: SCHOOL, device: terminal.device, inc: terminal.inc },
    n,
    bytes,
  );
  return must(result.ok ? result.value.verified : null, "A paper event opens");
};
const write = (terminal: PaperTerminal, body: EventBody): VerifiedEvent => {
  const { n, bytes } = terminal.write(body);
  return opened(terminal, n, bytes);
};
const book = (terminal: PaperTerminal, events: readonly VerifiedEvent[]): Promise<BookingOutcome> =>
  school.store.commit((work) =>
    bookBatch(
      work,
      { school: SCHOOL, device: terminal.device, inc: must(events[0], "a batch").event.inc },
      events,
    ),
  );
const grant = async (amount: number, terminal = term(0), student = kid(0)): Promise<LeaseId> => {
  await school.topUp(student, amount);
  const granted = await school.store.commit((work) =>
    grantLease(work, school.outbox, SCHOOL, {
      device: terminal.device,
      student,
      purse: "snack",
      day: TODAY,
      amount: rupiah(amount),
      ask: null,
      actor: "test",
    }),
  );
  return granted.lease;
};
const term = (index: number): PaperTerminal => must(school.terminals[index], "a terminal");
const kid = (index: number) => must(school.students[index], "a child");
const saleOf = (spends: readonly (readonly [LeaseId, number])[], student = kid(0)): EventBody => ({
  type: "sale",
  student,
  merchant: term(0).merchant,
  purse: "snack",
  amount: rupiah(spends.reduce((sum, [, amount]) => sum + amount, 0)),
  method: "finger",
  spends: spends.map(([lease, amount]) => ({ lease, amount: rupiah(amount) })),
});
const balances = async (): Promise<Record<string, number>> => {
  const rows = await school.store.read.selectFrom("account").selectAll().execute();
  return Object.fromEntries(
    rows.map((row) => [
      row.kind,
      row.normal_side === "credit" ? row.credit - row.debit : row.debit - row.credit,
    ]),
  );
};

describeOnBoth("booking a batch", (database) => {
  it("[L6] books what the lease covers from the child and the rest from suspense", async () => {
    school = await paperSchool({ terminals: 1, students: 1 });
    const lease = await grant(10_000);
    const outcome = await book(term(0), [write(term(0), saleOf([[lease, 12_000]]))]);
    expect(outcome.plan.accepted[0]?.booking).toMatchObject({
      verdict: "suspense",
      anomaly: "lease-short",
    });
    expect(await balances()).toEqual({
      cash: 10_000,
      student: 0,
      escrow: 0,
      suspense: 2_000,
      merchant: 12_000,
    });
  });

  it("[N6] does not touch the lease of another child or another terminal", async () => {
    school = await paperSchool({ terminals: 2, students: 2 });
    const mine = await grant(5_000, term(0), kid(0));
    const theirs = await grant(5_000, term(1), kid(0));
    const outcome = await book(term(0), [
      write(term(0), saleOf([[mine, 1_000]], kid(1))),
      write(term(0), saleOf([[theirs, 1_000]], kid(0))),
      write(term(0), saleOf([[leaseId("lea-none"), 1_000]], kid(0))),
    ]);
    expect(outcome.plan.accepted.map(({ booking }) => booking.anomaly)).toEqual([
      "foreign-lease",
      "unknown-lease",
      "unknown-lease",
    ]);
    expect(await balances()).toMatchObject({ escrow: 5_000, suspense: 3_000, merchant: 3_000 });
  });

  it("[L7] voids once, opens the lease again, and a return then closes it [G2]", async () => {
    school = await paperSchool({ terminals: 1, students: 1 });
    const lease = await grant(10_000);
    const terminal = term(0);
    const sale = write(terminal, saleOf([[lease, 4_000]]));
    const back = write(terminal, {
      type: "lease-return",
      lease,
      amount: rupiah(6_000),
      reason: "requested",
    });
    const { id } = { id: Buffer.from(sale.id, "hex") };
    const undo: EventBody = {
      type: "void",
      of: new Uint8Array(id),
      amount: rupiah(4_000),
      reason: "operator",
    };
    const again = write(terminal, undo);
    const twice = write(terminal, undo);
    const rest = write(terminal, {
      type: "lease-return",
      lease,
      amount: rupiah(4_000),
      reason: "requested",
    });
    const outcome = await book(terminal, [sale, back, again, twice, rest]);
    expect(outcome.plan.accepted.map(({ booking }) => booking.verdict)).toEqual([
      "booked",
      "booked",
      "booked",
      "anomaly",
      "booked",
    ]);
    expect(await balances()).toEqual({ cash: 10_000, student: 10_000, escrow: 0, merchant: 0 });
    const row = await school.store.read.selectFrom("lease").selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ spent: 0, returned: 10_000, state: "returned" });
  });

  it("[N1] answers a replayed batch without moving anything", async () => {
    school = await paperSchool({ terminals: 1, students: 1 });
    const lease = await grant(10_000);
    const batch = [
      write(term(0), saleOf([[lease, 1_000]])),
      write(term(0), saleOf([[lease, 2_000]])),
    ];
    await book(term(0), batch);
    const before = await balances();
    const outcome = await book(term(0), batch);
    expect(outcome.plan).toMatchObject({ duplicateCount: 2, accepted: [], ack: 2 });
    expect(await balances()).toEqual(before);
  });

  it("[N2] takes nothing beyond a gap and says where it begins", async () => {
    school = await paperSchool({ terminals: 1, students: 1 });
    const boot = write(term(0), { type: "boot", software: "x", reason: "start" });
    write(term(0), { type: "day-open" });
    const third = write(term(0), { type: "day-open" });
    await book(term(0), [boot]);
    const outcome = await book(term(0), [third]);
    expect(outcome.plan).toMatchObject({ ack: 1, accepted: [], stop: { kind: "gap", n: 2 } });
  });

  it("[N3] holds an incarnation whose first parent is not known, and refuses a broken chain", async () => {
    school = await paperSchool({ terminals: 1, students: 1 });
    const terminal = term(0);
    write(terminal, { type: "boot", software: "x", reason: "start" });
    terminal.restart();
    const early = write(terminal, { type: "boot", software: "x", reason: "restart" });
    expect((await book(terminal, [early])).plan.stop).toEqual({ kind: "orphan", n: 1 });
    const stranger = paperTerminal(terminal.merchant);
    Object.assign(terminal, { parent: stranger.parent, n: 0 });
    terminal.restart();
    const first = write(terminal, { type: "boot", software: "x", reason: "start" });
    terminal.parent = stranger.write({ type: "day-open" }).id;
    const broken = write(terminal, { type: "day-open" });
    expect((await book(terminal, [first, broken])).plan.stop).toEqual({
      kind: "broken-chain",
      n: 2,
    });
  });

  it("[N4] books a second child as far as its lease reaches and quarantines the terminal", async () => {
    school = await paperSchool({ terminals: 1, students: 1 });
    const terminal = term(0);
    const lease = await grant(5_000);
    const boot = write(terminal, { type: "boot", software: "x", reason: "start" });
    await book(terminal, [boot, write(terminal, saleOf([[lease, 3_000]]))]);
    // The card is restored from an image taken after the boot event.
    const image = terminal.parent;
    terminal.parent = Buffer.from(boot.id, "hex") as unknown as typeof image;
    terminal.restart();
    const outcome = await book(terminal, [write(terminal, saleOf([[lease, 3_000]]))]);
    expect(outcome.plan.forks).toMatchObject([{ reason: "second-child" }]);
    expect(await balances()).toMatchObject({ escrow: 0, merchant: 6_000, suspense: 1_000 });
    const row = await school.store.read
      .selectFrom("device")
      .select("state")
      .executeTakeFirstOrThrow();
    expect(row.state).toBe("quarantined");
  });

  it("[N5] keeps a return that says another amount as an anomaly and goes on", async () => {
    school = await paperSchool({ terminals: 1, students: 1 });
    const lease = await grant(5_000);
    const outcome = await book(term(0), [
      write(term(0), { type: "lease-return", lease, amount: rupiah(9_000), reason: "requested" }),
      write(term(0), { type: "day-open" }),
    ]);
    expect(outcome.plan.accepted.map(({ booking }) => booking.verdict)).toEqual([
      "anomaly",
      "noted",
    ]);
    expect(await balances()).toMatchObject({ student: 5_000, escrow: 0 });
  });

  it("[N7] ends in the same ledger however batches are split, repeated and reordered", async () => {
    school = await paperSchool({ terminals: 1, students: 1 });
    await school.close();
    const seed = new Uint8Array(32).fill(7);
    const delivery = fc.array(fc.tuple(fc.nat(29), fc.integer({ min: 1, max: 12 })), {
      maxLength: 12,
    });
    const run = async (deliveries: readonly (readonly [number, number])[]): Promise<unknown> => {
      school = await paperSchool({ terminals: 1, students: 1 });
      const lease = await grant(20_000);
      const events = historyOf(paperTerminal(term(0).merchant, seed), lease);
      const terminal = { ...term(0), inc: events[0]?.event.inc ?? term(0).inc };
      for (const [from, count] of [...deliveries, [0, 30] as const]) {
        const part = events.slice(from, from + count);
        if (part.length > 0) await book(terminal, part);
      }
      const state = {
        balances: await balances(),
        lease: await school.store.read
          .selectFrom("lease")
          .select(["spent", "returned", "state"])
          .execute(),
        events: await school.store.read
          .selectFrom("device_event")
          .select(["n", "verdict"])
          .orderBy("n")
          .execute(),
      };
      expect(await failedChecks(school.store.read)).toEqual([]);
      await school.close();
      return state;
    };
    const wanted = await run([]);
    await fc.assert(
      fc.asyncProperty(delivery, async (deliveries) => {
        expect(await run(deliveries)).toEqual(wanted);
      }),
      { numRuns: database === "sqlite" ? 25 : 8, seed: 1 },
    );
    school = await paperSchool({ terminals: 1, students: 1 });
  });
});

/** Thirty events of one terminal: sales within and beyond the lease, voids, a return. */
function historyOf(terminal: PaperTerminal, lease: LeaseId): readonly VerifiedEvent[] {
  const events: VerifiedEvent[] = [
    write(terminal, { type: "boot", software: "x", reason: "start" }),
  ];
  for (let index = 1; index < 28; index++) {
    const last = events.at(-1);
    if (index % 5 === 0 && last?.event.body.type === "sale")
      events.push(
        write(terminal, {
          type: "void",
          of: new Uint8Array(Buffer.from(last.id, "hex")),
          amount: last.event.body.amount,
          reason: "operator",
        }),
      );
    else events.push(write(terminal, saleOf([[lease, 500 + index * 50]])));
  }
  events.push(
    write(terminal, { type: "lease-return", lease, amount: rupiah(0), reason: "drained" }),
  );
  events.push(write(terminal, { type: "day-open" }));
  return events;
}
