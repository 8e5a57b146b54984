// A school made for measuring: terminals that only sign, with more money than they can spend.
import {
  deviceIdOfKey,
  encodeEvent,
  encodeUpFrame,
  eventId,
  incarnation,
  leaseId,
  merchantId,
  rupiah,
  schoolDayAt,
  schoolId,
  signObject,
  studentId,
  toHex,
  unixMs,
  ZERO_ID,
  type DeviceId,
  type Incarnation,
  type MerchantId,
  type ObjectId,
  type SakuEvent,
  type SchoolDay,
  type SchoolId,
  type SignedBytes,
} from "@saku/protocol";
import { leaseGrant, topUpCash } from "../../core/ledger/recipes.ts";
import { nodeSigningKey, type NodeSigningKey } from "../keys/ed25519.ts";
import { nodeEntropy } from "../keys/node-entropy.ts";
import type { Work } from "../store/committer.ts";
import { postJournals } from "../store/journals.ts";

export const SCHOOL: SchoolId = schoolId("sch-bench");
export const MORNING_MS: number = Date.UTC(2026, 10, 23, 1);
const TODAY: SchoolDay = schoolDayAt(unixMs(MORNING_MS), 420);
const LEASE = rupiah(50_000_000);
const PRICE = rupiah(5_000);
/** Children of each terminal: a class stands in line. */
const CHILDREN = 20;

export type BenchTerminal = {
  readonly device: DeviceId;
  readonly merchant: MerchantId;
  readonly key: NodeSigningKey;
  readonly inc: Incarnation;
};

export function benchTerminals(count: number): readonly BenchTerminal[] {
  return Array.from({ length: count }, (_, index) => {
    const key = nodeSigningKey(nodeEntropy.bytes(32));
    const inc = incarnation(toHex(nodeEntropy.bytes(8)));
    return { device: deviceIdOfKey(key.publicKey), merchant: merchantId(`mer-${index}`), key, inc };
  });
}

const studentOf = (terminal: BenchTerminal, child: number) =>
  studentId(`stu-${terminal.merchant.slice(4)}-${child}`);
const leaseOf = (terminal: BenchTerminal, child: number) =>
  leaseId(`lea-${terminal.merchant.slice(4)}-${child}`);

export async function enterSchool({ db, now }: Work): Promise<void> {
  await db
    .insertInto("school")
    .values({ id: SCHOOL, name: "SD", zone: 420, root_key: new Uint8Array(32), created_at: now })
    .execute();
}

/** The terminal, its stall, its children and a lease of each. */
export async function enterTerminal(work: Work, terminal: BenchTerminal): Promise<void> {
  const { db, now } = work;
  const { device, merchant, key } = terminal;
  const school = SCHOOL;
  await db
    .insertInto("merchant")
    .values({ school, id: merchant, name: merchant, created_at: now })
    .execute();
  await db
    .insertInto("device")
    .values({
      id: device,
      school,
      name: merchant,
      merchant,
      state: "active",
      sign_key: key.publicKey,
      box_key: new Uint8Array(32),
      software: "bench",
      created_at: now,
      last_seen_at: null,
    })
    .execute();
  for (let child = 0; child < CHILDREN; child++) await enterChild(work, terminal, child);
}

async function enterChild(work: Work, terminal: BenchTerminal, child: number): Promise<void> {
  const { db, now } = work;
  const { device } = terminal;
  const student = studentOf(terminal, child);
  const lease = leaseOf(terminal, child);
  const day = TODAY;
  await db
    .insertInto("student")
    .values({
      school: SCHOOL,
      id: student,
      number: `${terminal.merchant.slice(4)}${String(child).padStart(3, "0")}`,
      first_name: "Anak",
      class_name: "4A",
      daily_limit: null,
      created_at: now,
    })
    .execute();
  const money = { student, amount: LEASE, day, actor: "bench" };
  await postJournals(work, SCHOOL, [
    topUpCash({ ...money, order: `ord-${student}` }),
    leaseGrant({ ...money, lease, device }),
  ]);
  await db
    .insertInto("lease")
    .values({
      school: SCHOOL,
      id: lease,
      device,
      student,
      purse: "snack",
      day,
      amount: LEASE,
      ask: null,
      rev: 1,
      state: "granted",
      granted_at: now,
    })
    .execute();
}

function saleEvent(terminal: BenchTerminal, n: number, parent: ObjectId): SakuEvent {
  const child = n % CHILDREN;
  return {
    v: 1,
    school: SCHOOL,
    device: terminal.device,
    inc: terminal.inc,
    n,
    parent,
    at: unixMs(MORNING_MS + n * 1_000),
    trust: "ntp",
    day: TODAY,
    zone: 420,
    have: 0,
    body: {
      type: "sale",
      student: studentOf(terminal, child),
      merchant: terminal.merchant,
      purse: "snack",
      amount: PRICE,
      method: "finger",
      spends: [{ lease: leaseOf(terminal, child), amount: PRICE }],
    },
  };
}

/** `sales` signed sales in frames of `frame`, ready to be published. */
export function signedFrames(
  terminal: BenchTerminal,
  sales: number,
  frame: number,
): readonly Uint8Array[] {
  let parent: ObjectId = ZERO_ID;
  const frames: Uint8Array[] = [];
  for (let from = 1; from <= sales; from += frame) {
    const events: SignedBytes[] = [];
    for (let n = from; n < Math.min(from + frame, sales + 1); n++) {
      const payload = encodeEvent(saleEvent(terminal, n, parent));
      parent = eventId(payload);
      events.push(signObject("saku.event.v1", terminal.device, payload, terminal.key.sign));
    }
    frames.push(encodeUpFrame({ t: "events", inc: terminal.inc, from, events }));
  }
  return frames;
}
