import { openObject, parseEvent, rupiah } from "@saku/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { totalsOfDay } from "../store/money-store.ts";
import { readHead } from "../store/journal-store.ts";
import { CHILD, grant, openTestTerminal, STALL, student, type TestTerminal } from "./desk.suite.ts";
import { rollDay } from "./day-roll.ts";

let terminal: TestTerminal;
beforeEach(async () => {
  terminal = await openTestTerminal();
  await terminal.command(STALL, student(), {
    kind: "emergency",
    perSale: rupiah(8_000),
    perDay: rupiah(12_000),
  });
});
afterEach(() => terminal.close());

const serve = (amount: number) =>
  terminal.desk.serveEmergency({
    student: CHILD,
    amount: rupiah(amount),
    purse: "meal",
    method: "pin",
  });

describe("a meal from the reserve", () => {
  it("[W17] is a signed event of its own that no lease pays, counted apart, within the day's allowance", async () => {
    await terminal.command(grant(20_000));
    expect((await serve(8_000)).kind).toBe("sold");
    expect(await terminal.desk.emergencyRoom()).toBe(4_000);
    expect(await serve(5_000)).toEqual({ kind: "refused", reason: "limit" });
    const row = await terminal.database.read.get(
      "SELECT bytes FROM event WHERE type = 'emergency-sale'",
    );
    const signed = openObject("saku.event.v1", row?.["bytes"] as Uint8Array);
    const event = signed.ok ? parseEvent(signed.value.payload) : signed;
    expect(event.ok && event.value.body).toMatchObject({ student: CHILD, amount: 8_000 });
    const { day } = await readHead(terminal.database.read);
    expect(await totalsOfDay(terminal.database.read, day ?? (0 as never))).toMatchObject({
      saleCount: 0,
      emergencyCount: 1,
      emergencyTotal: 8_000,
    });
    const leases = await terminal.database.read.get("SELECT sum(spent) AS spent FROM lease");
    expect(leases?.["spent"]).toBe(0);
  });

  it("[W17] that was put back gives its room back", async () => {
    const served = await serve(8_000);
    if (served.kind !== "sold") throw new Error("It must be served");
    await terminal.desk.voidSale(served.saleId, "not-delivered");
    expect(await terminal.desk.emergencyRoom()).toBe(8_000);
  });
});

describe("the end of the day", () => {
  it("[W19] by the operator gives every lease back and reports once", async () => {
    await terminal.command(grant(20_000));
    await terminal.desk.closeDay(rupiah(0));
    await terminal.desk.closeDay(rupiah(0));
    const types = async () =>
      (await terminal.database.read.all("SELECT type FROM event ORDER BY rowid")).map((row) =>
        String(row["type"]),
      );
    expect((await types()).slice(-2)).toEqual(["lease-return", "day-close"]);
    terminal.wall.ms += 86_400_000;
    await rollDay(terminal.journal, terminal.clock);
    expect((await types()).slice(-2)).toEqual(["day-close", "day-open"]);
    expect((await types()).filter((type) => type === "day-close")).toHaveLength(1);
  });
});

describe("a clock that nobody set", () => {
  it("[W16] does not close days that have not come", async () => {
    terminal.wall.ms += 70 * 365 * 86_400_000;
    const clock = { ...terminal.clock, trust: () => "file" as const };
    expect(await rollDay(terminal.journal, clock)).toBe(20261124);
    expect(await rollDay(terminal.journal, clock)).toBe(20261124);
  });
});
