import {
  must,
  type DeviceId,
  type EventBody,
  type LeaseId,
  type PublicKey,
  type SchoolId,
  type StudentId,
} from "@saku/protocol";
import { isCovered } from "../../core/ingest/hub-booking.ts";
import type { SignedGrant } from "../../core/ingest/books.ts";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { studentAccount } from "../../core/ledger/account.ts";
import { appendAudit } from "./audit.ts";
import { awaitedTerminals, unheardTerminals, type AwaitedTerminal } from "./awaited-terminals.ts";
import { bookBatch, type BookingOutcome } from "./bookings.ts";
import type { BatchOwner } from "./books.ts";
import type { Work } from "./committer.ts";
import { balanceOf } from "./journals.ts";
import { leaseOfRow } from "./lease-rows.ts";
import { readGrant, reviveLease, type Grant } from "./revived-leases.ts";
import { grantsWithin } from "./sub-grants.ts";

// How a ledger takes in a terminal's chain. One that was rebuilt from a copy has forgotten leases; and a stall may tell of a hub's
// loan before the hub does. Otherwise every lease is known, and a frame is one batch.

export type Delivery = BookingOutcome & {
  /** The event whose money is still to come back with another terminal's chain; null = all were taken [BK9]. */
  readonly heldAt: number | null;
};

type Accept = Extract<EventBody, { type: "lease-accept" | "grant-accept" }>;
type Parts = {
  readonly work: Work;
  readonly owner: BatchOwner;
  readonly cloudKey: PublicKey;
  readonly isOnline: (device: DeviceId) => boolean;
};

/** Longer than a terminal that has something to say keeps silent. */
const HUB_WAIT_MS = 240_000;

const acceptOf = ({ event: { body } }: VerifiedEvent): Accept | null =>
  body.type === "grant-accept" || (body.type === "lease-accept" && body.grant !== undefined)
    ? body
    : null;

async function knownLeases(
  { db }: Work,
  school: SchoolId,
  wanted: readonly LeaseId[],
): Promise<ReadonlySet<LeaseId>> {
  if (wanted.length === 0) return new Set();
  const rows = await db
    .selectFrom("lease")
    .select("id")
    .where("school", "=", school)
    .where("id", "in", wanted)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

async function newestJournal({ db }: Work, school: SchoolId): Promise<number> {
  const row = await db
    .selectFrom("journal")
    .select((eb) => eb.fn.max("seq").as("seq"))
    .where("school", "=", school)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/**
 * Can one of them still bring the money? Not one that was itself found waiting since the books last changed: when all wait for
 * each other, what they wait for was lost with the old ledger.
 */
const isAnyMoving = (others: readonly AwaitedTerminal[], seq: number): boolean =>
  others.some(({ heldSeq }) => heldSeq !== seq);

async function isFunded({ work, owner }: Parts, student: StudentId, amount: number) {
  return (await balanceOf(work, owner.school, studentAccount(student).id)) >= amount;
}

/**
 * May the hub's chain still bring what its leases lack? It brings a void, or more money, that stood before the grant. A hub that
 * is there, owes nothing and has not told the grant after all this time has lost it with its card.
 */
async function isHubBehind({ work, owner, isOnline }: Parts, grant: SignedGrant): Promise<boolean> {
  const { db, now } = work;
  const told = await db
    .selectFrom("device_event")
    .select("id")
    .where("id", "=", grant.event)
    .executeTakeFirst();
  const hub = await db
    .selectFrom("device")
    .select(["state", "unsent"])
    .where("id", "=", grant.hub)
    .executeTakeFirst();
  if (told !== undefined || hub === undefined) return false;
  if (hub.state !== "active" && hub.state !== "quarantined") return false;
  const { held_at: heldAt } = await db
    .selectFrom("device")
    .select("held_at")
    .where("id", "=", owner.device)
    .executeTakeFirstOrThrow();
  if (heldAt === null || now - heldAt < HUB_WAIT_MS) return true;
  return hub.unsent > 0 || !isOnline(grant.hub);
}

async function isCoveredNow({ work, owner }: Parts, grant: SignedGrant): Promise<boolean> {
  const rows = await work.db
    .selectFrom("lease")
    .selectAll()
    .where("school", "=", owner.school)
    .where(
      "id",
      "in",
      grant.body.spends.map(({ lease }) => lease),
    )
    .execute();
  return isCovered({ leases: new Map(rows.map((row) => [row.id, leaseOfRow(row)])) }, grant);
}

/** The hub's leases do not reach for what it signed, and the hub has not said everything yet [BK9] [H16]. */
async function waitsForHub(parts: Parts, accept: VerifiedEvent): Promise<boolean> {
  const { work, owner } = parts;
  const { school } = owner;
  const grant = (await grantsWithin(work, school, [accept])).get(accept.id);
  if (grant === undefined || (await isCoveredNow(parts, grant))) return false;
  const unheard = await unheardTerminals(work, school);
  const hub = unheard.filter(({ device }) => device === grant.hub);
  return hub.length > 0
    ? isAnyMoving(hub, await newestJournal(work, school))
    : isHubBehind(parts, grant);
}

/** The child does not have the money of a forgotten grant: another terminal's return may still bring it. */
async function waitsForMoney(parts: Parts, grant: Grant): Promise<boolean> {
  const { work, owner } = parts;
  if (await isFunded(parts, grant.student, grant.amount)) return false;
  const awaited = await awaitedTerminals(work, owner.school);
  const others = awaited.filter(({ device }) => device !== owner.device);
  return isAnyMoving(others, await newestJournal(work, owner.school));
}

/** Makes the books ready for an accept of a lease that they do not know, or says that it comes too early [BK3] [BK9]. */
async function prepare(
  parts: Parts,
  accept: VerifiedEvent,
): Promise<"revived" | "nothing-to-do" | "too-early"> {
  const body = acceptOf(accept);
  if (body === null || body.grant === undefined) return "nothing-to-do";
  if (body.type === "grant-accept")
    return (await waitsForHub(parts, accept)) ? "too-early" : "nothing-to-do";
  const grant = readGrant(body.grant, parts.owner, parts.cloudKey);
  if (grant?.lease !== body.lease) return "nothing-to-do";
  if (await waitsForMoney(parts, grant)) return "too-early";
  return (await reviveLease(parts.work, parts.owner, grant)) ? "revived" : "nothing-to-do";
}

function joined(first: BookingOutcome | null, second: BookingOutcome): BookingOutcome {
  if (first === null) return second;
  const { plan } = second;
  return {
    plan: {
      ...plan,
      accepted: [...first.plan.accepted, ...plan.accepted],
      duplicateCount: first.plan.duplicateCount + plan.duplicateCount,
      forks: [...first.plan.forks, ...plan.forks],
      leases: [...first.plan.leases, ...plan.leases],
      sales: [...first.plan.sales, ...plan.sales],
    },
    freshForkCount: first.freshForkCount + second.freshForkCount,
    students: new Set([...first.students, ...second.students]),
    returned: [...first.returned, ...second.returned],
    passedOn: [...first.passedOn, ...second.passedOn],
  };
}

async function noteHeld({ work, owner }: Parts, isHeld: boolean): Promise<void> {
  const seq = isHeld ? await newestJournal(work, owner.school) : null;
  await work.db
    .updateTable("device")
    .set((eb) => ({
      held_seq: seq,
      held_at: isHeld ? eb.fn.coalesce("held_at", eb.val(work.now)) : null,
    }))
    .where("id", "=", owner.device)
    .execute();
}

async function noteRevived({ work, owner }: Parts, count: number): Promise<void> {
  if (count === 0) return;
  await appendAudit(work, owner.school, {
    actor: owner.device,
    action: "leases-revived",
    object: owner.device,
    detail: { count },
  });
}

/** Where in the frame a lease is accepted that the books may have to be made ready for. */
async function turnsOf(
  { work, owner }: Parts,
  events: readonly VerifiedEvent[],
): Promise<readonly number[]> {
  const accepted = events.flatMap((event) => acceptOf(event)?.lease ?? []);
  const seen = new Set(await knownLeases(work, owner.school, accepted));
  return events.flatMap((event, index) => {
    const body = acceptOf(event);
    if (body === null || seen.has(body.lease)) return [];
    seen.add(body.lease);
    return [index];
  });
}

/**
 * Books a frame. Accepts of leases that this ledger has forgotten are made good one after the other, each when its turn in the
 * chain comes: what pays for it may be given back by the event before it [BK3].
 */
export async function bookDelivery(
  parts: Parts,
  events: readonly VerifiedEvent[],
): Promise<Delivery> {
  const { work, owner } = parts;
  const turns = await turnsOf(parts, events);
  if (turns.length === 0) return { ...(await bookBatch(work, owner, events)), heldAt: null };
  let outcome: BookingOutcome | null = null;
  let start = 0;
  let revivedCount = 0;
  let heldAt: number | null = null;
  for (const turn of turns) {
    outcome = joined(outcome, await bookBatch(work, owner, events.slice(start, turn)));
    start = turn;
    const next = must(events[turn], "A turn is a place of the frame");
    if (outcome.plan.stop.kind !== "none") break;
    // What is stored already moves nothing a second time.
    if (next.event.n <= outcome.plan.ack) continue;
    const done = await prepare(parts, next);
    if (done === "revived") revivedCount += 1;
    if (done !== "too-early") continue;
    heldAt = next.event.n;
    break;
  }
  if (heldAt === null && (outcome === null || outcome.plan.stop.kind === "none"))
    outcome = joined(outcome, await bookBatch(work, owner, events.slice(start)));
  await noteHeld(parts, heldAt !== null);
  await noteRevived(parts, revivedCount);
  return { ...must(outcome, "A frame with a turn was booked"), heldAt };
}
