import {
  eventId,
  parseEvent,
  parsePublicKey,
  toHex,
  verifyObject,
  type DeviceId,
  type LeaseId,
  type PublicKey,
  type SchoolId,
  type SignedBytes,
} from "@saku/protocol";
import type { SignedGrant } from "../../core/ingest/books.ts";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import type { Lease } from "../../core/leases/lease.ts";
import { verifyWithNode } from "../keys/ed25519.ts";
import { queueCommands, type Outbox } from "./commands.ts";
import type { Work } from "./committer.ts";

// Leases that hubs made: how they are read out of a batch, stored, and told to the stalls.

async function keysOf(
  { db }: Work,
  school: SchoolId,
): Promise<(device: string) => PublicKey | undefined> {
  const rows = await db
    .selectFrom("device")
    .select(["id", "sign_key"])
    .where("school", "=", school)
    .execute();
  const keys = new Map<string, Uint8Array>(rows.map((row) => [row.id, row.sign_key]));
  return (device) => {
    const key = parsePublicKey(new Uint8Array(keys.get(device) ?? []));
    return key.ok ? key.value : undefined;
  };
}

function grantIn(
  bytes: Uint8Array,
  keyOf: (device: string) => PublicKey | undefined,
): SignedGrant | null {
  const signed = verifyObject("saku.event.v1", bytes as SignedBytes, keyOf, verifyWithNode);
  const event = signed.ok ? parseEvent(signed.value.payload) : signed;
  if (!signed.ok || !event.ok) return null;
  const { body, device, day } = event.value;
  if (body.type !== "sub-grant" || device !== signed.value.kid) return null;
  return { hub: device, event: toHex(eventId(signed.value.payload)), day, body };
}

/** What hubs of the school signed inside the batch's `grant-accept` events; a bad one is left out [H13]. */
export async function grantsWithin(
  work: Work,
  school: SchoolId,
  events: readonly VerifiedEvent[],
): Promise<ReadonlyMap<string, SignedGrant>> {
  const accepts = events.flatMap(({ id, event: { body } }) =>
    body.type === "grant-accept" ? [{ id, grant: body.grant }] : [],
  );
  if (accepts.length === 0) return new Map();
  const keyOf = await keysOf(work, school);
  return new Map(
    accepts.flatMap(({ id, grant }) => {
      const signed = grantIn(grant, keyOf);
      return signed === null ? [] : [[id, signed] as const];
    }),
  );
}

export async function devicesOf(
  { db }: Work,
  school: SchoolId,
  wanted: readonly DeviceId[],
): Promise<ReadonlySet<DeviceId>> {
  if (wanted.length === 0) return new Set();
  const rows = await db
    .selectFrom("device")
    .select("id")
    .where("school", "=", school)
    .where("id", "in", wanted)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

async function isStored(db: Work["db"], school: SchoolId, lease: LeaseId): Promise<boolean> {
  const row = await db
    .selectFrom("lease")
    .select("id")
    .where("school", "=", school)
    .where("id", "=", lease)
    .executeTakeFirst();
  return row !== undefined;
}

/** Leases as a batch leaves them: those it found are changed, those that hubs made enter. */
export async function storeLeases(
  { db, now }: Work,
  school: SchoolId,
  leases: readonly Lease[],
): Promise<void> {
  for (const lease of leases) {
    const { spent, returned, passed, late, state, origin } = lease;
    const changing = { spent, returned, passed, late, state, written_off: lease.writtenOff };
    if (origin === null || (await isStored(db, school, lease.lease))) {
      await db
        .updateTable("lease")
        .set(changing)
        .where("school", "=", school)
        .where("id", "=", lease.lease)
        .execute();
      continue;
    }
    const { device, student, purse, day, amount } = lease;
    await db
      .insertInto("lease")
      .values({
        school,
        id: lease.lease,
        device,
        student,
        purse,
        day,
        amount,
        ...changing,
        ask: null,
        rev: 0,
        granted_at: now,
        origin_hub: origin?.hub ?? null,
        origin_event: origin?.event ?? null,
      })
      .execute();
  }
}

async function signedByHub({ db }: Work, event: string): Promise<Uint8Array | null> {
  const row = await db
    .selectFrom("device_event")
    .select("bytes")
    .where("id", "=", event)
    .executeTakeFirst();
  return row === undefined ? null : new Uint8Array(row.bytes);
}

/**
 * A stall that never got the hub's answer is told of its lease under the same id, so that no money lies where nobody looks;
 * one that has it hears nothing new. It hears the hub's own words: they say whose escrow pays, whatever becomes of this
 * ledger [H14].
 */
export async function tellPassedOn(
  work: Work,
  outbox: Outbox,
  school: SchoolId,
  leases: readonly Lease[],
): Promise<void> {
  for (const { lease, device, student, purse, day, amount, origin } of leases) {
    const signed = origin === null ? null : await signedByHub(work, origin.event);
    const grant = { kind: "lease-grant", lease, student, purse, day, amount, ask: null } as const;
    const rev = await queueCommands(work, outbox, { school, device }, [
      signed === null ? grant : { ...grant, subGrant: signed },
    ]);
    await work.db
      .updateTable("lease")
      .set({ rev })
      .where("school", "=", school)
      .where("id", "=", lease)
      .execute();
  }
}
