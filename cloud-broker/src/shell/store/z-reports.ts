import { rupiah, toHex, type EventBody, type SakuEvent, type SchoolId } from "@saku/protocol";
import { sql } from "kysely";
import {
  zDifferences,
  Z_KINDS,
  type ZDifference,
  type ZKind,
  type ZTotals,
} from "../../core/ledger/z-report.ts";
import type { BatchOwner } from "./books.ts";
import type { Work } from "./committer.ts";

type DayClose = Extract<EventBody, { type: "day-close" }>;

/** More than any day of any terminal: a chain that does not end here is not followed further. */
const CHAIN_MAX = 100_000;

function signedTotals(body: DayClose): ZTotals {
  return {
    sale: { count: body.saleCount, total: body.saleTotal },
    void: { count: body.voidCount, total: body.voidTotal },
    refund: { count: body.refundCount, total: body.refundTotal },
    "emergency-sale": { count: body.emergencyCount, total: body.emergencyTotal },
    "cash-in": { count: body.cashInCount, total: body.cashInTotal },
  };
}

/**
 * What the ledger says of a part of a terminal's chain, from `last` back to `first` by parents, whatever its incarnations:
 * how much the journals of its events moved. Null when the one does not lead to the other.
 */
async function bookedTotals(
  { db }: Work,
  owner: BatchOwner,
  body: DayClose,
): Promise<ZTotals | null> {
  const [first, last] = [toHex(body.first), toHex(body.last)];
  const { rows } = await sql<{ type: string; count: number; total: number; ends: number }>`
    WITH RECURSIVE chain (id, parent, type, hops) AS (
      SELECT id, parent, type, 1 FROM device_event WHERE id = ${last} AND device = ${owner.device}
      UNION ALL
      SELECT e.id, e.parent, e.type, c.hops + 1 FROM chain c JOIN device_event e ON e.id = c.parent
      WHERE c.id <> ${first} AND c.hops < ${CHAIN_MAX} AND e.device = ${owner.device}
    )
    SELECT c.type AS type, sum(CASE WHEN j.id IS NULL THEN 0 ELSE 1 END) AS count,
      coalesce(sum((SELECT sum(p.amount) FROM posting p
        WHERE p.school = j.school AND p.journal = j.id AND p.side = 'credit')), 0) AS total,
      sum(CASE WHEN c.id = ${first} THEN 1 ELSE 0 END) AS ends
    FROM chain c LEFT JOIN journal j ON j.school = ${owner.school} AND j.cause_kind = 'event' AND j.cause_id = c.id
    GROUP BY c.type`.execute(db);
  if (!rows.some(({ ends }) => Number(ends) > 0)) return null;
  const of = (kind: ZKind): ZTotals[ZKind] => {
    const row = rows.find(({ type }) => type === kind);
    return { count: Number(row?.count ?? 0), total: rupiah(Number(row?.total ?? 0)) };
  };
  return {
    sale: of("sale"),
    void: of("void"),
    refund: of("refund"),
    "emergency-sale": of("emergency-sale"),
    "cash-in": of("cash-in"),
  };
}

const NOTHING = { count: 0, total: rupiah(0) };
const EMPTY: ZTotals = Object.fromEntries(
  Z_KINDS.map((kind) => [kind, NOTHING]),
) as unknown as ZTotals;

/** The never-reset total may only grow by what the report says was sold since the last one of this terminal. */
async function grandTotalDifference(
  { db }: Work,
  school: SchoolId,
  device: BatchOwner["device"],
  body: DayClose,
): Promise<readonly ZDifference[]> {
  const row = await db
    .selectFrom("z_report")
    .select((eb) => eb.fn.max("grand_total").as("before"))
    .where("school", "=", school)
    .where("device", "=", device)
    .executeTakeFirst();
  const before = Number(row?.before ?? 0);
  return body.grandTotal < before
    ? [{ kind: "grand-total", signed: body.grandTotal, booked: before }]
    : [];
}

/** Keeps a Z report with what the ledger says of the same part of the chain [T2]. */
export async function storeZReport(
  work: Work,
  owner: BatchOwner,
  verified: { readonly id: string; readonly event: SakuEvent; readonly body: DayClose },
): Promise<void> {
  const { id, event, body } = verified;
  const signed = signedTotals(body);
  const booked = await bookedTotals(work, owner, body);
  const differences: readonly ZDifference[] = [
    ...(booked === null ? [{ kind: "range" as const, signed: 1, booked: 0 }] : []),
    ...zDifferences(signed, booked ?? EMPTY),
    ...(await grandTotalDifference(work, owner.school, owner.device, body)),
  ];
  await work.db
    .insertInto("z_report")
    .values({
      school: owner.school,
      event: id,
      device: owner.device,
      day: event.day,
      signed: JSON.stringify(signed),
      booked: JSON.stringify(booked ?? EMPTY),
      differences: JSON.stringify(differences),
      is_equal: differences.length === 0 ? 1 : 0,
      grand_total: body.grandTotal,
      cash_counted: body.cashCounted,
      closed_by: body.closedBy,
      received_at: work.now,
      accepted_by: null,
      accepted_at: null,
      accept_reason: null,
    })
    .execute();
}
