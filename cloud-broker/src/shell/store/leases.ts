import {
  EVENT_AMOUNT_MAX_RUPIAH,
  leaseId,
  minRupiah,
  must,
  rupiah,
  schoolDayAt,
  type AskId,
  type DeviceId,
  type LeaseId,
  type Purse,
  type Rupiah,
  type SchoolDay,
  type SchoolId,
  type StudentId,
} from "@saku/protocol";
import { studentAccount } from "../../core/ledger/account.ts";
import { leaseGrant } from "../../core/ledger/recipes.ts";
import { OPEN_STATES } from "../../core/leases/lease-state.ts";
import { remainingOf, type Lease } from "../../core/leases/lease.ts";
import { planDayGrants } from "../../core/leases/sizing.ts";
import { mayLend } from "./awaited-terminals.ts";
import { leaseOfRow } from "./lease-rows.ts";
import { limitLeftFor } from "./limits.ts";
import { queueCommands, type Outbox } from "./commands.ts";
import type { Work } from "./committer.ts";
import { balanceOf, postJournals } from "./journals.ts";
import { newId } from "./random-ids.ts";

/** Every lease of the child that is open, of any day, and all leases of `day`. */
export async function leasesOfStudent(
  { db }: Pick<Work, "db">,
  school: SchoolId,
  student: StudentId,
  day: SchoolDay,
): Promise<readonly Lease[]> {
  const rows = await db
    .selectFrom("lease")
    .selectAll()
    .where("school", "=", school)
    .where("student", "=", student)
    .where((eb) => eb.or([eb("day", "=", day), eb("state", "in", OPEN_STATES)]))
    .execute();
  return rows.map(leaseOfRow);
}

export type Grant = {
  readonly device: DeviceId;
  readonly student: StudentId;
  readonly purse: Purse;
  readonly day: SchoolDay;
  readonly amount: Rupiah;
  readonly ask: AskId | null;
  readonly actor: string;
};

/** Moves the money, then tells the terminal: the command exists only if the money is reserved [G4]. */
export async function grantLease(
  work: Work,
  outbox: Outbox,
  school: SchoolId,
  grant: Grant,
): Promise<{ readonly lease: LeaseId; readonly rev: number }> {
  const lease = leaseId(newId("lea", work.entropy));
  const { device, student, purse, day, ask, actor } = grant;
  // A lease carries no more than the protocol lets one event move [B6].
  const amount = minRupiah(grant.amount, rupiah(EVENT_AMOUNT_MAX_RUPIAH));
  await postJournals(work, school, [leaseGrant({ lease, device, student, amount, day, actor })]);
  const rev = await queueCommands(work, outbox, { school, device }, [
    { kind: "lease-grant", lease, student, purse, day, amount, ask },
  ]);
  await work.db
    .insertInto("lease")
    .values({
      school,
      id: lease,
      device,
      student,
      purse,
      day,
      amount,
      ask,
      rev,
      state: "granted",
      granted_at: work.now,
    })
    .execute();
  return { lease, rev };
}

/** Active terminals, the one that served the child last first. */
async function terminalsFor(
  { db }: Work,
  school: SchoolId,
  student: StudentId,
): Promise<{ readonly terminals: readonly DeviceId[]; readonly hasHistory: boolean }> {
  const rows = await db
    .selectFrom("device")
    .select("device.id")
    .select((eb) =>
      eb
        .selectFrom("sale")
        .select((inner) => inner.fn.max("sale.at").as("at"))
        .whereRef("sale.device", "=", "device.id")
        .where("sale.school", "=", school)
        .where("sale.student", "=", student)
        .as("last"),
    )
    .where("school", "=", school)
    .where("state", "=", "active")
    .orderBy("id")
    .execute();
  const ordered = rows.toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0));
  return {
    terminals: ordered.map(({ id }) => id),
    hasHistory: rows.some(({ last }) => last !== null),
  };
}

/** The hub, while it may be given money. */
async function hubFor({ db }: Work, school: SchoolId): Promise<DeviceId | null> {
  const row = await db
    .selectFrom("school")
    .innerJoin("device", "device.id", "school.hub")
    .select("device.id")
    .where("school.id", "=", school)
    .where("device.state", "=", "active")
    .executeTakeFirst();
  return row?.id ?? null;
}

/**
 * Brings what the terminals hold of a child up to today's split. Safe to run at any time and as often as wanted [G4];
 * frozen and departed children get nothing [G7].
 */
export async function grantDay(
  work: Work,
  outbox: Outbox,
  school: SchoolId,
  student: StudentId,
): Promise<Rupiah> {
  const row = await work.db
    .selectFrom("student")
    .innerJoin("school", "school.id", "student.school")
    .select(["student.is_active", "student.is_frozen", "student.daily_limit", "school.zone"])
    .where("student.school", "=", school)
    .where("student.id", "=", student)
    .executeTakeFirst();
  const child = must(row, "A grant names a child of the school");
  if (child.is_active === 0 || child.is_frozen === 1) return rupiah(0);
  if (!(await mayLend(work, school))) return rupiah(0);
  const available = rupiah(await balanceOf(work, school, studentAccount(student).id));
  if (available === 0) return available;
  const day = schoolDayAt(work.now, child.zone);
  const leases = await leasesOfStudent(work, school, student, day);
  const ofDay = leases.filter((lease) => lease.day === day && lease.purse === "snack");
  const held = new Map<DeviceId, Rupiah>();
  for (const lease of ofDay)
    held.set(lease.device, rupiah((held.get(lease.device) ?? 0) + remainingOf(lease)));
  const grants = planDayGrants({
    available,
    limitLeft: await limitLeftFor(work, {
      school,
      student,
      purse: "snack",
      day,
      daily: child.daily_limit,
      device: null,
    }),
    held,
    ...(await terminalsFor(work, school, student)),
    hub: await hubFor(work, school),
  });
  for (const { device, amount } of grants)
    await grantLease(work, outbox, school, {
      device,
      student,
      purse: "snack",
      day,
      amount,
      ask: null,
      actor: "morning-grant",
    });
  return rupiah(grants.reduce<number>((sum, { amount }) => sum + amount, 0));
}

/** Asks every terminal that holds money of the child for it. */
export async function recallLeases(
  work: Work,
  outbox: Outbox,
  school: SchoolId,
  student: StudentId,
): Promise<readonly DeviceId[]> {
  const rows = await work.db
    .selectFrom("lease")
    .innerJoin("device", "device.id", "lease.device")
    .select("lease.device")
    .distinct()
    .where("lease.school", "=", school)
    .where("lease.student", "=", student)
    .where("lease.state", "in", OPEN_STATES)
    .where("device.state", "in", ["active", "quarantined"])
    .execute();
  const devices = rows.map(({ device }) => device);
  for (const device of devices)
    await queueCommands(work, outbox, { school, device }, [{ kind: "return-request", student }]);
  return devices;
}

/**
 * A terminal that was asked for all it holds of a child may take one more lease of it afterwards: a hub's answer was under way, or
 * was told late. It is asked for that one too [G7].
 */
export async function recallTaken(
  work: Work,
  outbox: Outbox,
  { school, device }: { readonly school: SchoolId; readonly device: DeviceId },
  taken: readonly LeaseId[],
): Promise<void> {
  if (taken.length === 0) return;
  const rows = await work.db
    .selectFrom("lease")
    .innerJoin("student", (join) =>
      join.onRef("student.school", "=", "lease.school").onRef("student.id", "=", "lease.student"),
    )
    .select("lease.student")
    .distinct()
    .where("lease.school", "=", school)
    .where("lease.device", "=", device)
    .where("lease.id", "in", taken)
    .where("lease.state", "in", OPEN_STATES)
    .where((eb) => eb.or([eb("student.is_frozen", "=", 1), eb("student.is_active", "=", 0)]))
    .execute();
  await queueCommands(
    work,
    outbox,
    { school, device },
    rows.map(({ student }) => ({ kind: "return-request", student })),
  );
}
