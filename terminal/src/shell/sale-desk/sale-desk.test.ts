import {
  parseEvent,
  rupiah,
  schoolDay,
  studentId,
  toHex,
  verifyObject,
  type SakuEvent,
} from "@saku/protocol";
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SaleOrder } from "../../core/wallet/sale-desk.ts";
import { nodeTimers } from "../clock/node-timers.ts";
import { nodeEntropy } from "../keys/node-entropy.ts";
import { verifyWithNode } from "../keys/verify.ts";
import { readEvents, readHead } from "../store/journal-store.ts";
import { openJournal } from "../store/journal.ts";
import { activeLeases, heldHere } from "../store/money-store.ts";
import {
  CHILD,
  grant,
  MORNING_MS,
  openTestTerminal,
  SCHOOL,
  STALL,
  student,
  type TestTerminal,
} from "./desk.suite.ts";

let terminal: TestTerminal;
beforeEach(async () => {
  terminal = await openTestTerminal();
});
afterEach(async () => {
  await terminal.close();
});

function order(amount: number): SaleOrder {
  return { student: CHILD, amount: rupiah(amount), purse: "snack", method: "finger" };
}

async function events(): Promise<readonly SakuEvent[]> {
  const rows = await readEvents(terminal.database.read, terminal.journal.inc, {
    from: 1,
    limit: 1_000,
  });
  return rows.map(({ bytes }) => {
    const signed = verifyObject(
      "saku.event.v1",
      bytes,
      () => terminal.keys.signKey,
      verifyWithNode,
    );
    if (!signed.ok) throw new Error("An event in the journal is not signed by this terminal");
    const parsed = parseEvent(signed.value.payload);
    if (!parsed.ok) throw new Error("An event in the journal cannot be read");
    return parsed.value;
  });
}

async function sold(amount: number): Promise<string> {
  const outcome = await terminal.desk.sell(order(amount));
  if (outcome.kind !== "sold") throw new Error(`Refused: ${outcome.reason}`);
  return outcome.saleId;
}

describe("the sale desk", () => {
  it("signs and stores a sale, takes it from the lease and says where the time went", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    const outcome = await terminal.desk.sell(order(5_000));
    expect(outcome).toMatchObject({
      kind: "sold",
      firstName: "Alya",
      amount: 5_000,
      atMs: MORNING_MS,
    });
    if (outcome.kind !== "sold") return;
    expect(outcome.timings.signMs).toBeGreaterThan(0);
    expect(outcome.timings.commitMs).toBeGreaterThan(0);
    const last = (await events()).at(-1);
    expect(last?.body).toMatchObject({
      type: "sale",
      amount: 5_000,
      merchant: "mrc-1",
      method: "finger",
    });
    expect((await heldHere(terminal.database.read)).amount).toBe(15_000);
    expect((await readHead(terminal.database.read)).grandTotal).toBe(5_000);
    expect(toHex((await readHead(terminal.database.read)).tip)).toBe(outcome.saleId);
  });

  it("keeps one gapless chain of signed events", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    await sold(1_000);
    await sold(2_000);
    const all = await events();
    expect(all.map((event) => event.n)).toEqual(all.map((_, index) => index + 1));
    expect(all.map((event) => event.body.type)).toEqual([
      "boot",
      "day-open",
      "lease-accept",
      "sale",
      "sale",
    ]);
    expect(all.at(-1)?.have).toBe(3);
  });

  it("serves customers one at a time, so that a lease is never promised twice", async () => {
    await terminal.command(STALL, student(), grant(10_000));
    const outcomes = await Promise.all(
      [order(6_000), order(6_000), order(4_000)].map((o) => terminal.desk.sell(o)),
    );
    expect(outcomes.map((o) => (o.kind === "sold" ? "sold" : o.reason))).toEqual([
      "sold",
      "lease-short-offline",
      "sold",
    ]);
    expect((await heldHere(terminal.database.read)).amount).toBe(0);
  });

  it("[W1] sells nothing without a stall, nor when the cloud has ended the service", async () => {
    await terminal.command(student(), grant(10_000));
    expect(await terminal.desk.sell(order(1_000))).toEqual({
      kind: "refused",
      reason: "terminal-not-ready",
    });
    await terminal.command(STALL);
    terminal.line.isStopped = true;
    expect(await terminal.desk.sell(order(1_000))).toEqual({
      kind: "refused",
      reason: "terminal-not-ready",
    });
  });

  it("asks the cloud for exactly what is missing and sells when the grant has come", async () => {
    await terminal.command(STALL, student(), grant(2_000));
    terminal.line.isOnline = true;
    terminal.line.answer = async () => {
      await terminal.command(grant(8_000));
      return { kind: "granted" };
    };
    const outcome = await terminal.desk.sell(order(5_000));
    expect(outcome.kind).toBe("sold");
    expect(terminal.asked).toEqual([
      { student: CHILD, purse: "snack", day: 20261123, need: 3_000 },
    ]);
  });

  it.each(["funds", "limit", "frozen", "held-elsewhere"] as const)(
    "hands on the cloud's refusal %s",
    async (reason) => {
      await terminal.command(STALL, student());
      terminal.line.isOnline = true;
      terminal.line.answer = () => Promise.resolve({ kind: "refused", reason });
      expect(await terminal.desk.sell(order(5_000))).toEqual({ kind: "refused", reason });
    },
  );

  it("does not ask while offline, and says so", async () => {
    await terminal.command(STALL, student(), grant(2_000));
    expect(await terminal.desk.sell(order(5_000))).toEqual({
      kind: "refused",
      reason: "lease-short-offline",
    });
    expect(terminal.asked).toEqual([]);
  });

  it("[W8] [W10] puts a sale back once, with a signed void, and the lease has its money again", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    const saleId = await sold(5_000);
    await terminal.desk.markShown(saleId);
    expect(await terminal.desk.voidSale(saleId, "wrong-amount")).toEqual({
      kind: "voided",
      amount: 5_000,
    });
    expect(await terminal.desk.voidSale(saleId, "wrong-amount")).toEqual({
      kind: "refused",
      reason: "already-voided",
    });
    expect((await heldHere(terminal.database.read)).amount).toBe(20_000);
    expect((await readHead(terminal.database.read)).grandTotal).toBe(0);
    expect((await terminal.desk.recentSales(5)).map((sale) => sale.state)).toEqual(["voided"]);
  });

  it("[W9] lets the operator take back a confirmed sale for 60 seconds only", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    const saleId = await sold(5_000);
    await terminal.desk.markShown(saleId);
    terminal.wall.ms += 61_000;
    expect(await terminal.desk.voidSale(saleId, "operator")).toEqual({
      kind: "refused",
      reason: "too-late",
    });
  });

  it("[W10] returns at once what a closed lease gets back", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    const saleId = await sold(5_000);
    await terminal.command({ kind: "return-request", student: CHILD });
    await terminal.desk.voidSale(saleId, "operator");
    const bodies = (await events()).slice(-3).map((event) => event.body);
    expect(bodies).toMatchObject([
      { type: "lease-return", amount: 15_000, reason: "requested" },
      { type: "void", amount: 5_000 },
      { type: "lease-return", amount: 5_000, reason: "requested" },
    ]);
  });

  it("[W11] gives everything back on request and then has nothing to sell from", async () => {
    await terminal.command(
      STALL,
      student(),
      grant(5_000),
      grant(3_000),
      grant(9_000, { student: studentId("stu-2") }),
    );
    await terminal.command({ kind: "return-request", student: CHILD });
    expect(await activeLeases(terminal.database.read, CHILD)).toEqual([]);
    expect((await heldHere(terminal.database.read)).amount).toBe(9_000);
    expect(await terminal.desk.sell(order(1_000))).toEqual({
      kind: "refused",
      reason: "lease-short-offline",
    });
  });

  it("[W12] closes the day, returns its leases and opens the next; never the other way", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    await sold(5_000);
    terminal.wall.ms += 86_400_000;
    expect(await terminal.desk.sell(order(1_000))).toEqual({
      kind: "refused",
      reason: "lease-short-offline",
    });
    const bodies = (await events()).slice(-3).map((event) => event.body);
    expect(bodies).toMatchObject([
      { type: "lease-return", amount: 15_000, reason: "day-over" },
      { type: "day-close", saleCount: 1, saleTotal: 5_000, voidCount: 0, grandTotal: 5_000 },
      { type: "day-open" },
    ]);
    terminal.wall.ms -= 86_400_000;
    await terminal.desk.sell(order(1_000));
    expect((await readHead(terminal.database.read)).day).toBe(20261124);
  });

  it("[W13] accepts a lease once, and gives one of an old day back at once", async () => {
    const lease = grant(5_000);
    await terminal.command(STALL, student(), lease);
    await terminal.command(lease, grant(700, { day: schoolDay(20261122) }));
    expect((await heldHere(terminal.database.read)).amount).toBe(5_000);
    const accepts = (await events()).filter((event) => event.body.type === "lease-accept");
    expect(accepts.length).toBe(2);
    expect((await events()).at(-1)?.body).toMatchObject({
      type: "lease-return",
      amount: 700,
      reason: "day-over",
    });
  });

  it("shows after a crash the sale that no screen has confirmed, until it is confirmed", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    const saleId = await sold(5_000);
    await terminal.database.close();
    const again = await openTestTerminal(terminal.folder);
    const unconfirmed = await again.desk.lastUnconfirmedSale();
    expect(unconfirmed).toMatchObject({ saleId, amount: 5_000, state: "recorded" });
    await again.desk.markShown(saleId);
    expect(await again.desk.lastUnconfirmedSale()).toBeNull();
    await again.database.close();
    await rm(terminal.folder, { recursive: true });
    terminal = await openTestTerminal();
  });

  it("stops selling for good when the disk refuses a write", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    const pages = await terminal.database.transaction((tx) => tx.get("PRAGMA page_count"));
    await terminal.database.transaction((tx) =>
      tx.all(`PRAGMA max_page_count = ${String(pages?.["page_count"])}`),
    );
    const outcomes = [];
    for (let sale = 0; sale < 40; sale++) outcomes.push(await terminal.desk.sell(order(100)));
    const first = outcomes.findIndex((outcome) => outcome.kind === "refused");
    expect(first).toBeGreaterThanOrEqual(0);
    expect(outcomes.slice(first)).toEqual(
      outcomes.slice(first).map(() => ({ kind: "refused", reason: "disk-failed" })),
    );
    const recorded = (await events()).filter((event) => event.body.type === "sale").length;
    expect(recorded).toBe(first);
  });
});

describe("a desk whose journal was opened anew (a second claim, a second daemon)", () => {
  it("sells nothing more, so that the chain the cloud will read stays whole", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    await openJournal(
      terminal.database,
      { school: SCHOOL, device: terminal.keys.device, sign: terminal.keys.sign },
      {
        clock: terminal.clock,
        timers: nodeTimers,
        entropy: nodeEntropy,
        software: "test",
        reason: "claim",
      },
    );
    const before = await events();
    await expect(terminal.desk.sell(order(5_000))).rejects.toThrow("opened anew");
    expect(await events()).toEqual(before);
    expect(await heldHere(terminal.database.read)).toEqual({ amount: 20_000, leaseCount: 1 });
  });
});
