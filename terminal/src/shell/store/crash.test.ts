import { parseEvent, toHex, verifyObject } from "@saku/protocol";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { verifyWithNode } from "../keys/verify.ts";
import {
  CHILD,
  grant,
  openTestTerminal,
  STALL,
  student,
  type TestTerminal,
} from "../sale-desk/desk.suite.ts";
import { readEvents, readHead, readIncarnations } from "./journal-store.ts";
import { heldHere, readSale } from "./money-store.ts";

// Kills a real process with -9 while it sells, again and again on the same journal. The process runs the built program.
const dist = fileURLToPath(new URL("../../../dist/", import.meta.url));
const isBuilt = existsSync(join(dist, "shell/sale-desk/sale-desk.js"));

const SELLER = `
  const [folder, dist, child] = process.argv.slice(1);
  const { writeSync } = await import("node:fs");
  const { openStore } = await import(dist + "shell/store/open-store.js");
  const { openJournal } = await import(dist + "shell/store/journal.js");
  const { openDeviceKeys } = await import(dist + "shell/keys/device-keys.js");
  const { openClock } = await import(dist + "shell/clock/clock.js");
  const { nodeTimers: timers } = await import(dist + "shell/clock/node-timers.js");
  const { nodeEntropy: entropy } = await import(dist + "shell/keys/node-entropy.js");
  const { createLog } = await import(dist + "shell/log/log.js");
  const { createSaleDesk } = await import(dist + "shell/sale-desk/sale-desk.js");
  const { rollDay } = await import(dist + "shell/sale-desk/day-roll.js");
  const database = await openStore(folder);
  const keys = await openDeviceKeys(folder, null);
  const clock = { nowMs: () => ${Date.UTC(2026, 10, 23, 2)}, trust: () => "ntp", heardCloud: () => null };
  const log = createLog("silent");
  const identity = { school: "sch-test", device: keys.device, sign: keys.sign };
  const journal = await openJournal(database, identity, { clock, timers, entropy, software: "seller", reason: "start" });
  await rollDay(journal, clock);
  const askLine = { isOnline: false, isStopped: false, ask: async () => ({ kind: "no-answer" }) };
  const desk = createSaleDesk({ database, journal, clock, timers, askLine, askTimeoutMs: 100, log });
  for (;;) {
    const outcome = await desk.sell({ student: child, amount: 1000, purse: "snack", method: "pin" });
    if (outcome.kind !== "sold") throw new Error(outcome.reason);
    writeSync(1, outcome.saleId + "\\n");
  }
`;

/** Lets the seller promise some sales and kills it without warning; answers what it promised. */
function sellUntilKilled(folder: string, promiseCount: number): Promise<readonly string[]> {
  const seller = spawn(
    process.execPath,
    ["--input-type=module", "-e", SELLER, folder, `file://${dist}`, CHILD],
    { stdio: ["ignore", "pipe", "inherit"], cwd: dist },
  );
  const promised: string[] = [];
  createInterface({ input: seller.stdout }).on("line", (line) => {
    promised.push(line);
    if (promised.length >= promiseCount) seller.kill("SIGKILL");
  });
  return new Promise((resolve) => {
    seller.once("close", () => {
      // A kill may cut the last line in two: half an id was never heard by anybody.
      resolve(promised.filter((id) => id.length === 64));
    });
  });
}

/** Follows the whole chain of signed events from the first; answers the ids of the sales in it. */
async function walkChain(terminal: TestTerminal): Promise<ReadonlySet<string>> {
  const sales = new Set<string>();
  let parent = toHex(new Uint8Array(32));
  for (const { inc, lastN } of await readIncarnations(terminal.database.read)) {
    const rows = await readEvents(terminal.database.read, inc, { from: 1, limit: 100_000 });
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: lastN }, (_, index) => index + 1));
    for (const { n, bytes } of rows) {
      const keyOf = () => terminal.keys.signKey;
      const signed = verifyObject("saku.event.v1", bytes, keyOf, verifyWithNode);
      const event = signed.ok ? parseEvent(signed.value.payload) : signed;
      if (!event.ok) throw new Error(`Event ${n} of ${inc} cannot be read`);
      expect(toHex(event.value.parent)).toBe(parent);
      const row = await terminal.database.read.get(
        "SELECT id FROM event WHERE inc = ? AND n = ?",
        inc,
        n,
      );
      parent = toHex(row?.["id"] as Uint8Array);
      if (event.value.body.type === "sale") sales.add(parent);
    }
  }
  expect(toHex((await readHead(terminal.database.read)).tip)).toBe(parent);
  return sales;
}

describe("a terminal that is killed with -9 while it sells", () => {
  it.skipIf(!isBuilt)(
    "has lost nothing that it promised, and its chain and its leases are whole (needs the build)",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "saku-crash-"));
      const first = await openTestTerminal(folder);
      await first.command(STALL, student(), grant(10_000_000));
      await first.database.close();
      const promised: string[] = [];
      for (const count of [1, 9, 4]) {
        promised.push(...(await sellUntilKilled(folder, count)));
        const terminal = await openTestTerminal(folder);
        const chained = await walkChain(terminal);
        for (const saleId of promised) {
          expect(chained.has(saleId)).toBe(true);
          expect((await readSale(terminal.database.read, saleId))?.amount).toBe(1_000);
        }
        const held = await heldHere(terminal.database.read);
        expect(held.amount).toBe(10_000_000 - 1_000 * chained.size);
        expect((await readHead(terminal.database.read)).grandTotal).toBe(1_000 * chained.size);
        await terminal.database.close();
      }
      expect(promised.length).toBeGreaterThanOrEqual(14);
      await rm(folder, { recursive: true });
    },
    60_000,
  );
});
