import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  openObject,
  parseEvent,
  rupiah,
  schoolDay,
  studentId,
  unixMs,
  type EventBody,
  type RefundReason,
} from "@saku/protocol";
import { readHead, writeWatermark } from "../store/journal-store.ts";
import { rollDay } from "./day-roll.ts";
import { HISTORY_MS, prune } from "../store/housekeeping.ts";
import { heldHere } from "../store/money-store.ts";
import { countOf } from "../store/sqlite.ts";
import {
  CHILD,
  grant,
  MORNING_MS,
  openTestTerminal,
  STALL,
  student,
  type TestTerminal,
} from "./desk.suite.ts";

const DAY_MS = 86_400_000;

let terminal: TestTerminal;
beforeEach(async () => {
  terminal = await openTestTerminal();
  await terminal.command(STALL, student(), grant(20_000));
});
afterEach(() => terminal.close());

async function bodies<T extends EventBody["type"]>(
  type: T,
): Promise<readonly Extract<EventBody, { type: T }>[]> {
  const rows = await terminal.database.read.all(
    "SELECT bytes FROM event WHERE type = ? ORDER BY rowid",
    type,
  );
  return rows.map((row) => {
    const signed = openObject("saku.event.v1", row["bytes"] as Uint8Array);
    const event = signed.ok ? parseEvent(signed.value.payload) : signed;
    if (!event.ok || event.value.body.type !== type) throw new Error("An event that is no event");
    return event.value.body as Extract<EventBody, { type: T }>;
  });
}

async function sold(amount: number): Promise<string> {
  const order = { student: CHILD, purse: "snack", method: "pin" } as const;
  const outcome = await terminal.desk.sell({ ...order, amount: rupiah(amount) });
  if (outcome.kind !== "sold") throw new Error(`Refused: ${outcome.reason}`);
  return outcome.saleId;
}

const refund = (saleId: string, amount: number, press = `${saleId.slice(0, 8)}-${amount}`) =>
  terminal.desk.refund({ press, saleId, amount: rupiah(amount), reason: "not-delivered" });
const cash = (amount: number, press = `cash-${amount}`, child = CHILD) =>
  terminal.desk.cashIn({ press, student: child, amount: rupiah(amount) });
const close = (counted: number) => terminal.desk.closeDay(rupiah(counted));
const refused = (reason: string): object => ({ kind: "refused", reason });
const held = () => heldHere(terminal.database.read);

describe("a refund", () => {
  it("[W27] is a signed event of a sale of any day, and no lease moves", async () => {
    const saleId = await sold(5_000);
    terminal.wall.ms += DAY_MS;
    await rollDay(terminal.journal, terminal.clock);
    await terminal.command(grant(700, { day: schoolDay(20261124) }));
    const before = await held();
    expect(await refund(saleId, 2_000)).toMatchObject({ kind: "refunded", saleId, left: 3_000 });
    expect(await held()).toEqual(before);
    const [body] = await bodies("refund");
    expect(body).toMatchObject({ amount: 2_000, reason: "not-delivered" });
    expect(Buffer.from(body?.of ?? []).toString("hex")).toBe(saleId);
  });

  it("[W27] never goes beyond the sale, its void and earlier refunds", async () => {
    const [first, second] = [await sold(5_000), await sold(3_000)];
    await refund(first, 4_000);
    expect(await refund(first, 1_001)).toEqual(refused("too-much"));
    expect(await refund(first, 1_000)).toMatchObject({ kind: "refunded", left: 0 });
    await terminal.desk.voidSale(second, "operator");
    expect(await refund(second, 1)).toEqual(refused("already-voided"));
    expect(await refund("f".repeat(64), 1)).toEqual(refused("unknown-sale"));
    expect(await bodies("refund")).toHaveLength(2);
  });

  it("[W27] lists what is left of each sale, and leaves out what went back whole", async () => {
    const [first, second, third] = [await sold(5_000), await sold(3_000), await sold(2_000)];
    await refund(first, 4_000);
    await refund(second, 3_000);
    await terminal.desk.voidSale(third, "operator");
    expect(await terminal.desk.refundableSales(20)).toMatchObject([
      { saleId: first, amount: 5_000, left: 1_000, firstName: "Alya" },
    ]);
  });

  it("[W28] cannot be followed by a void", async () => {
    const saleId = await sold(5_000);
    await refund(saleId, 1_000);
    expect(await terminal.desk.voidSale(saleId, "operator")).toEqual(refused("refunded"));
    expect(await bodies("void")).toEqual([]);
  });

  it("[W30] of one press is one event, and its answer comes again", async () => {
    const saleId = await sold(5_000);
    const both = await Promise.all([refund(saleId, 5_000, "one"), refund(saleId, 5_000, "one")]);
    expect(both[0]).toMatchObject({ kind: "refunded", left: 0 });
    expect(both[1]).toEqual(both[0]);
    expect(await refund(saleId, 4_000, "one")).toEqual(refused("press-reused"));
    const other: RefundReason = "goodwill";
    const again = { press: "one", saleId, amount: rupiah(5_000), reason: other };
    expect(await terminal.desk.refund(again)).toEqual(refused("press-reused"));
    expect(await bodies("refund")).toHaveLength(1);
  });

  it("[W27] is not for a terminal that the school stopped", async () => {
    const saleId = await sold(5_000);
    terminal.line.isStopped = true;
    expect(await refund(saleId, 1_000)).toEqual(refused("terminal-not-ready"));
    expect(await cash(1_000)).toEqual(refused("terminal-not-ready"));
  });
});

describe("cash for a child", () => {
  it("[W29] is a signed event, also offline and for a frozen child, and touches no lease", async () => {
    await terminal.command({ kind: "freeze", student: CHILD, isFrozen: true });
    const before = await held();
    expect(await cash(20_000)).toMatchObject({ kind: "taken", firstName: "Alya", amount: 20_000 });
    expect(await bodies("cash-in")).toEqual([{ type: "cash-in", student: CHILD, amount: 20_000 }]);
    expect(await held()).toEqual(before);
  });

  it("[W29] is refused for a child nobody knows and above a million", async () => {
    expect(await cash(1_000, "a", studentId("stu-9"))).toEqual(refused("unknown-student"));
    expect(await cash(1_000_001)).toEqual(refused("too-much"));
    expect(await bodies("cash-in")).toEqual([]);
  });

  it("[W30] of one press is taken once", async () => {
    const both = await Promise.all([cash(5_000, "one"), cash(5_000, "one")]);
    expect(both[1]).toEqual(both[0]);
    expect(await cash(6_000, "one")).toEqual(refused("press-reused"));
    expect(await bodies("cash-in")).toHaveLength(1);
    expect(await cash(5_000, "two")).toMatchObject({ kind: "taken" });
  });

  it("[W30] is refused by its name when the disk refuses, and nothing is promised", async () => {
    const pages = await terminal.database.transaction((tx) => tx.get("PRAGMA page_count"));
    await terminal.database.transaction((tx) =>
      tx.all(`PRAGMA max_page_count = ${String(pages?.["page_count"])}`),
    );
    const outcomes = [];
    for (let index = 0; index < 60; index++) outcomes.push(await cash(100, `press-${index}`));
    const first = outcomes.findIndex((outcome) => outcome.kind === "refused");
    expect(first).toBeGreaterThanOrEqual(0);
    expect(outcomes.slice(first)).toEqual(outcomes.slice(first).map(() => refused("disk-failed")));
    expect(await bodies("cash-in")).toHaveLength(first);
    expect(await close(100)).toEqual(refused("disk-failed"));
  });
});

describe("the end of the day", () => {
  it("[W31] tells nothing before the count, then the difference; the first count stays", async () => {
    await cash(20_000);
    expect(await terminal.desk.closing()).toBeNull();
    const told = { counted: 18_000, expected: 20_000, difference: -2_000 };
    expect(await close(18_000)).toMatchObject({ kind: "closed", ...told });
    expect(await close(20_000)).toMatchObject({ kind: "closed", ...told });
    expect(await terminal.desk.closing()).toMatchObject(told);
    expect((await bodies("day-close")).map(({ cashCounted }) => cashCounted)).toEqual([18_000]);
    const change = terminal.database.transaction((tx) =>
      tx.run("UPDATE cash_count SET counted = 1"),
    );
    await expect(change).rejects.toThrow("never changes");
  });

  it("[W31] takes neither refund nor cash any more, but sells, and reports the same count again", async () => {
    const saleId = await sold(5_000);
    await close(0);
    expect(await refund(saleId, 1_000)).toEqual(refused("day-closed"));
    expect(await cash(1_000)).toEqual(refused("day-closed"));
    await terminal.command(grant(9_000));
    await sold(1_000);
    await close(7_000);
    const reports = await bodies("day-close");
    expect(reports.map(({ cashCounted }) => cashCounted)).toEqual([0, 0]);
    terminal.wall.ms += DAY_MS;
    expect(await cash(1_000)).toMatchObject({ kind: "taken" });
    expect(await refund(saleId, 1_000)).toMatchObject({ kind: "refunded" });
  });

  it("[W32] counts refunds and cash on their own day and leaves the grand total alone", async () => {
    const saleId = await sold(5_000);
    await cash(20_000);
    await cash(7_000);
    await close(27_000);
    terminal.wall.ms += DAY_MS;
    await refund(saleId, 2_000);
    await refund(saleId, 1_000);
    await close(0);
    const [first, second] = await bodies("day-close");
    expect(first).toMatchObject({ refundCount: 0, cashInCount: 2, cashInTotal: 27_000 });
    expect(second).toMatchObject({
      refundCount: 2,
      refundTotal: 3_000,
      cashInCount: 0,
      cashInTotal: 0,
      saleCount: 0,
      grandTotal: 5_000,
    });
    expect((await readHead(terminal.database.read)).grandTotal).toBe(5_000);
  });
});

describe("the history of the drawer", () => {
  it("[S8] goes with its events, and a refund not before its sale", async () => {
    const { database, journal } = terminal;
    const saleId = await sold(5_000);
    await refund(saleId, 1_000);
    await cash(1_000);
    await close(1_000);
    const rows = async (): Promise<readonly number[]> =>
      Promise.all(
        ["refund", "cash_in", "cash_count", "sale"].map((table) =>
          countOf(database.read, `SELECT count(*) AS n FROM ${table}`),
        ),
      );
    const late = unixMs(MORNING_MS + HISTORY_MS + 2 * DAY_MS);
    await prune(database, late, journal.inc);
    expect(await rows()).toEqual([1, 1, 0, 1]);
    const count = await countOf(database.read, "SELECT count(*) AS n FROM event");
    await database.transaction((tx) =>
      writeWatermark(tx, { inc: journal.inc, ack: count, safe: count }),
    );
    await prune(database, late, journal.inc);
    expect(await rows()).toEqual([0, 0, 0, 0]);
  });
});
