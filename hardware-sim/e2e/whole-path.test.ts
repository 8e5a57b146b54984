import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditDay } from "../src/day/audit.ts";
import { buy, type Customer, type Till } from "../src/day/customer.ts";
import { createSyntheticFinger } from "../src/finger/synthetic-finger.ts";
import { signIn } from "../src/fleet/cloud-client.ts";
import { cloudLedgerFile, terminalJournalFile } from "../src/fleet/fleet.ts";
import { freeFleetPorts } from "../src/fleet/free-port.ts";
import { openSchool, type School } from "../src/fleet/open-school.ts";
import { madeUpPupils } from "../src/fleet/pupils.ts";
import { until } from "../src/fleet/until.ts";
import { createWorld } from "../src/world.ts";

// The whole product as real processes: cloud, two terminals on real ptys, the technician's command. Fingers are made up.
const PUPILS = madeUpPupils(2);
const TOP_UP = 100_000;
const WAIT = { timeoutMs: 30_000 };

const world = createWorld(
  ["one", "two", "stranger"].map((fingerId, index) =>
    createSyntheticFinger({ fingerId, seed: 2_000 + index }),
  ),
);
let directory = "";
let school: School;

function till(index: number): Till {
  const counter = school.counters[index];
  const stall = school.fleet.stalls[index];
  if (counter === undefined || stall === undefined) throw new RangeError(`No stall ${index}`);
  return { counter, module: stall.module };
}

function customer(index: number, fingerId: string): Customer {
  const pupil = PUPILS[index];
  const student = school.students[index];
  if (pupil === undefined || student === undefined) throw new RangeError(`No child ${index}`);
  return { pupil, student, fingerId };
}

async function balanceOf(
  index: number,
): Promise<{ readonly balance: number; readonly spentToday: number }> {
  const value = await school.office.client.get(`/v1/students/${school.students[index] ?? ""}`);
  return value as { balance: number; spentToday: number };
}

async function drained(): Promise<void> {
  await until(
    "every outbox to be empty",
    async () => {
      const views = await Promise.all(school.counters.map((counter) => counter.view()));
      return views.every((view) => view.isOnline && view.unsentCount === 0) ? true : null;
    },
    WAIT,
  );
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "saku-e2e-"));
  school = await openSchool({
    fleet: {
      directory,
      ports: await freeFleetPorts(2),
      stalls: [
        { name: "Kantin Bu Sri", model: "R307" },
        { name: "Koperasi", model: "R503" },
      ],
      seed: 7,
      frameAncestors: [],
      backupEverySeconds: 5,
    },
    schoolName: "SD Melati",
    operatorCode: "482913",
    world,
    children: [
      { pupil: PUPILS[0] ?? madeUp(), fingers: [{ name: "right-index", fingerId: "one" }] },
      { pupil: PUPILS[1] ?? madeUp(), fingers: [{ name: "right-index", fingerId: "two" }] },
    ],
    enrolImpressions: [],
    enrolStall: 0,
    topUp: TOP_UP,
    dailyLimit: 50_000,
    isRealTime: false,
    say: () => undefined,
  });
}, 180_000);

function madeUp(): never {
  throw new RangeError("Two pupils are needed");
}

afterAll(async () => {
  await school.close();
  await rm(directory, { recursive: true, force: true });
});

describe("the whole path on real parts", () => {
  it("turns a finger at either stall into a line in the ledger", async () => {
    const first = await buy(till(0), world, customer(0, "one"), {
      amount: 5_000,
      impressions: [11, 12, 13],
    });
    expect(first).toMatchObject({ kind: "bought", firstName: PUPILS[0]?.firstName });
    const second = await buy(till(1), world, customer(1, "two"), {
      amount: 3_000,
      impressions: [11, 12, 13],
    });
    expect(second).toMatchObject({ kind: "bought", firstName: PUPILS[1]?.firstName });
    await drained();
    expect(await balanceOf(0)).toMatchObject({ balance: TOP_UP - 5_000 });
    expect(await balanceOf(1)).toMatchObject({ balance: TOP_UP - 3_000 });
  });

  it("sells with the internet down and books everything when it is back", async () => {
    school.fleet.cutInternet();
    await until(
      "the stall to notice",
      async () => ((await till(0).counter.view()).isOnline ? null : true),
      WAIT,
    );
    const bought = await buy(till(0), world, customer(0, "one"), {
      amount: 2_000,
      impressions: [14, 15, 16],
    });
    expect(bought.kind).toBe("bought");
    expect((await till(0).counter.view()).unsentCount).toBeGreaterThan(0);
    expect(await balanceOf(0)).toMatchObject({ balance: TOP_UP - 5_000 });
    school.fleet.restoreInternet();
    await drained();
    expect(await balanceOf(0)).toMatchObject({ balance: TOP_UP - 7_000 });
  });

  it("never takes a stranger for a child and ends at the PIN instead", async () => {
    const stranger = { ...customer(0, "stranger") };
    const bought = await buy(till(0), world, stranger, { amount: 1_000, impressions: [1, 2, 3] });
    expect(bought).toMatchObject({ kind: "bought", how: "pin", firstName: PUPILS[0]?.firstName });
  });

  it("says that the sensor is away when the cable is out, and comes back by itself", async () => {
    const { counter, module } = till(1);
    module.unplug();
    await counter.press({ kind: "amount", amount: 1_000 });
    await counter.press({ kind: "charge" });
    await until(
      "the sensor-away screen",
      async () => ((await counter.view()).screen === "sensor-away" ? true : null),
      WAIT,
    );
    module.replug();
    await until(
      "the waiting screen",
      async () => ((await counter.view()).wants === "finger" ? true : null),
      WAIT,
    );
    await counter.press({ kind: "cancel" });
    const bought = await buy(till(1), world, customer(1, "two"), {
      amount: 1_000,
      impressions: [17, 18, 19],
    });
    expect(bought.kind).toBe("bought");
  });

  it("keeps a sale through kill -9 of the terminal and of the cloud", async () => {
    const stall = school.fleet.stalls[0];
    await school.fleet.cloud.kill();
    const bought = await buy(till(0), world, customer(1, "two"), {
      amount: 4_000,
      impressions: [20, 21, 22],
    });
    expect(bought.kind).toBe("bought");
    await stall?.daemon.kill();
    await school.fleet.cloud.start();
    await stall?.daemon.start();
    await drained();
    expect(await balanceOf(1)).toMatchObject({ balance: TOP_UP - 8_000 });
  });

  it("leaves books in which nothing is lost, doubled or invented", async () => {
    const audit = await auditDay({
      cloudFile: cloudLedgerFile(school.fleet.cloudDirectory),
      terminalFiles: school.fleet.stalls.map((stall) => terminalJournalFile(stall.directory)),
      promised: new Set(),
    });
    expect(audit).toEqual({
      booked: 6,
      lost: 0,
      doubled: 0,
      negative: 0,
      imbalance: 0,
      suspense: 0,
      forks: 0,
    });
  });

  it("books an operator's refund and cash once, however often they are pressed and sent", async () => {
    const stall = school.fleet.stalls[0];
    const url = stall?.counterUrl ?? "";
    const before = await balanceOf(0);
    const listed = (await (await fetch(`${url}/counter/recent`)).json()) as {
      sales: readonly { saleId: string; amount: number; state: string }[];
    };
    const sale = listed.sales.find(({ amount }) => amount === 5_000);
    const press = async (path: string, order: object): Promise<unknown> => {
      const body = JSON.stringify({ ...order, code: "482913" });
      const headers = { "content-type": "application/json", origin: url };
      return (await fetch(`${url}/counter/${path}`, { method: "POST", body, headers })).json();
    };
    const refund = { press: "refund-0001", sale: sale?.saleId, amount: 2_000, reason: "goodwill" };
    const cash = { press: "cash-in-0001", number: PUPILS[0]?.number, amount: 20_000 };
    await school.fleet.cloud.kill();
    for (let times = 0; times < 2; times++) {
      expect(await press("refund", refund)).toEqual({ note: "refunded" });
      expect(await press("cash", cash)).toEqual({ note: "taken" });
    }
    await stall?.daemon.kill();
    await school.fleet.cloud.start();
    await stall?.daemon.start();
    await drained();
    expect(await press("cash", cash)).toEqual({ note: "taken" });
    await drained();
    expect(await balanceOf(0)).toMatchObject({ balance: before.balance + 22_000 });
  });

  it("shows a guardian only the own child", async () => {
    await school.office.inviteGuardian(school.students[0] ?? "", "ibu.aisyah", "melati-putih-9");
    const guardian = await signIn(school.fleet.cloudUrl, "ibu.aisyah", "melati-putih-9");
    expect(await guardian.get(`/v1/students/${school.students[0] ?? ""}`)).toMatchObject({
      firstName: PUPILS[0]?.firstName,
    });
    await expect(guardian.get(`/v1/students/${school.students[1] ?? ""}`)).rejects.toThrow("404");
  });
});
