import { rupiah, type SchoolId } from "@saku/protocol";
import type { LedgerLine, Statement } from "../../../core/reports/money-views.ts";
import type { Work } from "../../store/committer.ts";

type Db = Work["db"];

/** Far more than a school's year on one account. */
const LINES_MAX = 100_000;

type Range = { readonly after: number };

/** Journals of one account after a place in the ledger, with the running balance on its normal side. */
async function linesOf(
  db: Db,
  school: SchoolId,
  account: { readonly id: string; readonly isDebit: boolean; readonly opening: number },
  { after }: Range,
): Promise<readonly LedgerLine[]> {
  const rows = await db
    .selectFrom("posting as p")
    .innerJoin("journal as j", (join) =>
      join.onRef("j.school", "=", "p.school").onRef("j.id", "=", "p.journal"),
    )
    .leftJoin("device_event as e", "e.id", "j.cause_id")
    .select(["j.seq", "j.id", "j.day", "j.recipe", "p.side", "p.amount", "e.day as happened"])
    .where("p.school", "=", school)
    .where("p.account", "=", account.id)
    .where("j.seq", ">", after)
    .orderBy("j.seq")
    .orderBy("p.n")
    .limit(LINES_MAX)
    .execute();
  let balance = account.opening;
  return rows.map((row) => {
    const signed = row.side === "debit" ? row.amount : -row.amount;
    balance += account.isDebit ? signed : -signed;
    return {
      seq: row.seq,
      journal: row.id,
      day: row.day,
      happenedOn: row.happened !== null && row.happened !== row.day ? row.happened : null,
      recipe: row.recipe,
      debit: rupiah(row.side === "debit" ? row.amount : 0),
      credit: rupiah(row.side === "credit" ? row.amount : 0),
      balance,
    };
  });
}

export async function readLedger(
  db: Db,
  school: SchoolId,
  account: string,
): Promise<readonly LedgerLine[]> {
  const row = await db
    .selectFrom("account")
    .select("normal_side")
    .where("school", "=", school)
    .where("id", "=", account)
    .executeTakeFirst();
  const isDebit = row?.normal_side === "debit";
  return linesOf(db, school, { id: account, isDebit, opening: 0 }, { after: 0 });
}

/** What the account stood at after a place in the ledger. */
async function balanceAt(db: Db, school: SchoolId, account: string, seq: number): Promise<number> {
  const rows = await db
    .selectFrom("posting as p")
    .innerJoin("journal as j", (join) =>
      join.onRef("j.school", "=", "p.school").onRef("j.id", "=", "p.journal"),
    )
    .select(["p.side", (eb) => eb.fn.sum<number>("p.amount").as("total")])
    .where("p.school", "=", school)
    .where("p.account", "=", account)
    .where("j.seq", "<=", seq)
    .groupBy("p.side")
    .execute();
  return rows.reduce(
    (sum, { side, total }) => sum + (side === "credit" ? Number(total) : -Number(total)),
    0,
  );
}

const SETTLEMENTS_MAX = 24;

/** The stall's journals since its last settlement: opening and lines make the closing balance [T4]. */
export async function readStatement(
  db: Db,
  school: SchoolId,
  merchant: string,
): Promise<Statement | null> {
  const row = await db
    .selectFrom("merchant")
    .select(["id", "name"])
    .where("school", "=", school)
    .where("id", "=", merchant as never)
    .executeTakeFirst();
  if (row === undefined) return null;
  const settlements = await db
    .selectFrom("settlement")
    .select(["id", "amount", "paid_from", "at", "day", "seq"])
    .where("school", "=", school)
    .where("merchant", "=", row.id)
    .orderBy("seq", "desc")
    .limit(SETTLEMENTS_MAX)
    .execute();
  const after = settlements[0]?.seq ?? 0;
  const id = `merchant:${row.id}`;
  const opening = await balanceAt(db, school, id, after);
  const lines = await linesOf(db, school, { id, isDebit: false, opening }, { after });
  return {
    merchant: row.id,
    name: row.name,
    opening,
    lines,
    closing: lines.at(-1)?.balance ?? opening,
    settlements: settlements.map((one) => ({
      id: one.id,
      amount: one.amount,
      from: one.paid_from,
      atMs: one.at,
      day: one.day,
    })),
  };
}
