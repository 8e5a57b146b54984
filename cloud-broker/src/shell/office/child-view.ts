import {
  rupiah,
  schoolDayAt,
  unixMs,
  type MerchantId,
  type Rupiah,
  type SchoolDay,
  type SchoolId,
  type StudentId,
} from "@saku/protocol";
import type { Kysely, Selectable } from "kysely";
import { studentAccount } from "../../core/ledger/account.ts";
import { OPEN_STATES } from "../../core/leases/lease-state.ts";
import type { ActivityLine, ChildView, ConsentView } from "../../core/reports/views.ts";
import { balanceOf } from "../store/journals.ts";
import type { Tables } from "../store/tables.ts";

type Db = Kysely<Tables>;
type SaleRow = Selectable<Tables["sale"]>;

/** Lines of one page; older ones are on the statement. */
const LINES_MAX = 60;

/** Journals on a child's own account that are no sale: what came in, came back, and was taken out. */
const LINE_OF = {
  "top-up-cash": "top-up",
  "cash-in": "top-up",
  payment: "top-up",
  "found-decision": "top-up",
  refund: "refund",
  "dispute-decision": "refund",
  withdrawal: "withdrawal",
} as const;

async function merchantNames(db: Db, school: SchoolId): Promise<ReadonlyMap<MerchantId, string>> {
  const rows = await db
    .selectFrom("merchant")
    .select(["id", "name"])
    .where("school", "=", school)
    .execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function saleLines(row: SaleRow, merchantName: string | null): readonly ActivityLine[] {
  // Only what the child paid: what a terminal sold beyond its leases is not the child's.
  if (row.covered === 0) return [];
  const line = { amount: row.covered, merchantName, method: row.method, day: row.day };
  const sale: ActivityLine = {
    ...line,
    journal: row.journal,
    kind: "sale",
    atMs: row.at,
    receivedAtMs: row.received_at,
  };
  if (row.void_journal === null || row.void_at === null || row.void_received_at === null)
    return [sale];
  const undone: ActivityLine = {
    ...line,
    journal: row.void_journal,
    kind: "void",
    atMs: row.void_at,
    receivedAtMs: row.void_received_at,
  };
  return [sale, undone];
}

async function activityOf(
  db: Db,
  school: SchoolId,
  student: StudentId,
): Promise<readonly ActivityLine[]> {
  const names = await merchantNames(db, school);
  const sales = await db
    .selectFrom("sale")
    .selectAll()
    .where("school", "=", school)
    .where("student", "=", student)
    .orderBy("day", "desc")
    .orderBy("at", "desc")
    .limit(LINES_MAX)
    .execute();
  const moves = await db
    .selectFrom("posting")
    .innerJoin("journal", (join) =>
      join
        .onRef("journal.school", "=", "posting.school")
        .onRef("journal.id", "=", "posting.journal"),
    )
    .select(["journal.id", "journal.recipe", "journal.posted_at", "journal.day", "posting.amount"])
    .where("posting.school", "=", school)
    .where("posting.account", "=", studentAccount(student).id)
    .where("journal.recipe", "in", Object.keys(LINE_OF) as (keyof typeof LINE_OF)[])
    .orderBy("journal.seq", "desc")
    .limit(LINES_MAX)
    .execute();
  const lines: ActivityLine[] = moves.map((row) => ({
    journal: row.id,
    kind: LINE_OF[row.recipe as keyof typeof LINE_OF],
    amount: row.amount,
    merchantName: null,
    method: null,
    atMs: row.posted_at,
    receivedAtMs: row.posted_at,
    day: row.day,
  }));
  for (const sale of sales) lines.push(...saleLines(sale, names.get(sale.merchant) ?? null));
  return lines.toSorted((a, b) => b.atMs - a.atMs).slice(0, LINES_MAX);
}

/** Stalls that still hold money of a frozen child: the freeze does not bind them until their signed return. */
async function holdersOf(db: Db, school: SchoolId, student: StudentId): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("lease")
    .innerJoin("device", "device.id", "lease.device")
    .innerJoin("merchant", (join) =>
      join
        .onRef("merchant.school", "=", "device.school")
        .onRef("merchant.id", "=", "device.merchant"),
    )
    .select("merchant.name")
    .distinct()
    .where("lease.school", "=", school)
    .where("lease.student", "=", student)
    .where("lease.state", "in", OPEN_STATES)
    .where((eb) =>
      eb(eb("lease.amount", "-", eb.ref("lease.spent")), ">", eb.ref("lease.returned")),
    )
    .orderBy("merchant.name")
    .execute();
  return rows.map(({ name }) => name);
}

async function consentOf(db: Db, row: Selectable<Tables["student"]>): Promise<ConsentView> {
  const state = row.consent_state;
  const version = row.consent_version;
  if (state !== "withdrawn") return { state, version, erasures: [] };
  const erasures = await db
    .selectFrom("erasure")
    .innerJoin("device", "device.id", "erasure.device")
    .select(["device.name", "erasure.erased_at"])
    .where("erasure.school", "=", row.school)
    .where("erasure.student", "=", row.id)
    .where("erasure.consent", "=", version)
    .orderBy("device.name")
    .execute();
  return {
    state,
    version,
    erasures: erasures.map(({ name, erased_at }) => ({
      terminalName: name,
      erasedAtMs: erased_at,
    })),
  };
}

export async function heldOf(db: Db, school: SchoolId, student: StudentId): Promise<Rupiah> {
  const rows = await db
    .selectFrom("account")
    .select(["debit", "credit"])
    .where("school", "=", school)
    .where("kind", "=", "escrow")
    .where("owner", "=", student)
    .execute();
  return rupiah(rows.reduce((sum, { debit, credit }) => sum + credit - debit, 0));
}

async function spentOn(
  db: Db,
  school: SchoolId,
  student: StudentId,
  day: SchoolDay,
): Promise<Rupiah> {
  const rows = await db
    .selectFrom("sale")
    .select("covered")
    .where("school", "=", school)
    .where("student", "=", student)
    .where("day", "=", day)
    .where("voided_by", "is", null)
    .execute();
  return rupiah(rows.reduce<number>((sum, { covered }) => sum + covered, 0));
}

/** Everything a guardian's page shows of one child. */
export async function readChild(
  db: Db,
  student: StudentId,
  nowMs: number,
): Promise<ChildView | null> {
  const row = await db
    .selectFrom("student")
    .selectAll()
    .where("id", "=", student)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { school } = row;
  const { name, zone } = await db
    .selectFrom("school")
    .select(["name", "zone"])
    .where("id", "=", school)
    .executeTakeFirstOrThrow();
  const today = schoolDayAt(unixMs(nowMs), zone);
  const available = await balanceOf({ db }, school, studentAccount(student).id);
  const atSchool = await heldOf(db, school, student);
  const isFrozen = row.is_frozen === 1;
  return {
    student,
    firstName: row.first_name,
    className: row.class_name,
    schoolName: name,
    zone,
    balance: rupiah(available + atSchool),
    atSchool,
    spentToday: await spentOn(db, school, student, today),
    dailyLimit: row.daily_limit,
    freeze: { isFrozen, waitingFor: isFrozen ? await holdersOf(db, school, student) : [] },
    consent: await consentOf(db, row),
    activity: await activityOf(db, school, student),
    today,
  };
}
