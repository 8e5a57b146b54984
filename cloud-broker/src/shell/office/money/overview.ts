import { rupiah, schoolDayAt, unixMs, type SchoolDay, type SchoolId } from "@saku/protocol";
import type { AccountKind } from "../../../core/ledger/account.ts";
import { settleable } from "../../../core/ledger/settlement.ts";
import type {
  DrawerView,
  MoneyOverview,
  StallMoney,
  Todo,
} from "../../../core/reports/money-views.ts";
import { sealedThrough } from "../../store/periods.ts";
import { blockedByStall } from "./payables.ts";
import type { Work } from "../../store/committer.ts";

type Db = Work["db"];

/** Balances on the normal side of what is owned (debit) or owed (credit). */
async function balances(db: Db, school: SchoolId) {
  return db
    .selectFrom("account")
    .select(["kind", "owner", "holder", "normal_side", "debit", "credit"])
    .where("school", "=", school)
    .where("kind", "!=", "student")
    .where("kind", "!=", "escrow")
    .execute();
}

async function childrenMoney(db: Db, school: SchoolId): Promise<number> {
  const row = await db
    .selectFrom("account")
    .select((eb) => eb.fn.sum<number>(eb("credit", "-", eb.ref("debit"))).as("held"))
    .where("school", "=", school)
    .where("kind", "in", ["student", "escrow"])
    .executeTakeFirst();
  return Number(row?.held ?? 0);
}

async function drawersOf(
  db: Db,
  school: SchoolId,
  held: ReadonlyMap<string, number>,
): Promise<readonly DrawerView[]> {
  const rows = await db
    .selectFrom("device")
    .select(["id", "name", "unsent"])
    .where("school", "=", school)
    .orderBy("name")
    .execute();
  return rows
    .filter(({ id }) => held.has(id))
    .map(({ id, name, unsent }) => ({
      device: id,
      name,
      balance: rupiah(held.get(id) ?? 0),
      unsentCount: unsent,
    }));
}

async function countOf(
  db: Db,
  table: "found_money" | "dispute" | "approval" | "cash_count",
  school: SchoolId,
): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("school", "=", school)
    .where("state", "=", "open" as never)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function todoOf(db: Db, school: SchoolId, today: SchoolDay): Promise<Todo> {
  const oversold = await db
    .selectFrom("sale")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("school", "=", school)
    .where("uncovered_by", "=", "suspense")
    .where("voided_by", "is", null)
    .where((eb) => eb(eb("amount", "-", eb.ref("covered")), ">", eb.ref("refunded_other")))
    .executeTakeFirstOrThrow();
  const overdue = await db
    .selectFrom("dispute")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("school", "=", school)
    .where("state", "=", "open")
    .where("due_day", "<", today)
    .executeTakeFirstOrThrow();
  const z = await db
    .selectFrom("z_report")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("school", "=", school)
    .where("is_equal", "=", 0)
    .where("accepted_by", "is", null)
    .executeTakeFirstOrThrow();
  return {
    suspenseCount: Number(oversold.count) + (await countOf(db, "found_money", school)),
    disputeCount: await countOf(db, "dispute", school),
    overdueCount: Number(overdue.count),
    approvalCount: await countOf(db, "approval", school),
    openCountCount: await countOf(db, "cash_count", school),
    zCount: Number(z.count),
  };
}

export async function readOverview(
  db: Db,
  school: SchoolId,
  nowMs: number,
): Promise<MoneyOverview> {
  const { zone } = await db
    .selectFrom("school")
    .select("zone")
    .where("id", "=", school)
    .executeTakeFirstOrThrow();
  const accounts = await balances(db, school);
  const sum = (kind: AccountKind, side: "debit" | "credit"): number =>
    accounts
      .filter((row) => row.kind === kind)
      .reduce((all, row) => all + (side === "debit" ? 1 : -1) * (row.debit - row.credit), 0);
  const drawers = accounts
    .filter((row) => row.kind === "drawer")
    .map((row): [string, number] => [row.holder, row.debit - row.credit]);
  return {
    cash: rupiah(sum("cash", "debit")),
    bank: sum("bank", "debit"),
    clearing: accounts
      .filter((row) => row.kind === "clearing")
      .map((row) => ({ provider: row.owner, balance: row.debit - row.credit })),
    drawers: await drawersOf(db, school, new Map(drawers)),
    children: rupiah(await childrenMoney(db, school)),
    stalls: sum("merchant", "credit"),
    held: rupiah(sum("held", "credit")),
    reserve: sum("reserve", "credit"),
    unclaimed: rupiah(sum("unclaimed", "credit")),
    losses: sum("fees", "debit") + sum("difference", "debit"),
    sealedThrough: await sealedThrough({ db }, school),
    todo: await todoOf(db, school, schoolDayAt(unixMs(nowMs), zone)),
  };
}

export async function readStallMoney(db: Db, school: SchoolId): Promise<readonly StallMoney[]> {
  const merchants = await db
    .selectFrom("merchant")
    .select(["id", "name"])
    .where("school", "=", school)
    .orderBy("name")
    .execute();
  const accounts = await balances(db, school);
  const of = (kind: AccountKind, owner: string): number =>
    accounts
      .filter((row) => row.kind === kind && row.owner === owner)
      .reduce((all, row) => all + row.credit - row.debit, 0);
  const blocked = await blockedByStall({ db }, school);
  const settled = await db
    .selectFrom("settlement")
    .select(["merchant", (eb) => eb.fn.max("at").as("at")])
    .where("school", "=", school)
    .groupBy("merchant")
    .execute();
  const settledAt = new Map(settled.map(({ merchant, at }) => [merchant, at]));
  return merchants.map(({ id, name }) => {
    const money = { payable: of("merchant", id), blocked: blocked.get(id) ?? rupiah(0) };
    return {
      merchant: id,
      name,
      ...money,
      held: rupiah(of("held", id)),
      settleable: settleable(money),
      lastSettledAtMs: settledAt.get(id) ?? null,
    };
  });
}
