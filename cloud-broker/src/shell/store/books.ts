import {
  must,
  toHex,
  type DeviceId,
  type EventBody,
  type Incarnation,
  type LeaseId,
  type SchoolId,
} from "@saku/protocol";
import type { BookedSale, Books } from "../../core/ingest/books.ts";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import type { Work } from "./committer.ts";
import { leaseOfRow } from "./leases.ts";

export type BatchOwner = {
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly inc: Incarnation;
};

const leasesNamedBy = (body: EventBody): readonly LeaseId[] => {
  if (body.type === "sale") return body.spends.map(({ lease }) => lease);
  return body.type === "lease-accept" || body.type === "lease-return" ? [body.lease] : [];
};

async function salesNamedBy(
  { db }: Work,
  device: DeviceId,
  events: readonly VerifiedEvent[],
): Promise<ReadonlyMap<string, BookedSale>> {
  const wanted = events.flatMap(({ event: { body } }) =>
    body.type === "void" ? [toHex(body.of)] : [],
  );
  if (wanted.length === 0) return new Map();
  const rows = await db
    .selectFrom("sale")
    .select(["event", "student", "merchant", "amount", "voided_by"])
    .where("event", "in", wanted)
    .where("device", "=", device)
    .execute();
  const spends = await db
    .selectFrom("sale_spend")
    .selectAll()
    .where("sale", "in", wanted)
    .execute();
  return new Map(
    rows.map((row) => [
      row.event,
      {
        event: row.event,
        student: row.student,
        merchant: row.merchant,
        amount: row.amount,
        covered: spends
          .filter(({ sale }) => sale === row.event)
          .map(({ lease, amount }) => ({ lease, amount })),
        voidedBy: row.voided_by,
      },
    ]),
  );
}

/** Reads exactly the rows that the batch can touch. */
export async function loadBooks(
  work: Work,
  owner: BatchOwner,
  events: readonly VerifiedEvent[],
): Promise<Books> {
  const { db } = work;
  const { school, device, inc } = owner;
  const sales = await salesNamedBy(work, device, events);
  const leaseIds = [
    ...events.flatMap(({ event }) => leasesNamedBy(event.body)),
    ...[...sales.values()].flatMap(({ covered }) => covered.map(({ lease }) => lease)),
  ];
  const parents = [...new Set(events.map(({ event }) => toHex(event.parent)))];
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
  const tip = await db
    .selectFrom("incarnation")
    .select(["ack", "tip"])
    .where("device", "=", device)
    .where("inc", "=", inc)
    .executeTakeFirst();
  const numbers = events.map(({ event }) => event.n).filter((n) => n <= (tip?.ack ?? 0));
  const stored = await db
    .selectFrom("device_event")
    .select(["n", "id"])
    .where("device", "=", device)
    .where("inc", "=", inc)
    .where("n", "in", numbers)
    .execute();
  const known = await db
    .selectFrom("device_event")
    .select("id")
    .where("id", "in", parents)
    .where("device", "=", device)
    .execute();
  const children = await db
    .selectFrom("device_event")
    .select("parent")
    .where("device", "=", device)
    .where("parent", "in", parents)
    .execute();
  const leases = await db
    .selectFrom("lease")
    .selectAll()
    .where("school", "=", school)
    .where("id", "in", [...new Set(leaseIds)])
    .execute();
  return {
    school,
    device,
    merchant: must(row, "A connected terminal is a row").merchant,
    tips: new Map(tip === undefined ? [] : [[inc, { ack: tip.ack, id: tip.tip }]]),
    stored: new Map(stored.map(({ n, id }) => [n, id])),
    knownIds: new Set(known.map(({ id }) => id)),
    parentsWithChild: new Set(children.map(({ parent }) => parent)),
    leases: new Map(leases.map((lease) => [lease.id, leaseOfRow(lease)])),
    sales,
    merchants: new Set(merchants.map(({ id }) => id)),
  };
}
