import {
  rupiah,
  schoolDayAt,
  unixMs,
  type DeviceId,
  type SchoolDay,
  type SchoolId,
  type StudentId,
} from "@saku/protocol";
import { sql, type Kysely } from "kysely";
import type { Account } from "../../core/ledger/account.ts";
import type {
  SchoolView,
  StudentRow,
  TerminalView,
  TrialBalance,
  TrialBalanceRow,
} from "../../core/reports/views.ts";
import { lossStage } from "../../core/devices/loss.ts";
import { awaitedTerminals } from "../store/awaited-terminals.ts";
import { lossOfRow } from "../store/losses.ts";
import type { Tables } from "../store/tables.ts";

type Db = Kysely<Tables>;
type Totals = { debit: number; credit: number };

export async function readTerminals(
  db: Db,
  school: SchoolId,
  isOnline: (device: DeviceId) => boolean,
  nowMs: number,
): Promise<readonly TerminalView[]> {
  const rows = await db
    .selectFrom("device")
    .innerJoin("merchant", (join) =>
      join
        .onRef("merchant.school", "=", "device.school")
        .onRef("merchant.id", "=", "device.merchant"),
    )
    .selectAll("device")
    .select("merchant.name as merchant_name")
    .where("device.school", "=", school)
    .orderBy("device.created_at")
    .execute();
  const own = await db
    .selectFrom("school")
    .select("hub")
    .where("id", "=", school)
    .executeTakeFirst();
  const meta = await db
    .selectFrom("meta")
    .select("value")
    .where("key", "=", "term")
    .executeTakeFirst();
  const lineage = { term: Number(meta?.value ?? 1) };
  const awaited = await awaitedTerminals({ db, now: unixMs(nowMs), lineage }, school);
  const lost = await db.selectFrom("loss").selectAll().where("school", "=", school).execute();
  const losses = new Map<string, TerminalView["loss"]>(
    lost.map((row) => [row.device, lossStage(lossOfRow(row))]),
  );
  const held = await db
    .selectFrom("account")
    .select(["holder", (eb) => eb.fn.sum<number>(sql`credit - debit`).as("held")])
    .where("school", "=", school)
    .where("kind", "=", "escrow")
    .groupBy("holder")
    .execute();
  const acked = await db
    .selectFrom("incarnation")
    .select(["device", (eb) => eb.fn.sum<number>("ack").as("count")])
    .where("school", "=", school)
    .groupBy("device")
    .execute();
  const heldBy = new Map<string, number>(held.map((row) => [row.holder, row.held]));
  const ackedBy = new Map(acked.map((row) => [row.device, row.count]));
  return rows.map((row) => ({
    device: row.id,
    name: row.name,
    merchantName: row.merchant_name,
    state: row.state,
    isOnline: isOnline(row.id),
    lastSeenAtMs: row.last_seen_at,
    software: row.software,
    unsentCount: row.unsent,
    heldRupiah: rupiah(heldBy.get(row.id) ?? 0),
    isHub: row.id === own?.hub,
    loss: losses.get(row.id) ?? "none",
    isOnLan: row.lan !== null,
    isAwaited: awaited.some(({ device }) => device === row.id),
    ackedEventCount: ackedBy.get(row.id) ?? 0,
  }));
}

export async function readStudents(db: Db, school: SchoolId): Promise<readonly StudentRow[]> {
  const rows = await db
    .selectFrom("student")
    .selectAll()
    .where("school", "=", school)
    .where("is_active", "=", 1)
    .orderBy("class_name")
    .orderBy("first_name")
    .execute();
  const accounts = await db
    .selectFrom("account")
    .select(["kind", "owner", (eb) => eb.fn.sum<number>(sql`credit - debit`).as("held")])
    .where("school", "=", school)
    .where("kind", "in", ["student", "escrow"])
    .groupBy(["kind", "owner"])
    .execute();
  const money = new Map(accounts.map((row) => [`${row.kind}:${row.owner}`, row.held]));
  const enrolled = await db
    .selectFrom("vault_item")
    .select("student")
    .where("school", "=", school)
    .where("item", "=", "fingers")
    .execute();
  const isEnrolled = new Set<StudentId>(enrolled.map(({ student }) => student));
  const guardians = await db
    .selectFrom("guardianship")
    .select(["student", (eb) => eb.fn.countAll<number>().as("count")])
    .where("school", "=", school)
    .groupBy("student")
    .execute();
  const guardianCount = new Map(guardians.map((row) => [row.student, row.count]));
  return rows.map((row) => {
    const atSchool = money.get(`escrow:${row.id}`) ?? 0;
    return {
      student: row.id,
      number: row.number,
      firstName: row.first_name,
      className: row.class_name,
      balance: rupiah((money.get(`student:${row.id}`) ?? 0) + atSchool),
      atSchool: rupiah(atSchool),
      consent: row.consent_state,
      isFrozen: row.is_frozen === 1,
      isEnrolled: isEnrolled.has(row.id),
      guardianCount: guardianCount.get(row.id) ?? 0,
    };
  });
}

/** Accounts of children are one line, a terminal's escrows one line each: a page, not a dump. */
export async function readTrialBalance(db: Db, school: SchoolId): Promise<TrialBalance> {
  const accounts = await db
    .selectFrom("account")
    .selectAll()
    .where("school", "=", school)
    .orderBy("id")
    .execute();
  const names = new Map<string, string>();
  for (const { id, name } of await db
    .selectFrom("device")
    .select(["id", "name"])
    .where("school", "=", school)
    .execute())
    names.set(id, name);
  for (const { id, name } of await db
    .selectFrom("merchant")
    .select(["id", "name"])
    .where("school", "=", school)
    .execute())
    names.set(id, name);
  const lines = new Map<string, TrialBalanceRow>();
  for (const row of accounts) {
    const who = row.kind === "merchant" ? row.owner : row.holder;
    const name = who === "" ? row.kind : `${row.kind}: ${names.get(who) ?? who}`;
    const before = lines.get(name);
    const debit = (before?.debit ?? 0) + row.debit;
    const credit = (before?.credit ?? 0) + row.credit;
    lines.set(name, line(name, row.kind, row.normal_side, { debit, credit }));
  }
  const rows = [...lines.values()];
  const debitTotal = rupiah(rows.reduce<number>((sum, row) => sum + row.debit, 0));
  const creditTotal = rupiah(rows.reduce<number>((sum, row) => sum + row.credit, 0));
  return { rows, debitTotal, creditTotal, isBalanced: debitTotal === creditTotal };
}

function line(
  account: string,
  kind: Account["kind"],
  normalSide: Account["normalSide"],
  totals: Totals,
): TrialBalanceRow {
  const balance =
    normalSide === "debit" ? totals.debit - totals.credit : totals.credit - totals.debit;
  return {
    account,
    kind,
    normalSide,
    debit: rupiah(totals.debit),
    credit: rupiah(totals.credit),
    // Accounts that may go below their normal side are shown at zero and stand out by their totals.
    balance: rupiah(Math.max(0, balance)),
  };
}

async function salesOn(
  db: Db,
  school: SchoolId,
  day: SchoolDay,
): Promise<{ count: number; total: number }> {
  const row = await db
    .selectFrom("sale")
    .select((eb) => [
      eb.fn.countAll<number>().as("count"),
      eb.fn.coalesce(eb.fn.sum<number>("amount"), sql<number>`0`).as("total"),
    ])
    .where("school", "=", school)
    .where("day", "=", day)
    .where("voided_by", "is", null)
    .executeTakeFirstOrThrow();
  return { count: row.count, total: row.total };
}

async function topUpsOn(db: Db, school: SchoolId, day: SchoolDay): Promise<number> {
  const row = await db
    .selectFrom("journal")
    .innerJoin("posting", (join) =>
      join
        .onRef("posting.school", "=", "journal.school")
        .onRef("posting.journal", "=", "journal.id"),
    )
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>("posting.amount"), sql<number>`0`).as("total"))
    .where("journal.school", "=", school)
    .where("journal.day", "=", day)
    .where("journal.recipe", "=", "top-up-cash")
    .where("posting.side", "=", "credit")
    .executeTakeFirstOrThrow();
  return row.total;
}

export async function readSchool(
  db: Db,
  school: SchoolId,
  nowMs: number,
  isOnline: (device: DeviceId) => boolean,
): Promise<SchoolView | null> {
  const row = await db.selectFrom("school").selectAll().where("id", "=", school).executeTakeFirst();
  if (row === undefined) return null;
  const today = schoolDayAt(unixMs(nowMs), row.zone);
  const sales = await salesOn(db, school, today);
  const consents = await db
    .selectFrom("student")
    .select(["consent_state", (eb) => eb.fn.countAll<number>().as("count")])
    .where("school", "=", school)
    .where("is_active", "=", 1)
    .groupBy("consent_state")
    .execute();
  const sums = await db
    .selectFrom("account")
    .select((eb) => [
      eb.fn.coalesce(eb.fn.sum<number>("debit"), sql<number>`0`).as("debit"),
      eb.fn.coalesce(eb.fn.sum<number>("credit"), sql<number>`0`).as("credit"),
    ])
    .where("school", "=", school)
    .executeTakeFirstOrThrow();
  return {
    school,
    name: row.name,
    zone: row.zone,
    today,
    saleCountToday: sales.count,
    saleTotalToday: rupiah(sales.total),
    topUpTotalToday: rupiah(await topUpsOn(db, school, today)),
    studentCount: consents.reduce((sum, { count }) => sum + count, 0),
    consentGrantedCount: consents.find((each) => each.consent_state === "granted")?.count ?? 0,
    terminals: await readTerminals(db, school, isOnline, nowMs),
    emergency: {
      perSale: rupiah(row.emergency_per_sale),
      perDay: rupiah(row.emergency_per_day),
    },
    isBalanced: sums.debit === sums.credit,
  };
}
