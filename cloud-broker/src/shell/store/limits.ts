import {
  merchantId,
  rupiah,
  type CommandBody,
  type DeviceId,
  type Purse,
  type Rupiah,
  type SchoolDay,
  type SchoolId,
  type StudentId,
} from "@saku/protocol";
import type { Lease } from "../../core/leases/lease.ts";
import { limitUseOf } from "../../core/leases/lease.ts";
import {
  bindsPurse,
  leastLeft,
  limitPeriods,
  type LimitScope,
  type LimitUse,
} from "../../core/leases/limits.ts";
import type { Work } from "./committer.ts";
import { leaseOfRow } from "./lease-rows.ts";

export type LimitRule = {
  readonly scope: LimitScope;
  readonly subject: string;
  readonly amount: Rupiah | null;
};

type Of = { readonly school: SchoolId; readonly student: StudentId };

/** The newest version of each of the child's rules; lifted ones are left out. */
export async function limitRules(
  { db }: Pick<Work, "db">,
  { school, student }: Of,
): Promise<readonly LimitRule[]> {
  const rows = await db
    .selectFrom("limit_rule")
    .selectAll()
    .where("school", "=", school)
    .where("student", "=", student)
    .orderBy("version")
    .execute();
  const newest = new Map(rows.map((row) => [`${row.scope}/${row.subject}`, row]));
  return [...newest.values()].filter(({ amount }) => amount !== null);
}

/** Enters the next version of a rule (I13). */
export async function enterLimit(
  { db, now }: Work,
  { school, student }: Of,
  rule: LimitRule & { readonly setBy: string },
): Promise<void> {
  const { scope, subject, amount, setBy } = rule;
  const last = await db
    .selectFrom("limit_rule")
    .select((eb) => eb.fn.max("version").as("version"))
    .where("school", "=", school)
    .where("student", "=", student)
    .where("scope", "=", scope)
    .where("subject", "=", subject as never)
    .executeTakeFirst();
  await db
    .insertInto("limit_rule")
    .values({
      school,
      student,
      scope,
      subject: subject as never,
      version: (last?.version ?? 0) + 1,
      amount,
      set_by: setBy,
      set_at: now,
    })
    .execute();
}

const used = (leases: readonly Lease[]): Rupiah =>
  rupiah(leases.reduce<number>((sum, lease) => sum + limitUseOf(lease), 0));

/** The least that the child's limits leave for this purse today; null = none binds [G8]. */
export async function limitLeftFor(
  work: Pick<Work, "db">,
  of: Of & {
    readonly purse: Purse;
    readonly day: SchoolDay;
    /** The day's rule, which is kept beside the child because every grant reads it. */
    readonly daily: Rupiah | null;
    /** The terminal that asks: its stall may have a limit of its own. */
    readonly device: DeviceId | null;
  },
): Promise<Rupiah | null> {
  const { purse, day } = of;
  const rules = await limitRules(work, of);
  const { week, month } = limitPeriods(day);
  const from = Math.min(week, month) as SchoolDay;
  const rows = await work.db
    .selectFrom("lease")
    .selectAll()
    .where("school", "=", of.school)
    .where("student", "=", of.student)
    .where("day", ">=", from)
    .where("day", "<=", day)
    .where("purse", "=", purse)
    .execute();
  const leases = rows.map(leaseOfRow);
  const today = leases.filter((lease) => lease.day === day);
  const stall = of.device === null ? null : await stallOf(work, of.device);
  const useOf = ({ scope, subject, amount: limit }: LimitRule): LimitUse | null => {
    if (!bindsPurse(scope, purse)) return null;
    if (scope === "week") return { limit, used: used(leases.filter((l) => l.day >= week)) };
    if (scope === "month") return { limit, used: used(leases.filter((l) => l.day >= month)) };
    if (scope === "category") return subject === purse ? { limit, used: used(today) } : null;
    if (scope === "stall" && stall !== null && subject === stall.merchant)
      return { limit, used: used(today.filter(({ device }) => stall.devices.has(device))) };
    return null;
  };
  const uses = rules.map(useOf).filter((use) => use !== null);
  if (purse === "snack") uses.push({ limit: of.daily, used: used(today) });
  return leastLeft(uses);
}

async function stallOf(
  { db }: Pick<Work, "db">,
  device: DeviceId,
): Promise<{ readonly merchant: string; readonly devices: ReadonlySet<DeviceId> }> {
  const own = await db
    .selectFrom("device")
    .select(["school", "merchant"])
    .where("id", "=", device)
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom("device")
    .select("id")
    .where("school", "=", own.school)
    .where("merchant", "=", own.merchant)
    .execute();
  return { merchant: own.merchant, devices: new Set(rows.map(({ id }) => id)) };
}

/** What terminals and the hub keep of a child's limits themselves, also without a connection [G8]. */
export async function limitsCommand(work: Pick<Work, "db">, of: Of): Promise<CommandBody> {
  const rules = await limitRules(work, of);
  const stalls = rules.flatMap(({ scope, subject, amount }) =>
    scope === "stall" && amount !== null ? [{ merchant: merchantId(subject), perDay: amount }] : [],
  );
  const perSale = rules.find(({ scope }) => scope === "sale")?.amount ?? null;
  return { kind: "limits", student: of.student, perSale, stalls: stalls.slice(0, 200) };
}

/** The limits of every child of the school that has one: what a terminal hears on its first day. */
export async function allLimits(
  work: Pick<Work, "db">,
  school: SchoolId,
): Promise<readonly CommandBody[]> {
  const rows = await work.db
    .selectFrom("limit_rule")
    .select("student")
    .distinct()
    .where("school", "=", school)
    .where("scope", "in", ["sale", "stall"])
    .orderBy("student")
    .execute();
  return Promise.all(rows.map(({ student }) => limitsCommand(work, { school, student })));
}
