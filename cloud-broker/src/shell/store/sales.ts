import { toHex, type SchoolId, type StudentId } from "@saku/protocol";
import type { BookedSale } from "../../core/ingest/books.ts";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { UNTOUCHED } from "../../core/ingest/outcome.ts";
import type { Work } from "./committer.ts";

/** Booked sales of the school by event id, with what leases paid and what went back. */
export async function loadSales(
  { db }: Pick<Work, "db">,
  school: SchoolId,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, BookedSale>> {
  if (wanted.length === 0) return new Map();
  const rows = await db
    .selectFrom("sale")
    .selectAll()
    .where("event", "in", wanted)
    .where("school", "=", school)
    .execute();
  const spends = await db
    .selectFrom("sale_spend")
    .selectAll()
    .where("sale", "in", wanted)
    .execute();
  return new Map(
    rows.map((row) => [
      row.event,
      {
        ...UNTOUCHED,
        event: row.event,
        device: row.device,
        student: row.student,
        merchant: row.merchant,
        amount: row.amount,
        covered: spends
          .filter(({ sale }) => sale === row.event)
          .map(({ lease, amount }) => ({ lease, amount })),
        uncoveredBy: row.uncovered_by,
        voidedBy: row.voided_by,
        refundedToChild: row.refunded_child,
        refundedToOther: row.refunded_other,
        disputed: row.disputed,
      },
    ]),
  );
}

/** The sales that voids and refunds of a batch speak of. */
export function salesNamedBy(
  work: Work,
  school: SchoolId,
  events: readonly VerifiedEvent[],
): Promise<ReadonlyMap<string, BookedSale>> {
  const wanted = events.flatMap(({ event: { body } }) =>
    body.type === "void" || body.type === "refund" ? [toHex(body.of)] : [],
  );
  return loadSales(work, school, wanted);
}

/** Which of the children that a batch names outside of leases the school has. */
export async function studentsNamedBy(
  { db }: Work,
  school: SchoolId,
  events: readonly VerifiedEvent[],
): Promise<ReadonlySet<StudentId>> {
  const wanted = events.flatMap(({ event: { body } }) =>
    body.type === "cash-in" || body.type === "emergency-sale" ? [body.student] : [],
  );
  if (wanted.length === 0) return new Set();
  const rows = await db
    .selectFrom("student")
    .select("id")
    .where("school", "=", school)
    .where("id", "in", wanted)
    .execute();
  return new Set(rows.map(({ id }) => id));
}
