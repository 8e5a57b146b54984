import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readJournal, readLedger, sqliteQuery } from "../src/chaos/books.ts";
import { createSyntheticFinger } from "../src/finger/synthetic-finger.ts";
import type { CounterView } from "../src/fleet/counter-client.ts";
import { cloudLedgerFile, terminalJournalFile } from "../src/fleet/fleet.ts";
import { freeFleetPorts } from "../src/fleet/free-port.ts";
import { openSchool, type School } from "../src/fleet/open-school.ts";
import { madeUpPupils } from "../src/fleet/pupils.ts";
import { until } from "../src/fleet/until.ts";
import { createWorld } from "../src/world.ts";

// A terminal and a cloud, each on a small disk of its own that is filled to the last byte while they work.
const PUPILS = madeUpPupils(1);
const WAIT = { timeoutMs: 45_000 };
/** A write-ahead log that has its full length already takes more sales than this before it must grow. */
const SALES_MAX = 120;

let directory = "";
let school: School | null = null;
/** Why there are no small disks here; null when there are. */
let missing: string | null = null;
const mounted: string[] = [];

function mountSmallDisk(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=12m,mode=700", "saku", folder]);
  if (status === 0) mounted.push(folder);
  else missing = "A small disk (mount -t tmpfs) needs root; a full disk was not tried.";
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "saku-full-"));
  for (const name of ["terminal-1", "cloud"]) mountSmallDisk(join(directory, name));
  if (missing !== null) return;
  school = await openSchool({
    fleet: {
      directory,
      ports: await freeFleetPorts(1),
      stalls: [{ name: "Kantin Bu Sri", model: "R307" }],
      seed: 3,
      frameAncestors: [],
      backupEverySeconds: 3_600,
    },
    schoolName: "SD Melati",
    operatorCode: "482913",
    world: createWorld([createSyntheticFinger({ fingerId: "one", seed: 4_000 })]),
    children: PUPILS.map((pupil) => ({
      pupil,
      fingers: [{ name: "right-index", fingerId: "one" }],
    })),
    enrolImpressions: [],
    enrolStall: 0,
    topUp: 1_000_000,
    dailyLimit: null,
    isRealTime: false,
    say: () => undefined,
  });
});

afterAll(async () => {
  await school?.close();
  for (const folder of mounted) spawnSync("umount", [folder]);
  await rm(directory, { recursive: true, force: true });
});

/** Fills the disk to the last byte; returns the way to make room again. */
function fill(folder: string): () => void {
  const file = join(folder, "filler");
  const handle = openSync(file, "w");
  for (let size = 1 << 20; size >= 1; size = Math.floor(size / 4))
    try {
      for (;;) writeSync(handle, Buffer.alloc(size, 1));
    } catch {
      // No piece of this size fits any more.
    }
  closeSync(handle);
  return () => rmSync(file);
}

function parts(): { readonly school: School; readonly counter: School["counters"][number] } {
  const counter = school?.counters[0];
  if (school === null || counter === undefined) throw new RangeError("No school");
  return { school, counter };
}

/** One purchase by PIN; the screen that it ends with. */
async function buy(amount: number): Promise<CounterView> {
  const { counter } = parts();
  const at = (isIt: (view: CounterView) => boolean): Promise<CounterView> =>
    until(
      "the counter",
      async () => {
        const view = await counter.view();
        return isIt(view) ? view : null;
      },
      WAIT,
    );
  const typed = async (digits: string): Promise<void> => {
    for (const digit of digits) await counter.press({ kind: "digit", digit });
    await counter.press({ kind: "enter" });
  };
  if ((await counter.view()).screen !== "till") await counter.press({ kind: "cancel" });
  await at(({ screen }) => screen === "till");
  await counter.press({ kind: "amount", amount });
  await counter.press({ kind: "charge" });
  await counter.press({ kind: "pin-start" });
  await typed(PUPILS[0]?.number ?? "");
  await at(({ pin }) => pin?.step === "code");
  await typed(PUPILS[0]?.pin ?? "");
  return at(({ screen }) => screen === "approved" || screen === "not-this-time");
}

async function drained(): Promise<void> {
  const { counter } = parts();
  await until(
    "the outbox to be empty",
    async () => {
      const { isOnline, unsentCount } = await counter.view();
      return isOnline && unsentCount === 0 ? true : null;
    },
    WAIT,
  );
}

/** Amounts approved on the screen, all different. */
const approved: number[] = [];

async function sell(amount: number): Promise<boolean> {
  const isApproved = (await buy(amount)).screen === "approved";
  if (isApproved) approved.push(amount);
  return isApproved;
}

async function expectBooksWhole(): Promise<void> {
  const { fleet } = parts().school;
  const stall = fleet.stalls[0]?.directory ?? "";
  const journal = await readJournal(sqliteQuery(terminalJournalFile(stall)));
  const ledger = await readLedger(sqliteQuery(cloudLedgerFile(fleet.cloudDirectory)));
  expect(journal.brokenLinks).toBe(0);
  expect(journal.sales.map(({ amount }) => amount).toSorted((a, b) => a - b)).toEqual(
    approved.toSorted((a, b) => a - b),
  );
  expect([...ledger.sales.keys()].toSorted()).toEqual(journal.sales.map(({ id }) => id).toSorted());
  expect([ledger.negative, ledger.imbalance]).toEqual([0, 0]);
}

it("a terminal whose disk is full says so, sells nothing, loses nothing, and sells again after a restart with room", async (context) => {
  if (missing !== null) context.skip(missing);
  const { school: opened, counter } = parts();
  const stall = opened.fleet.stalls[0];
  if (stall === undefined) throw new RangeError("No stall");
  expect(await sell(1_000)).toBe(true);
  const makeRoom = fill(stall.directory);
  let amount = 1_001;
  while (await sell(amount)) {
    amount += 1;
    expect(amount).toBeLessThan(1_001 + SALES_MAX);
  }
  const { needsService } = await counter.view();
  expect(needsService).toBe(true);
  const refused = (await counter.journeys()).at(-1);
  expect(refused).toMatchObject({ outcome: "refused", reason: "disk-failed" });
  // Room alone is not trusted: what the disk refused once is refused until somebody has looked and started again.
  makeRoom();
  expect(await sell(2_000)).toBe(false);
  await stall.daemon.stop();
  await stall.daemon.start();
  expect(await sell(3_000)).toBe(true);
  await drained();
  await expectBooksWhole();
});

it("a cloud whose disk is full takes nothing in and loses nothing; stalls sell on, and it catches up", async (context) => {
  if (missing !== null) context.skip(missing);
  const { school: opened, counter } = parts();
  const { cloud, cloudDirectory } = opened.fleet;
  const makeRoom = fill(cloudDirectory);
  let amount = 4_000;
  await until(
    "the cloud to take nothing more in",
    async () => {
      await sell(amount++);
      return (await counter.view()).unsentCount > 8 ? true : null;
    },
    WAIT,
  );
  makeRoom();
  await cloud.stop();
  await cloud.start();
  await drained();
  expect(await sell(9_000)).toBe(true);
  await drained();
  await expectBooksWhole();
});
