import {
  addRupiah,
  rupiah,
  toHex,
  type DeviceId,
  type SchoolDay,
  type StudentId,
} from "@saku/protocol";
import type { Insertable } from "kysely";
import { nextDeviceState } from "../../core/devices/device.ts";
import {
  planIngest,
  type IngestPlan,
  type PlannedEvent,
  type VerifiedEvent,
} from "../../core/ingest/plan.ts";
import type { Lease } from "../../core/leases/lease.ts";
import { appendAudit } from "./audit.ts";
import { loadBooks, type BatchOwner } from "./books.ts";
import type { Work } from "./committer.ts";
import { chunked, postJournals } from "./journals.ts";
import { storeLeases } from "./sub-grants.ts";
import { rotateKeys } from "./key-rotations.ts";
import { storeMoney } from "./money-bookings.ts";
import type { Tables } from "./tables.ts";

async function storeEvents(
  { db, now }: Work,
  { school, device, inc }: BatchOwner,
  plan: IngestPlan,
): Promise<void> {
  await db
    .insertInto("incarnation")
    .values({ school, device, inc, ack: plan.ack, tip: plan.tip })
    .onConflict((conflict) =>
      conflict.columns(["device", "inc"]).doUpdateSet({ ack: plan.ack, tip: plan.tip }),
    )
    .execute();
  const rows = plan.accepted.map(({ verified: { id, event, bytes }, booking }) => ({
    school,
    device,
    inc,
    n: event.n,
    id,
    parent: toHex(event.parent),
    type: event.body.type,
    day: event.day,
    at: event.at,
    received_at: now,
    verdict: booking.verdict,
    anomaly: booking.anomaly,
    bytes,
  }));
  for (const part of chunked(rows)) await db.insertInto("device_event").values(part).execute();
}

type Journaled = PlannedEvent & { readonly journal: string | null };

function saleRows(
  { now }: Work,
  { school, device }: BatchOwner,
  planned: readonly Journaled[],
): {
  readonly sales: readonly Insertable<Tables["sale"]>[];
  readonly spends: readonly Insertable<Tables["sale_spend"]>[];
} {
  const sales: Insertable<Tables["sale"]>[] = [];
  const spends = new Map<string, Insertable<Tables["sale_spend"]>>();
  for (const { verified, booking, journal } of planned) {
    const { id, event } = verified;
    if (event.body.type !== "sale" && event.body.type !== "emergency-sale") continue;
    if (booking.sale === null || journal === null) continue;
    const { student, merchant, amount, covered, uncoveredBy } = booking.sale;
    sales.push({
      event: id,
      school,
      journal,
      device,
      student,
      merchant,
      method: event.body.method,
      amount,
      covered: addRupiah(...covered.map((part) => part.amount)),
      uncovered_by: uncoveredBy,
      day: event.day,
      at: event.at,
      received_at: now,
    });
    // A sale may name one lease twice; its spends are stored per lease.
    for (const part of covered) {
      const key = `${id}/${part.lease}`;
      const before = spends.get(key)?.amount ?? rupiah(0);
      spends.set(key, { sale: id, lease: part.lease, amount: addRupiah(before, part.amount) });
    }
  }
  return { sales, spends: [...spends.values()] };
}

/** New sales first, then the marks of voided ones: a void may follow its sale in the same batch. */
async function storeSales(
  work: Work,
  owner: BatchOwner,
  planned: readonly Journaled[],
): Promise<void> {
  const { sales, spends } = saleRows(work, owner, planned);
  for (const part of chunked(sales)) await work.db.insertInto("sale").values(part).execute();
  for (const part of chunked(spends)) await work.db.insertInto("sale_spend").values(part).execute();
  for (const { verified, booking, journal } of planned) {
    if (verified.event.body.type !== "void" || booking.sale === null) continue;
    await work.db
      .updateTable("sale")
      .set({
        voided_by: verified.id,
        void_journal: journal,
        void_at: verified.event.at,
        void_received_at: work.now,
      })
      .where("event", "=", booking.sale.event)
      .execute();
  }
}

async function storeForks(work: Work, owner: BatchOwner, plan: IngestPlan): Promise<number> {
  if (plan.forks.length === 0) return 0;
  const { db, now } = work;
  let fresh = 0;
  for (const { verified, reason } of plan.forks) {
    const inserted = await db
      .insertInto("fork_evidence")
      .values({
        device: owner.device,
        id: verified.id,
        reason,
        received_at: now,
        bytes: verified.bytes,
      })
      .onConflict((conflict) => conflict.columns(["device", "id"]).doNothing())
      .executeTakeFirst();
    fresh += Number(inserted.numInsertedOrUpdatedRows ?? 0n);
  }
  if (fresh > 0) await flagFork(work, owner.device, fresh);
  return fresh;
}

async function flagFork(work: Work, device: DeviceId, count: number): Promise<void> {
  const row = await work.db
    .selectFrom("device")
    .select(["state", "school"])
    .where("id", "=", device)
    .executeTakeFirstOrThrow();
  await work.db
    .updateTable("device")
    .set({ state: nextDeviceState(row.state, "forked") })
    .where("id", "=", device)
    .execute();
  await appendAudit(work, row.school, {
    actor: device,
    action: "terminal-forked",
    object: device,
    detail: { count },
  });
}

async function storeErasures({ db }: Work, owner: BatchOwner, plan: IngestPlan): Promise<void> {
  for (const { verified } of plan.accepted) {
    const { body, at } = verified.event;
    if (body.type !== "erase-receipt") continue;
    await db
      .updateTable("erasure")
      .set({ erased_at: at })
      .where("school", "=", owner.school)
      .where("student", "=", body.student)
      .where("device", "=", owner.device)
      .where("consent", "<=", body.consent)
      .where("erased_at", "is", null)
      .execute();
  }
}

export type Returned = {
  readonly student: StudentId;
  readonly day: SchoolDay;
  readonly reason: "requested" | "day-over" | "drained";
};

export type BookingOutcome = {
  readonly plan: IngestPlan;
  readonly freshForkCount: number;
  /** Children whose page changes. */
  readonly students: ReadonlySet<StudentId>;
  /** Money that came back from the terminal: whose, of which day's lease, and why. */
  readonly returned: readonly Returned[];
  /** Leases that a hub of this batch made for other terminals, which may not know of them. */
  readonly passedOn: readonly Lease[];
};

/** Books one verified batch of one incarnation: plan in the core, rows here, all in the caller's transaction. */
export async function bookBatch(
  work: Work,
  owner: BatchOwner,
  events: readonly VerifiedEvent[],
): Promise<BookingOutcome> {
  const books = await loadBooks(work, owner, events);
  const plan = planIngest(books, owner.inc, events);
  const freshForkCount = await storeForks(work, owner, plan);
  if (plan.accepted.length > 0) await storePlan(work, owner, plan);
  const students = new Set<StudentId>();
  const returned: Returned[] = [];
  for (const { verified, booking } of plan.accepted) {
    const { body } = verified.event;
    if (booking.student === null) continue;
    students.add(booking.student);
    if (body.type === "lease-return" && booking.journal !== null)
      for (const { student, day } of booking.leases)
        returned.push({ student, day, reason: body.reason });
  }
  const passedOn = plan.leases.filter(
    ({ lease, device }) => device !== owner.device && !books.leases.has(lease),
  );
  return { plan, freshForkCount, students, returned, passedOn };
}

/** Rows of everything that a plan accepted. */
export async function storePlan(work: Work, owner: BatchOwner, plan: IngestPlan): Promise<void> {
  await storeEvents(work, owner, plan);
  const withMoney = plan.accepted.filter(({ booking }) => booking.journal !== null);
  const ids = await postJournals(
    work,
    owner.school,
    withMoney.flatMap(({ booking }) => booking.journal ?? []),
  );
  const journalOf = new Map(withMoney.map((planned, index) => [planned, ids[index] ?? null]));
  await storeSales(
    work,
    owner,
    plan.accepted.map((planned) => ({ ...planned, journal: journalOf.get(planned) ?? null })),
  );
  await storeLeases(work, owner.school, plan.leases);
  await storeMoney(work, owner, plan, journalOf);
  await storeErasures(work, owner, plan);
  await rotateKeys(work, owner, plan);
}
