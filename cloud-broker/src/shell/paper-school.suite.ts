// A school on paper for tests: a real store in a temporary folder, and terminals that only sign.
import { rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import {
  deviceIdOfKey,
  encodeEvent,
  eventId,
  incarnation,
  merchantId,
  rupiah,
  schoolDayAt,
  schoolId,
  signObject,
  studentId,
  unixMs,
  ZERO_ID,
  type DeviceId,
  type EventBody,
  type Incarnation,
  type MerchantId,
  type ObjectId,
  type SchoolDay,
  type SignedBytes,
  type StudentId,
} from "@saku/protocol";
import { topUpCash } from "../core/ledger/recipes.ts";
import { nodeSigningKey, type NodeSigningKey } from "./keys/ed25519.ts";
import type { Outbox } from "./store/commands.ts";
import { postJournals } from "./store/journals.ts";
import { databaseOfTest, ledgerHome, type LedgerHome } from "./store/databases.suite.ts";
import type { Store } from "./store/store.ts";
import { temporaryFolder } from "./temporary-folder.suite.ts";

export const SCHOOL = schoolId("sch-paper");
/** 2026-11-23 08:00 in Jakarta. */
export const MORNING_MS = Date.UTC(2026, 10, 23, 1, 0, 0);
export const TODAY: SchoolDay = schoolDayAt(unixMs(MORNING_MS), 420);

export type PaperTerminal = {
  readonly device: DeviceId;
  readonly key: NodeSigningKey;
  readonly merchant: MerchantId;
  inc: Incarnation;
  n: number;
  parent: ObjectId;
  /** The school day that its clock says. */
  day: SchoolDay;
  /** Signs the next event of the chain. */
  write(body: EventBody): {
    readonly n: number;
    readonly id: ObjectId;
    readonly bytes: SignedBytes;
  };
  /** The daemon starts again. */
  restart(): void;
};

export function paperTerminal(
  merchant: MerchantId,
  seed: Uint8Array = randomBytes(32),
): PaperTerminal {
  const key = nodeSigningKey(seed);
  const terminal: PaperTerminal = {
    device: deviceIdOfKey(key.publicKey),
    key,
    merchant,
    inc: incarnation(randomBytes(8).toString("hex")),
    n: 0,
    parent: ZERO_ID,
    day: TODAY,
    write(body) {
      terminal.n += 1;
      const payload = encodeEvent({
        v: 1,
        school: SCHOOL,
        device: terminal.device,
        inc: terminal.inc,
        n: terminal.n,
        parent: terminal.parent,
        at: unixMs(MORNING_MS),
        trust: "ntp",
        day: terminal.day,
        zone: 420,
        have: 0,
        body,
      });
      terminal.parent = eventId(payload);
      const bytes = signObject("saku.event.v1", terminal.device, payload, key.sign);
      return { n: terminal.n, id: terminal.parent, bytes };
    },
    restart() {
      terminal.inc = incarnation(randomBytes(8).toString("hex"));
      terminal.n = 0;
    },
  };
  return terminal;
}

export type PaperSchool = {
  readonly directory: string;
  /** Where its ledger is. */
  readonly home: LedgerHome;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly cloudKey: NodeSigningKey;
  readonly students: readonly StudentId[];
  readonly terminals: readonly PaperTerminal[];
  topUp(student: StudentId, amount: number): Promise<void>;
  close(): Promise<void>;
};

async function enterTerminals(store: Store, terminals: readonly PaperTerminal[]): Promise<void> {
  await store.commit(async ({ db, now }) => {
    for (const [index, terminal] of terminals.entries()) {
      await db
        .insertInto("merchant")
        .values({ school: SCHOOL, id: terminal.merchant, name: `Kantin ${index}`, created_at: now })
        .execute();
      await db
        .insertInto("device")
        .values({
          id: terminal.device,
          school: SCHOOL,
          name: `T${index}`,
          merchant: terminal.merchant,
          state: "active",
          sign_key: terminal.key.publicKey,
          box_key: new Uint8Array(32),
          software: "paper",
          created_at: now,
          last_seen_at: null,
        })
        .execute();
    }
  });
}

/** A founded school with terminals and children, none of whom has money. */
export async function paperSchool(
  counts: { readonly terminals: number; readonly students: number },
  clock: () => number = () => MORNING_MS,
): Promise<PaperSchool> {
  const directory = temporaryFolder("cloud");
  const home = await ledgerHome(databaseOfTest(), directory);
  const store = await home.open(clock);
  const cloudKey = nodeSigningKey(randomBytes(32));
  const students = Array.from({ length: counts.students }, (_, index) => studentId(`stu-${index}`));
  await store.commit(async ({ db, now }) => {
    await db
      .insertInto("school")
      .values({ id: SCHOOL, name: "SD", zone: 420, root_key: new Uint8Array(32), created_at: now })
      .execute();
    for (const [index, id] of students.entries())
      await db
        .insertInto("student")
        .values({
          school: SCHOOL,
          id,
          number: `${1000 + index}`,
          first_name: `Anak${index}`,
          class_name: "4A",
          daily_limit: null,
          created_at: now,
        })
        .execute();
  });
  const terminals = Array.from({ length: counts.terminals }, (_, index) =>
    paperTerminal(merchantId(`mer-${index}`)),
  );
  await enterTerminals(store, terminals);
  let order = 0;
  return {
    directory,
    home,
    store,
    outbox: { sign: cloudKey.sign, onQueued: () => undefined },
    cloudKey,
    students,
    terminals,
    topUp: async (student, amount) => {
      order += 1;
      const draft = topUpCash({
        order: `ord-${order}`,
        student,
        amount: rupiah(amount),
        day: TODAY,
        actor: "per-admin",
      });
      await store.commit((work) => postJournals(work, SCHOOL, [draft]));
    },
    close: async () => {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
