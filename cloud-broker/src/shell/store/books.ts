import {
  must,
  toHex,
  type DeviceId,
  type EventBody,
  type Incarnation,
  type LeaseId,
  type SchoolId,
} from "@saku/protocol";
import type { Books, SignedGrant } from "../../core/ingest/books.ts";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import type { Work } from "./committer.ts";
import { blockingLetters } from "./dead-letters.ts";
import { leaseOfRow } from "./lease-rows.ts";
import { devicesOf, grantsWithin } from "./sub-grants.ts";
import { sealedThrough, todayOf } from "./periods.ts";
import { salesNamedBy, studentsNamedBy } from "./sales.ts";

export type BatchOwner = {
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly inc: Incarnation;
};

const leasesNamedBy = (body: EventBody): readonly LeaseId[] => {
  if (body.type === "sale") return body.spends.map(({ lease }) => lease);
  return body.type === "lease-accept" || body.type === "lease-return" ? [body.lease] : [];
};

const leasesOfGrant = ({ lease, spends }: SignedGrant["body"]): readonly LeaseId[] => [
  lease,
  ...spends.map((spend) => spend.lease),
];

/** `IN ()` is no SQL: of no values nothing is asked. */
async function rowsOf<Value, Row>(
  values: readonly Value[],
  ask: (values: readonly Value[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  return values.length === 0 ? [] : ask(values);
}

/** The incarnation's watermark, and what is stored of the places and parents that the batch names. */
async function loadChain(
  { db }: Work,
  { device, inc }: BatchOwner,
  events: readonly VerifiedEvent[],
): Promise<
  Pick<Books, "tips" | "stored" | "knownIds" | "parentsWithChild" | "isBlocked" | "isEnded">
> {
  const parents = [...new Set(events.map(({ event }) => toHex(event.parent)))];
  const tip = await db
    .selectFrom("incarnation")
    .select(["ack", "tip"])
    .where("device", "=", device)
    .where("inc", "=", inc)
    .executeTakeFirst();
  const newest = await db
    .selectFrom("device_event")
    .select("type")
    .where("device", "=", device)
    .where("inc", "=", inc)
    .where("n", "=", tip?.ack ?? 0)
    .where("verdict", "<>", "discarded")
    .executeTakeFirst();
  const numbers = events.map(({ event }) => event.n).filter((n) => n <= (tip?.ack ?? 0));
  const stored = await rowsOf(numbers, (some) =>
    db
      .selectFrom("device_event")
      .select(["n", "id"])
      .where("device", "=", device)
      .where("inc", "=", inc)
      .where("n", "in", some)
      .execute(),
  );
  const known = await rowsOf(parents, (some) =>
    // Not by the terminal as well: SQLite would then walk all of its events instead of asking for these ids.
    db.selectFrom("device_event").select(["id", "device"]).where("id", "in", some).execute(),
  );
  const children = await rowsOf(parents, (some) =>
    db
      .selectFrom("device_event")
      .select("parent")
      .where("device", "=", device)
      .where("parent", "in", some)
      .execute(),
  );
  // Asked only where it matters: at the beginning of an incarnation.
  const isFirst = events.some(({ event }) => event.n === 1);
  const blocking = isFirst ? await blockingLetters({ db }, { device }) : [];
  return {
    isBlocked: blocking.length > 0,
    isEnded: newest?.type === "end",
    tips: new Map(tip === undefined ? [] : [[inc, { ack: tip.ack, id: tip.tip }]]),
    stored: new Map(stored.map(({ n, id }) => [n, id])),
    knownIds: new Set(known.filter((row) => row.device === device).map(({ id }) => id)),
    parentsWithChild: new Set(children.map(({ parent }) => parent)),
  };
}

/** Reads exactly the rows that the batch can touch. */
export async function loadBooks(
  work: Work,
  owner: BatchOwner,
  events: readonly VerifiedEvent[],
): Promise<Books> {
  const { db } = work;
  const { school, device } = owner;
  const sales = await salesNamedBy(work, school, events);
  const grants = await grantsWithin(work, school, events);
  const passed = [
    ...[...grants.values()].map(({ body }) => body),
    ...events.flatMap(({ event: { body } }) => (body.type === "sub-grant" ? [body] : [])),
  ];
  const leaseIds = new Set([
    ...passed.flatMap(leasesOfGrant),
    ...events.flatMap(({ event }) => leasesNamedBy(event.body)),
    ...[...sales.values()].flatMap(({ covered }) => covered.map(({ lease }) => lease)),
  ]);
  const merchants = await db
    .selectFrom("merchant")
    .select("id")
    .where("school", "=", school)
    .execute();
  const row = await db
    .selectFrom("device")
    .select("merchant")
    .where("id", "=", device)
    .executeTakeFirst();
  const leases = await rowsOf([...leaseIds], (some) =>
    db
      .selectFrom("lease")
      .selectAll()
      .where("school", "=", school)
      .where("id", "in", some)
      .execute(),
  );
  return {
    ...(await loadChain(work, owner, events)),
    school,
    device,
    merchant: must(row, "A connected terminal is a row").merchant,
    leases: new Map(leases.map((lease) => [lease.id, leaseOfRow(lease)])),
    sales,
    merchants: new Set(merchants.map(({ id }) => id)),
    grants,
    devices: await devicesOf(
      work,
      school,
      passed.map(({ to }) => to),
    ),
    students: await studentsNamedBy(work, school, events),
    sealedThrough: await sealedThrough(work, school),
    today: await todayOf(work, school),
  };
}
