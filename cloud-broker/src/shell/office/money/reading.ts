import { rupiah, schoolDayAt, unixMs, type SchoolId, type StudentId } from "@saku/protocol";
import { sql } from "kysely";
import {
  refundableToChild,
  disputeToChildMax,
  type SaleMoney,
} from "../../../core/ledger/refund.ts";
import type { ZDifference, ZTotals } from "../../../core/ledger/z-report.ts";
import type {
  ApprovalView,
  CountView,
  DisputeView,
  FoundView,
  OversoldView,
  SaleView,
  ZReportView,
} from "../../../core/reports/money-views.ts";
import type { MoneyReading } from "../../http/money-desk.ts";
import type { Work } from "../../store/committer.ts";
import type { Cloud } from "../cloud.ts";
import { readLedger, readStatement } from "./ledger-lines.ts";
import { readOverview, readStallMoney } from "./overview.ts";

type Db = Work["db"];

/** Rows of one page. */
const ROWS_MAX = 200;

const saleColumns = [
  "s.event",
  "s.amount",
  "s.covered",
  "s.refunded_child",
  "s.refunded_other",
  "s.disputed",
  "s.voided_by",
  "s.day",
  "s.at",
] as const;

type SaleColumns = {
  readonly amount: SaleMoney["amount"];
  readonly covered: SaleMoney["amount"];
  readonly refunded_child: SaleMoney["amount"];
  readonly refunded_other: SaleMoney["amount"];
  readonly disputed: SaleMoney["amount"];
  readonly voided_by: string | null;
};

function moneyOf(row: SaleColumns): SaleMoney {
  return {
    amount: row.amount,
    covered: row.covered,
    refundedToChild: row.refunded_child,
    refundedToOther: row.refunded_other,
    disputed: row.disputed,
    isVoided: row.voided_by !== null,
  };
}

async function readDisputes(
  db: Db,
  school: SchoolId,
  nowMs: number,
): Promise<readonly DisputeView[]> {
  const { zone } = await db
    .selectFrom("school")
    .select("zone")
    .where("id", "=", school)
    .executeTakeFirstOrThrow();
  const today = schoolDayAt(unixMs(nowMs), zone);
  const rows = await db
    .selectFrom("dispute as d")
    .innerJoin("sale as s", "s.event", "d.sale")
    .innerJoin("merchant as m", (join) =>
      join.onRef("m.school", "=", "d.school").onRef("m.id", "=", "d.merchant"),
    )
    .innerJoin("student as c", (join) =>
      join.onRef("c.school", "=", "d.school").onRef("c.id", "=", "d.student"),
    )
    .select(saleColumns)
    .select(["d.id", "d.amount as held", "d.reason", "d.due_day", "d.state", "d.to_child"])
    .select(["d.to_stall", "m.name", "c.first_name", "c.class_name"])
    .where("d.school", "=", school)
    .orderBy(sql`CASE d.state WHEN 'open' THEN 0 ELSE 1 END`)
    .orderBy("d.due_day")
    .limit(ROWS_MAX)
    .execute();
  return rows.map((row) => ({
    dispute: row.id,
    sale: row.event,
    merchantName: row.name,
    childName: row.first_name,
    className: row.class_name,
    saleDay: row.day,
    saleAmount: row.amount,
    amount: row.held,
    reason: row.reason,
    dueDay: row.due_day,
    isOverdue: row.state === "open" && row.due_day < today,
    state: row.state,
    toChild: row.to_child,
    toStall: row.to_stall,
    toChildMax: row.state === "open" ? disputeToChildMax(moneyOf(row), row.held) : rupiah(0),
  }));
}

async function readOversold(db: Db, school: SchoolId): Promise<readonly OversoldView[]> {
  const rows = await db
    .selectFrom("sale as s")
    .innerJoin("device as d", "d.id", "s.device")
    .innerJoin("merchant as m", (join) =>
      join.onRef("m.school", "=", "s.school").onRef("m.id", "=", "s.merchant"),
    )
    .select(saleColumns)
    .select(["d.name as terminal", "m.name"])
    .where("s.school", "=", school)
    .where("s.uncovered_by", "=", "suspense")
    .where("s.voided_by", "is", null)
    .where((eb) => eb(eb("s.amount", "-", eb.ref("s.covered")), ">", eb.ref("s.refunded_other")))
    .orderBy("s.day")
    .limit(ROWS_MAX)
    .execute();
  return rows.map((row) => ({
    sale: row.event,
    terminalName: row.terminal,
    merchantName: row.name,
    day: row.day,
    saleAmount: row.amount,
    amount: rupiah(row.amount - row.covered - row.refunded_other),
  }));
}

async function readFound(db: Db, school: SchoolId): Promise<readonly FoundView[]> {
  const rows = await db
    .selectFrom("found_money as f")
    .leftJoin("device as d", (join) => join.on("d.id", "=", sql`f.source`))
    .select(["f.id", "f.source", "f.amount", "f.reason", "f.day", "d.name"])
    .where("f.school", "=", school)
    .where("f.state", "=", "open")
    .orderBy("f.at")
    .limit(ROWS_MAX)
    .execute();
  return rows.map(({ name, source, ...row }) => ({ ...row, source: name ?? source }));
}

async function readZReports(db: Db, school: SchoolId): Promise<readonly ZReportView[]> {
  const rows = await db
    .selectFrom("z_report as z")
    .innerJoin("device as d", "d.id", "z.device")
    .selectAll("z")
    .select("d.name")
    .where("z.school", "=", school)
    .orderBy(sql`CASE WHEN z.is_equal = 0 AND z.accepted_by IS NULL THEN 0 ELSE 1 END`)
    .orderBy("z.received_at", "desc")
    .limit(ROWS_MAX)
    .execute();
  return rows.map((row) => ({
    event: row.event,
    terminalName: row.name,
    day: row.day,
    signed: JSON.parse(row.signed) as ZTotals,
    differences: JSON.parse(row.differences) as readonly ZDifference[],
    isEqual: row.is_equal === 1,
    isAccepted: row.accepted_by !== null,
    grandTotal: row.grand_total,
    cashCounted: row.cash_counted,
    receivedAtMs: row.received_at,
  }));
}

async function readCounts(db: Db, school: SchoolId): Promise<readonly CountView[]> {
  const rows = await db
    .selectFrom("cash_count as c")
    .leftJoin("device as d", "d.id", "c.device")
    .select([
      "c.id",
      "c.device",
      "c.expected",
      "c.counted",
      "c.state",
      "c.reason",
      "c.at",
      "d.name",
    ])
    .where("c.school", "=", school)
    .orderBy("c.at", "desc")
    .limit(ROWS_MAX)
    .execute();
  return rows.map((row) => ({
    count: row.id,
    terminalName: row.device === null ? null : (row.name ?? row.device),
    expected: row.expected,
    counted: row.counted,
    state: row.state,
    reason: row.reason,
    atMs: row.at,
  }));
}

async function readApprovals(
  db: Db,
  school: SchoolId,
  person: string,
): Promise<readonly ApprovalView[]> {
  const rows = await db
    .selectFrom("approval as a")
    .leftJoin("person as p", "p.id", "a.asked_by")
    .select(["a.id", "a.action", "a.amount", "a.asked_by", "a.asked_at", "p.login"])
    .where("a.school", "=", school)
    .where("a.state", "=", "open")
    .orderBy("a.asked_at")
    .limit(ROWS_MAX)
    .execute();
  return rows.map((row) => ({
    approval: row.id,
    action: row.action,
    amount: row.amount,
    askedBy: row.login ?? row.asked_by,
    askedAtMs: row.asked_at,
    isOwn: row.asked_by === person,
  }));
}

async function readSalesOf(
  db: Db,
  school: SchoolId,
  student: StudentId,
): Promise<readonly SaleView[]> {
  const rows = await db
    .selectFrom("sale as s")
    .innerJoin("merchant as m", (join) =>
      join.onRef("m.school", "=", "s.school").onRef("m.id", "=", "s.merchant"),
    )
    .select(saleColumns)
    .select("m.name")
    .where("s.school", "=", school)
    .where("s.student", "=", student)
    .orderBy("s.day", "desc")
    .orderBy("s.at", "desc")
    .limit(ROWS_MAX)
    .execute();
  return rows.map((row) => ({
    sale: row.event,
    merchantName: row.name,
    day: row.day,
    atMs: row.at,
    amount: row.amount,
    refundable: refundableToChild(moneyOf(row)),
  }));
}

/** The money desk's pages; each view is of one instant [BK7]. */
export function moneyReading(cloud: Cloud): MoneyReading {
  const { snapshot } = cloud.store;
  return {
    overview: (school) => snapshot((db) => readOverview(db, school, cloud.clock())),
    stalls: (school) => snapshot((db) => readStallMoney(db, school)),
    statement: (school, merchant) => snapshot((db) => readStatement(db, school, merchant)),
    disputes: (school) => snapshot((db) => readDisputes(db, school, cloud.clock())),
    oversold: (school) => snapshot((db) => readOversold(db, school)),
    found: (school) => snapshot((db) => readFound(db, school)),
    zReports: (school) => snapshot((db) => readZReports(db, school)),
    counts: (school) => snapshot((db) => readCounts(db, school)),
    approvals: (school, person) => snapshot((db) => readApprovals(db, school, person)),
    salesOf: (school, student) => snapshot((db) => readSalesOf(db, school, student)),
    ledger: (school, account) => snapshot((db) => readLedger(db, school, account)),
  };
}
