import {
  encodeRoster,
  merchantId,
  must,
  rupiah,
  schoolDayAt,
  schoolId,
  signObject,
  studentId,
  unixMs,
  type MerchantId,
  type SchoolDay,
  type SchoolId,
  type StudentId,
} from "@saku/protocol";
import { welcomeBodies } from "./welcome.ts";
import { topUpCash } from "@saku/cloud-broker/core/ledger/recipes";
import { queueCommands } from "@saku/cloud-broker/shell/store/commands";
import { postJournals } from "@saku/cloud-broker/shell/store/journals";
import { openStore } from "@saku/cloud-broker/shell/store/store";
import type { DeviceKeys } from "@saku/terminal/shell/keys/device-keys";
import { createRandom } from "@saku/hardware-sim/random";
import { createAgenda, settled } from "./agenda.ts";
import { SimulatedDisk, type DiskImage } from "./disk.ts";
import { createDrivers } from "./drivers.ts";
import { deviceKeys, seedBytes, simulatedKey, type SimulatedKey } from "./keys.ts";
import { startMachine } from "./machine.ts";

export const SCHOOL: SchoolId = schoolId("sch-sim");
export const ZONE = 420 as const;
/** Monday 2026-11-23, 05:00 in Jakarta: virtual zero. */
export const START_MS: number = Date.UTC(2026, 10, 22, 22, 0, 0);
export const FIRST_DAY: SchoolDay = schoolDayAt(unixMs(START_MS), ZONE);
export const HOST = "cloud.sim";
export const LEDGER_FILE = "ledger.sqlite";
export const ADMINS: readonly string[] = ["per-admin", "per-second"];
export const CHILDREN_MAX = 10;
export const SLOTS_MAX = 5;

export const CLOUD_KEY: SimulatedKey = simulatedKey(seedBytes(1));
export const SCHOOL_ROOT: SimulatedKey = simulatedKey(seedBytes(2));
export const SLOT_KEYS: readonly DeviceKeys[] = Array.from({ length: SLOTS_MAX }, (_, slot) =>
  deviceKeys(slot),
);
export const CHILDREN: readonly StudentId[] = Array.from({ length: CHILDREN_MAX }, (_, index) =>
  studentId(`stu-${index}`),
);
export const merchantOf = (slot: number): MerchantId => merchantId(`mer-${slot}`);

export type SchoolSize = { readonly terminals: number; readonly children: number };

const images = new Map<string, DiskImage>();

/** The ledger's disk on the first morning: founded, terminals active, children with money. Made once a process. */
export async function foundedLedger(size: SchoolSize): Promise<DiskImage> {
  const name = `${size.terminals}/${size.children}`;
  const known = images.get(name);
  if (known !== undefined) return known;
  const random = createRandom(1);
  const agenda = createAgenda(random);
  const machine = startMachine(agenda, random);
  const disk = new SimulatedDisk(random);
  const drivers = createDrivers(machine, disk, { commitMs: () => 0 });
  const { timers, entropy } = machine;
  const store = await openStore({
    file: drivers.path(LEDGER_FILE),
    clock: () => START_MS - 3_600_000,
    timers,
    entropy,
    open: drivers.openCloud,
  });
  await settled(
    agenda,
    store.commit((work) => found(work, size)),
  );
  await store.close();
  const image = disk.image();
  images.set(name, image);
  return image;
}

type Work = Parameters<Parameters<Awaited<ReturnType<typeof openStore>>["commit"]>[0]>[0];

/** The rows of a school on its first morning. */
export async function found(work: Work, size: SchoolSize): Promise<void> {
  const { db, now } = work;
  await db
    .insertInto("school")
    .values({
      id: SCHOOL,
      name: "SD Simulasi",
      zone: ZONE,
      root_key: SCHOOL_ROOT.publicKey,
      created_at: now,
    })
    .execute();
  for (const id of ADMINS)
    await db
      .insertInto("person")
      .values({
        id,
        login: `${id}@sim`,
        password_hash: "none",
        role: "school-admin",
        school: SCHOOL,
        created_at: now,
      })
      .execute();
  for (const [index, id] of CHILDREN.slice(0, size.children).entries()) {
    await db
      .insertInto("student")
      .values({
        school: SCHOOL,
        id,
        number: `${1000 + index}`,
        first_name: `Anak${index}`,
        class_name: "4A",
        daily_limit: index % 3 === 0 ? null : rupiah(20_000 + 5_000 * (index % 4)),
        created_at: now,
      })
      .execute();
    await postJournals(work, SCHOOL, [firstMoney(id, index)]);
  }
  for (let slot = 0; slot < size.terminals; slot++) await seatTerminal(work, size, slot);
}

const firstMoney = (student: StudentId, index: number): ReturnType<typeof topUpCash> =>
  topUpCash({
    order: `first-${index}`,
    student,
    amount: rupiah(30_000 + 7_000 * index),
    day: FIRST_DAY,
    actor: must(ADMINS[0] ?? null, "An admin"),
  });

/**
 * The stalls know each other by the school's word. Each one's own roster leaves itself out: it is given no epoch key, for
 * there are no templates here.
 */
function rosterFor(slot: number, size: SchoolSize): Uint8Array {
  const devices = SLOT_KEYS.slice(0, size.terminals)
    .filter((_, index) => index !== slot)
    .map(({ device, signKey, boxKey }) => ({
      device,
      signKey,
      boxKey,
      sealedEpochKey: new Uint8Array(104),
    }));
  const payload = encodeRoster({ v: 1, school: SCHOOL, rev: 1, epoch: 1, devices });
  return signObject("saku.roster.v1", "school", payload, SCHOOL_ROOT.sign);
}

async function seatTerminal(work: Work, size: SchoolSize, slot: number): Promise<void> {
  const { db, now } = work;
  const keys = must(SLOT_KEYS[slot] ?? null, "A key for every slot");
  const merchant = merchantOf(slot);
  await db
    .insertInto("merchant")
    .values({ school: SCHOOL, id: merchant, name: `Kantin ${slot}`, created_at: now })
    .execute();
  await db
    .insertInto("device")
    .values({
      id: keys.device,
      school: SCHOOL,
      name: `T${slot}`,
      merchant,
      state: "active",
      sign_key: keys.signKey,
      box_key: keys.boxKey,
      software: "sim",
      created_at: now,
      last_seen_at: null,
    })
    .execute();
  const outbox = { sign: CLOUD_KEY.sign, onQueued: () => undefined };
  await queueCommands(work, outbox, { school: SCHOOL, device: keys.device }, [
    ...welcomeBodies(slot, size.children),
    { kind: "roster", roster: rosterFor(slot, size) },
  ]);
}
