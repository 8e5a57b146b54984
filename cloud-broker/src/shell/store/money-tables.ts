import type {
  DeviceId,
  MerchantId,
  Rupiah,
  SchoolDay,
  SchoolId,
  StudentId,
  UnixMs,
} from "@saku/protocol";
import type { Generated } from "kysely";

/** Who opens something that a person answers once. */
type Answered<State extends string> = { state: State };

/** Rows of `migrations/0004-money.ts`. */
export type MoneyTables = {
  period: { school: SchoolId; through: SchoolDay; sealed_at: UnixMs; sealed_by: string };
  refund: {
    school: SchoolId;
    /** Event id or order key. */
    id: string;
    sale: string;
    to_child: Rupiah;
    to_other: Rupiah;
    reason: string;
    actor: string;
    at: UnixMs;
    journal: string;
  };
  found_money: Answered<"open" | "student" | "unclaimed"> & {
    school: SchoolId;
    id: string;
    source: string;
    amount: Rupiah;
    reason: string;
    day: SchoolDay;
    at: UnixMs;
    student: StudentId | null;
    decided_by: string | null;
    decided_at: UnixMs | null;
  };
  z_report: {
    school: SchoolId;
    event: string;
    device: DeviceId;
    day: SchoolDay;
    signed: string;
    booked: string;
    differences: string;
    is_equal: 0 | 1;
    grand_total: Rupiah;
    cash_counted: Rupiah | null;
    closed_by: "operator" | "day-over";
    received_at: UnixMs;
    accepted_by: string | null;
    accepted_at: UnixMs | null;
    accept_reason: string | null;
  };
  settlement: {
    school: SchoolId;
    id: string;
    merchant: MerchantId;
    amount: Rupiah;
    paid_from: "bank" | "cash";
    /** Its own journal's number: a statement covers the stall's journals up to here. */
    seq: number;
    journal: string;
    actor: string;
    at: UnixMs;
    day: SchoolDay;
  };
  dispute: Answered<"open" | "decided"> & {
    school: SchoolId;
    id: string;
    sale: string;
    merchant: MerchantId;
    student: StudentId;
    amount: Rupiah;
    reason: string;
    opened_by: string;
    opened_at: UnixMs;
    due_day: SchoolDay;
    decided_by: string | null;
    decided_at: UnixMs | null;
    to_child: Generated<Rupiah>;
    to_stall: Generated<Rupiah>;
    note: string | null;
  };
  cash_count: Answered<"open" | "booked" | "replaced"> & {
    school: SchoolId;
    id: string;
    /** The terminal whose drawer was collected; null = the cash box. */
    device: DeviceId | null;
    expected: Rupiah;
    counted: Rupiah;
    actor: string;
    at: UnixMs;
    reason: string | null;
  };
  top_up: Answered<"pending" | "settled" | "failed"> & {
    school: SchoolId;
    id: string;
    provider: string;
    order_ref: string;
    student: StudentId;
    expected: Rupiah;
    created_by: string;
    created_at: UnixMs;
  };
  payment: {
    provider: string;
    payment: string;
    school: SchoolId;
    order_ref: string;
    amount: Rupiah;
    outcome: "settled" | "suspense";
    received_at: UnixMs;
    payout: string | null;
  };
  payout: {
    provider: string;
    payout: string;
    school: SchoolId;
    net: Rupiah;
    fee: Rupiah;
    actor: string;
    at: UnixMs;
  };
  approval: Answered<"open" | "agreed" | "declined"> & {
    school: SchoolId;
    id: string;
    action: string;
    body: string;
    amount: Rupiah;
    asked_by: string;
    asked_at: UnixMs;
    answered_by: string | null;
    answered_at: UnixMs | null;
  };
};
