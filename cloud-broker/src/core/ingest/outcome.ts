import {
  addRupiah,
  rupiah,
  type EventBody,
  type Rupiah,
  type SakuEvent,
  type SchoolDay,
  type StudentId,
} from "@saku/protocol";
import type { JournalDraft } from "../ledger/journal.ts";
import type { SaleMoney } from "../ledger/refund.ts";
import type { Lease } from "../leases/lease.ts";
import type { Anomaly, BookedSale, Books, Verdict } from "./books.ts";

/** What one event does to the books. */
export type Booking = {
  readonly verdict: Verdict;
  readonly anomaly: Anomaly | null;
  readonly journal: JournalDraft | null;
  readonly leases: readonly Lease[];
  readonly sale: BookedSale | null;
  /** A refund's shares, for its row. */
  readonly refund: { readonly toChild: Rupiah; readonly toOther: Rupiah } | null;
  /** Money that came in without an owner [L13]. */
  readonly found: { readonly source: string; readonly amount: Rupiah } | null;
  /** The child whose page changes. */
  readonly student: StudentId | null;
};

export const quiet: Booking = {
  verdict: "noted",
  anomaly: null,
  journal: null,
  leases: [],
  sale: null,
  refund: null,
  found: null,
  student: null,
};
export const odd = (anomaly: Anomaly, student: StudentId | null = null): Booking => ({
  ...quiet,
  verdict: "anomaly",
  anomaly,
  student,
});

export type Of<Type extends EventBody["type"]> = Extract<EventBody, { type: Type }>;
export type Context = {
  readonly books: Books;
  readonly event: SakuEvent;
  readonly id: string;
  /** The day of its journal: its own unless that is sealed [L14] or has not come [L19]. */
  readonly day: SchoolDay;
};

/** A sale of which nothing went back. */
export const UNTOUCHED: Pick<
  BookedSale,
  "uncoveredBy" | "voidedBy" | "refundedToChild" | "refundedToOther" | "disputed"
> = {
  uncoveredBy: "suspense",
  voidedBy: null,
  refundedToChild: rupiah(0),
  refundedToOther: rupiah(0),
  disputed: rupiah(0),
};

export const totalOf = (parts: readonly { readonly amount: Rupiah }[]): Rupiah =>
  addRupiah(...parts.map((part) => part.amount));

/** What went in and out of a sale, for refunds and voids [L11]. */
export function saleMoney(sale: BookedSale): SaleMoney {
  return {
    amount: sale.amount,
    covered: totalOf(sale.covered),
    refundedToChild: sale.refundedToChild,
    refundedToOther: sale.refundedToOther,
    disputed: sale.disputed,
    isVoided: sale.voidedBy !== null,
  };
}
