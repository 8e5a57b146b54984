import { rm } from "node:fs/promises";
import { toHex, unixMs } from "@saku/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  CHILD,
  grant,
  MORNING_MS,
  openTestTerminal,
  STALL,
  student,
  type TestTerminal,
} from "../sale-desk/desk.suite.ts";
import { HISTORY_MS, prune } from "./housekeeping.ts";
import { eventAtMs, readEvents, readIncarnations, writeWatermark } from "./journal-store.ts";
import { countOf } from "./sqlite.ts";

let terminal: TestTerminal;
beforeEach(async () => {
  terminal = await openTestTerminal();
  await terminal.command(STALL, student(), grant(50_000));
  for (const amount of [1_000, 2_000, 3_000])
    await terminal.desk.sell({
      student: CHILD,
      amount: amount as never,
      purse: "snack",
      method: "pin",
    });
});
afterEach(async () => {
  await terminal.close();
});

function eventCount(): Promise<number> {
  return countOf(terminal.database.read, "SELECT count(*) AS n FROM event");
}

async function reach(ack: number, safe: number): Promise<void> {
  const { inc } = terminal.journal;
  await terminal.database.transaction((tx) => writeWatermark(tx, { inc, ack, safe }));
}

describe("the journal's rows", () => {
  it("[S8] go only when they are safe and older than seven days", async () => {
    const { database, journal } = terminal;
    const before = await eventCount();
    await reach(before, before - 2);
    const young = unixMs(MORNING_MS + HISTORY_MS);
    const old = unixMs(MORNING_MS + HISTORY_MS + 1);
    expect(await prune(database, young, journal.inc)).toBe(0);
    expect(await prune(database, old, journal.inc)).toBe(before - 2);
    expect(await eventCount()).toBe(2);
    expect(await readIncarnations(database.read)).toMatchObject([{ firstN: before - 1 }]);
    expect(await countOf(database.read, "SELECT count(*) AS n FROM sale")).toBe(2);
  });

  it("[S8] stay for ever while the cloud has not said safe", async () => {
    const before = await eventCount();
    await reach(before, 0);
    expect(await prune(terminal.database, unixMs(MORNING_MS * 2), terminal.journal.inc)).toBe(0);
    expect(await eventCount()).toBe(before);
  });

  it("let an incarnation go with its last event, but never the running one", async () => {
    const folder = terminal.folder;
    const first = terminal.journal.inc;
    const count = await eventCount();
    await reach(count, count);
    await terminal.database.close();
    const again = await openTestTerminal(folder);
    await prune(again.database, unixMs(MORNING_MS * 2), again.journal.inc);
    expect((await readIncarnations(again.database.read)).map((row) => row.inc)).toEqual([
      again.journal.inc,
    ]);
    expect(again.journal.inc).not.toBe(first);
    await again.database.close();
    await rm(folder, { recursive: true });
    terminal = await openTestTerminal();
  });

  it("take closed leases and the log of commands with them, never an open lease", async () => {
    const { database, journal } = terminal;
    await terminal.command(grant(700), { kind: "return-request", student: CHILD }, grant(900));
    const counts = async () => [
      await countOf(database.read, "SELECT count(*) AS n FROM lease"),
      await countOf(database.read, "SELECT count(*) AS n FROM command"),
    ];
    expect(await counts()).toEqual([3, 6]);
    await prune(database, unixMs(MORNING_MS + 9 * 86_400_000), journal.inc);
    expect(await counts()).toEqual([1, 0]);
    expect((await terminal.command(grant(100))).appliedCount).toBe(1);
  });

  it("say when an event happened, as long as it is there", async () => {
    const { read } = terminal.database;
    expect(await eventAtMs(read, terminal.journal.inc, 1)).toBe(MORNING_MS);
    expect(await eventAtMs(read, terminal.journal.inc, 999)).toBeNull();
  });

  it("link every event to the one before, also across a restart", async () => {
    const folder = terminal.folder;
    await terminal.database.close();
    const again = await openTestTerminal(folder);
    const rows = [];
    for (const { inc } of await readIncarnations(again.database.read))
      rows.push(...(await readEvents(again.database.read, inc, { from: 1, limit: 1_000 })));
    const links = await again.database.read.all(
      "SELECT hex(event.id) AS id, hex(parent) AS parent FROM event JOIN incarnation USING (inc) ORDER BY ord, n",
    );
    expect(rows.length).toBe(links.length);
    expect(links[0]?.["parent"]).toBe(toHex(new Uint8Array(32)));
    for (let index = 1; index < links.length; index++)
      expect(links[index]?.["parent"]).toBe(links[index - 1]?.["id"]);
    await again.database.close();
    await rm(folder, { recursive: true });
    terminal = await openTestTerminal();
  });

  it("begin a new incarnation at every start, so that a restored image repeats no number", async () => {
    const { folder, journal } = terminal;
    await terminal.database.close();
    const again = await openTestTerminal(folder);
    expect(again.journal.inc).not.toBe(journal.inc);
    const incs = await readIncarnations(again.database.read);
    expect(incs.map(({ inc }) => inc)).toEqual([journal.inc, again.journal.inc]);
    await again.database.close();
    await rm(folder, { recursive: true });
    terminal = await openTestTerminal();
  });

  it("refuse a watermark beyond the last event", async () => {
    await expect(reach((await eventCount()) + 1, 0)).rejects.toThrow("CHECK");
  });
});
