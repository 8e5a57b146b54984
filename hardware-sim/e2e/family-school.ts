import { type DeviceId, type SchoolId } from "@saku/protocol";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { z } from "zod";
import { buy, type Customer, type Purchase, type Till } from "../src/day/customer.ts";
import { createSyntheticFinger } from "../src/finger/synthetic-finger.ts";
import { signIn, type CloudClient } from "../src/fleet/cloud-client.ts";
import type { Stall } from "../src/fleet/fleet.ts";
import { freePort } from "../src/fleet/free-port.ts";
import { openSchool, type School } from "../src/fleet/open-school.ts";
import { madeUpPupils } from "../src/fleet/pupils.ts";
import { until } from "../src/fleet/until.ts";
import { createWorld } from "../src/world.ts";
import { deviceIn, metricOf } from "./stranger.ts";

const PUPILS = madeUpPupils(2);
const FINGERS = ["one", "two"] as const;
export const STALLS = ["Kantin Bu Sri", "Koperasi"] as const;
export const TOP_UP = 60_000;
export const WAIT: { readonly timeoutMs: number } = { timeoutMs: 30_000 };

const childSchema = z.object({
  balance: z.number(),
  atSchool: z.number(),
  spentToday: z.number(),
  freeze: z.object({ isFrozen: z.boolean(), waitingFor: z.array(z.string()) }),
  consent: z.object({
    state: z.string(),
    erasures: z.array(z.object({ terminalName: z.string(), erasedAtMs: z.number().nullable() })),
  }),
});
export type Child = z.infer<typeof childSchema>;

const screenSchema = z.object({
  screen: z.string(),
  reason: z.string().nullable(),
  needsService: z.boolean(),
});
export type RefusalScreen = z.infer<typeof screenSchema>;

const terminalsSchema = z.array(
  z.object({ device: z.string(), state: z.string(), isOnline: z.boolean(), software: z.string() }),
);

/** The item at an index that the test knows to be there. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`Nothing at ${index}`);
  return item;
}

/** A real school of two children and two stalls, each child with a guardian who is signed in. */
export type FamilySchool = School & {
  readonly id: SchoolId;
  readonly directory: string;
  readonly mqttPort: number;
  readonly devices: readonly DeviceId[];
  /** One a child. */
  readonly guardians: readonly CloudClient[];
  /** Sales whose approval was seen on a screen. */
  readonly promised: Set<string>;
};

const world = createWorld(
  FINGERS.map((fingerId, index) => createSyntheticFinger({ fingerId, seed: 2_000 + index })),
);

function openParts(directory: string, ports: readonly number[]): Promise<School> {
  return openSchool({
    fleet: {
      directory,
      ports: {
        cloudHttp: at(ports, 0),
        cloudMqtt: at(ports, 1),
        internetHttp: 0,
        internetMqtt: 0,
        counters: ports.slice(2),
      },
      stalls: [
        { name: STALLS[0], model: "R307" },
        { name: STALLS[1], model: "R503" },
      ],
      seed: 7,
      frameAncestors: [],
      backupEverySeconds: 5,
    },
    schoolName: "SD Melati",
    operatorCode: "482913",
    world,
    children: PUPILS.map((pupil, index) => ({
      pupil,
      fingers: [{ name: "right-index", fingerId: at(FINGERS, index) }],
    })),
    enrolImpressions: [],
    enrolStall: 0,
    topUp: TOP_UP,
    dailyLimit: null,
    isRealTime: false,
    say: () => undefined,
  });
}

export async function openFamilySchool(): Promise<FamilySchool> {
  const directory = await mkdtemp(join(tmpdir(), "saku-e2e-"));
  const removed = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()];
    const school = await openParts(directory, ports);
    const guardians: CloudClient[] = [];
    for (const [index, student] of school.students.entries()) {
      await school.office.inviteGuardian(student, `wali-${index + 1}`, "melati-putih-9");
      guardians.push(await signIn(school.fleet.cloudUrl, `wali-${index + 1}`, "melati-putih-9"));
    }
    return {
      ...school,
      id: school.office.school as SchoolId,
      directory,
      mqttPort: at(ports, 1),
      devices: await Promise.all(school.fleet.stalls.map((stall) => deviceIn(stall.directory))),
      guardians,
      promised: new Set(),
      close: async () => {
        await school.close();
        await removed();
      },
    };
  } catch (error) {
    await removed();
    throw error;
  }
}

export const stallOf = (school: FamilySchool, index: number): Stall =>
  at(school.fleet.stalls, index);

export const tillOf = (school: FamilySchool, index: number): Till => ({
  counter: at(school.counters, index),
  module: stallOf(school, index).module,
});

type Order = { readonly stall: number; readonly child: number; readonly amount: number };

async function buyFrom(till: Till, school: FamilySchool, order: Order): Promise<Purchase> {
  const customer: Customer = {
    pupil: at(PUPILS, order.child),
    student: at(school.students, order.child),
    fingerId: at(FINGERS, order.child),
  };
  const sale = { amount: order.amount, impressions: [11, 12, 13] };
  const purchase = await buy(till, world, customer, sale);
  if (purchase.kind === "bought") {
    expect(purchase.firstName).toBe(customer.pupil.firstName);
    expect(purchase.journey).toMatchObject({ student: customer.student, amount: order.amount });
    school.promised.add(purchase.journey?.saleId ?? "a sale without an id");
  }
  return purchase;
}

/** Whatever is bought must be the child's own purchase, and the audit asks for it again. */
export function buyAt(school: FamilySchool, order: Order): Promise<Purchase> {
  return buyFrom(tillOf(school, order.stall), school, order);
}

/** Tries to buy, and gives the refusal as everybody sees it, then as the merchant sees it who holds for the reason. */
export async function refusedAt(
  school: FamilySchool,
  order: Order,
): Promise<{
  readonly purchase: Purchase;
  readonly shown: RefusalScreen;
  readonly held: RefusalScreen;
}> {
  const { counter, module } = tillOf(school, order.stall);
  const look = async (): Promise<RefusalScreen> =>
    screenSchema.parse(await counter.call("GET", "/counter/view"));
  const screens: RefusalScreen[] = [];
  const watched: Till["counter"] = {
    ...counter,
    // The screen stands until it is dismissed: the last moment to look at it.
    press: async (body) => {
      if (body["kind"] === "cancel") {
        screens.push(await look());
        await counter.press({ kind: "reason" });
        screens.push(await look());
      }
      await counter.press(body);
    },
  };
  const purchase = await buyFrom({ counter: watched, module }, school, order);
  return {
    purchase,
    shown: at(screens, screens.length - 2),
    held: at(screens, screens.length - 1),
  };
}

/** The child as its guardian sees it. */
export async function childOf(school: FamilySchool, child: number): Promise<Child> {
  const path = `/v1/students/${at(school.students, child)}`;
  return childSchema.parse(await at(school.guardians, child).get(path));
}

/** Waits until the guardian sees what `isIt` wants. */
export function childWhen(
  school: FamilySchool,
  child: number,
  isIt: (view: Child) => boolean,
): Promise<Child> {
  const look = async (): Promise<Child | null> => {
    const view = await childOf(school, child);
    return isIt(view) ? view : null;
  };
  return until("the guardian to see it", look, WAIT);
}

let orderCount = 0;

/** The guardian's own order. */
export async function giveOrder(
  school: FamilySchool,
  child: number,
  order: { readonly what: "freeze" | "limit" | "consent"; readonly body: object },
): Promise<void> {
  const path = `/v1/students/${at(school.students, child)}/${order.what}`;
  await at(school.guardians, child).post(path, order.body, `e2e-order-${orderCount++}`);
}

export async function linkIs(
  school: FamilySchool,
  isOnline: boolean,
  stalls: readonly number[] = [0, 1],
): Promise<void> {
  const look = async (): Promise<true | null> => {
    const views = await Promise.all(stalls.map((index) => at(school.counters, index).view()));
    return views.every((view) => view.isOnline === isOnline) ? true : null;
  };
  await until(isOnline ? "the stalls to be online" : "the stalls to notice", look, WAIT);
}

export async function drained(
  school: FamilySchool,
  stalls: readonly number[] = [0, 1],
): Promise<void> {
  const look = async (): Promise<true | null> => {
    const views = await Promise.all(stalls.map((index) => at(school.counters, index).view()));
    return views.every((view) => view.isOnline && view.unsentCount === 0) ? true : null;
  };
  await until("every outbox to be empty", look, WAIT);
}

export function trialBalance(school: FamilySchool): Promise<unknown> {
  return school.office.client.get(`/v1/schools/${school.id}/trial-balance`);
}

/** A terminal as the school's office sees it. */
export async function terminalOf(
  school: FamilySchool,
  index: number,
): Promise<z.infer<typeof terminalsSchema>[number]> {
  const path = `/v1/schools/${school.id}/terminals`;
  const rows = terminalsSchema.parse(await school.office.client.get(path));
  return at(
    rows.filter(({ device }) => device === at(school.devices, index)),
    0,
  );
}

export function metric(school: FamilySchool, line: string): Promise<number> {
  return metricOf(school.fleet.cloudUrl, `saku_${line}`);
}

/** Connections that were refused or cut for this reason. */
export function refusedFor(school: FamilySchool, reason: string): Promise<number> {
  return metric(school, `connections_refused_total{reason="${reason}"}`);
}
