import {
  EVENT_AMOUNT_MAX_RUPIAH,
  rupiah,
  schoolDayAt,
  type Rupiah,
  type SchoolDay,
  type SchoolId,
  type StudentId,
} from "@saku/protocol";
import { answerConsent } from "../../core/consent/consent.ts";
import { topUpCash as topUpRecipe } from "../../core/ledger/recipes.ts";
import { limitUseOf } from "../../core/leases/lease.ts";
import type { Order, OrderOutcome, Writing } from "../http/office.ts";
import { appendAudit } from "../store/audit.ts";
import { queueForAll, replaceVaultCommands } from "../store/commands.ts";
import type { Work } from "../store/committer.ts";
import { postJournals } from "../store/journals.ts";
import { grantDay, leasesOfStudent, recallLeases } from "../store/leases.ts";
import { enterLimit } from "../store/limits.ts";
import { hashToken } from "../store/random-ids.ts";
import type { Cloud } from "./cloud.ts";
import { childFor, done, orderOnce, orderToken, refused, type ChildRow } from "./orders.ts";

export const INVITATION_LIFE_MS: number = 48 * 3_600_000;

export async function schoolToday(work: Work, school: SchoolId): Promise<SchoolDay> {
  const { zone } = await work.db
    .selectFrom("school")
    .select("zone")
    .where("id", "=", school)
    .executeTakeFirstOrThrow();
  return schoolDayAt(work.now, zone);
}

function tellPages(cloud: Cloud, work: Work, child: ChildRow): void {
  work.afterCommit(() => {
    cloud.changes.childChanged(child.id);
    cloud.changes.schoolChanged(child.school);
  });
}

const notFound = refused("not-found", "no such child for this person");

async function setFrozen(
  cloud: Cloud,
  order: Order,
  student: StudentId,
  isFrozen: boolean,
): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "freeze", student, isFrozen }, async (work) => {
    const child = await childFor(work, order, student, "family-or-school");
    if (child === null) return notFound;
    const { school } = child;
    await work.db
      .updateTable("student")
      .set({ is_frozen: isFrozen ? 1 : 0 })
      .where("school", "=", school)
      .where("id", "=", student)
      .execute();
    await queueForAll(work, cloud.outbox, { school }, { kind: "freeze", student, isFrozen });
    if (isFrozen) await recallLeases(work, cloud.outbox, school, student);
    else await grantDay(work, cloud.outbox, school, student);
    await appendAudit(work, school, {
      actor: order.actor.person,
      action: isFrozen ? "freeze" : "unfreeze",
      object: student,
      detail: {},
    });
    tellPages(cloud, work, child);
    return done(null);
  });
}

async function setDailyLimit(
  cloud: Cloud,
  order: Order,
  student: StudentId,
  limit: Rupiah | null,
): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "daily-limit", student, limit }, async (work) => {
    if (limit !== null && !(Number.isSafeInteger(limit) && limit >= 0))
      return refused("invalid", "limit must be whole rupiah");
    const child = await childFor(work, order, student, "family-or-school");
    if (child === null) return notFound;
    const { school } = child;
    await work.db
      .updateTable("student")
      .set({ daily_limit: limit })
      .where("school", "=", school)
      .where("id", "=", student)
      .execute();
    await enterLimit(
      work,
      { school, student },
      { scope: "day", subject: "", amount: limit, setBy: order.actor.person },
    );
    const today = await schoolToday(work, school);
    const leases = await leasesOfStudent(work, school, student, today);
    const used = leases
      .filter((lease) => lease.day === today && lease.purse === "snack")
      .reduce<number>((sum, lease) => sum + limitUseOf(lease), 0);
    if (limit !== null && used > limit) await recallLeases(work, cloud.outbox, school, student);
    else await grantDay(work, cloud.outbox, school, student);
    await appendAudit(work, school, {
      actor: order.actor.person,
      action: "daily-limit",
      object: student,
      detail: { before: child.daily_limit, after: limit },
    });
    tellPages(cloud, work, child);
    return done(null);
  });
}

/** Ciphertext goes at once; the terminals are told to erase, and each owes a receipt. */
async function eraseTemplates(work: Work, child: ChildRow, version: number): Promise<void> {
  const { db, now } = work;
  const { school, id: student } = child;
  await db
    .deleteFrom("vault_item")
    .where("school", "=", school)
    .where("student", "=", student)
    .where("item", "=", "fingers")
    .execute();
  const devices = await db
    .selectFrom("device")
    .select("id")
    .where("school", "=", school)
    .where("state", "in", ["active", "quarantined"])
    .execute();
  for (const { id } of devices)
    await db
      .insertInto("erasure")
      .values({ school, student, consent: version, device: id, ordered_at: now, erased_at: null })
      .execute();
}

async function setConsent(
  cloud: Cloud,
  order: Order,
  student: StudentId,
  state: "granted" | "withdrawn",
): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "consent", student, state }, async (work) => {
    const child = await childFor(work, order, student, "family-or-school");
    if (child === null) return notFound;
    const before = { state: child.consent_state, version: child.consent_version };
    const consent = answerConsent(before, state);
    if (consent === before) return done(null);
    const { version } = consent;
    await work.db
      .updateTable("student")
      .set({ consent_state: state, consent_version: version })
      .where("school", "=", child.school)
      .where("id", "=", student)
      .execute();
    if (state === "withdrawn") {
      await eraseTemplates(work, child, version);
      await replaceVaultCommands(work, cloud.outbox, child.school, { student, version });
    }
    await queueForAll(
      work,
      cloud.outbox,
      { school: child.school },
      {
        kind: "consent",
        student,
        state,
        version,
      },
    );
    await appendAudit(work, child.school, {
      actor: order.actor.person,
      action: `consent-${state}`,
      object: student,
      detail: { version },
    });
    if (state === "withdrawn") work.afterCommit(() => void cloud.store.scrub());
    tellPages(cloud, work, child);
    return done(null);
  });
}

async function topUpCash(
  cloud: Cloud,
  order: Order,
  student: StudentId,
  amount: Rupiah,
): Promise<OrderOutcome<{ readonly journal: string }>> {
  return orderOnce(cloud, order, { action: "top-up-cash", student, amount }, async (work) => {
    if (!Number.isSafeInteger(amount) || amount < 1 || amount > EVENT_AMOUNT_MAX_RUPIAH)
      return refused("invalid", "amount must be whole rupiah");
    const child = await childFor(work, order, student, "school");
    if (child === null) return notFound;
    const draft = topUpRecipe({
      order: `${order.actor.person}:${order.idempotencyKey}`,
      student,
      amount: rupiah(amount),
      day: await schoolToday(work, child.school),
      actor: order.actor.person,
    });
    const [journal = ""] = await postJournals(work, child.school, [draft]);
    await grantDay(work, cloud.outbox, child.school, student);
    tellPages(cloud, work, child);
    return done({ journal });
  });
}

async function inviteGuardian(
  cloud: Cloud,
  order: Order,
  student: StudentId,
): Promise<OrderOutcome<{ readonly token: string }>> {
  const token = orderToken(cloud, order, "invitation");
  const outcome = await orderOnce(cloud, order, { action: "invite", student }, async (work) => {
    const child = await childFor(work, order, student, "school");
    if (child === null) return notFound;
    await work.db
      .insertInto("invitation")
      .values({
        token_hash: hashToken(token),
        school: child.school,
        student,
        expires_at: (work.now + INVITATION_LIFE_MS) as typeof work.now,
        used_by: null,
        used_at: null,
      })
      .execute();
    if (child.consent_state === "not-asked")
      await work.db
        .updateTable("student")
        .set({ consent_state: "waiting" })
        .where("school", "=", child.school)
        .where("id", "=", student)
        .execute();
    await appendAudit(work, child.school, {
      actor: order.actor.person,
      action: "invite-guardian",
      object: student,
      detail: {},
    });
    tellPages(cloud, work, child);
    return done(null);
  });
  return outcome.kind === "done" ? done({ token }) : outcome;
}

export function childOrders(
  cloud: Cloud,
): Pick<Writing, "setFrozen" | "setDailyLimit" | "setConsent" | "topUpCash" | "inviteGuardian"> {
  return {
    setFrozen: (order, student, isFrozen) => setFrozen(cloud, order, student, isFrozen),
    setDailyLimit: (order, student, limit) => setDailyLimit(cloud, order, student, limit),
    setConsent: (order, student, state) => setConsent(cloud, order, student, state),
    topUpCash: (order, student, amount) => topUpCash(cloud, order, student, amount),
    inviteGuardian: (order, student) => inviteGuardian(cloud, order, student),
  };
}
