import type { Rupiah, SchoolDay, UnixMs } from "@saku/protocol";
import type { ZDifference, ZTotals } from "../ledger/z-report.ts";

/** A balance that may be on either side of nothing. */
export type SignedRupiah = number;

/** The money of a school on one page: what there is, what is owed, and what waits for a person. */
export type MoneyOverview = {
  readonly cash: Rupiah;
  readonly bank: SignedRupiah;
  readonly clearing: readonly { readonly provider: string; readonly balance: SignedRupiah }[];
  readonly drawers: readonly DrawerView[];
  readonly children: Rupiah;
  readonly stalls: SignedRupiah;
  readonly held: Rupiah;
  readonly reserve: SignedRupiah;
  readonly unclaimed: Rupiah;
  readonly losses: SignedRupiah;
  readonly sealedThrough: SchoolDay | null;
  readonly todo: Todo;
};

export type DrawerView = {
  readonly device: string;
  readonly name: string;
  readonly balance: Rupiah;
  /** Events the terminal still keeps: its drawer may hold more than this. */
  readonly unsentCount: number;
};

export type Todo = {
  readonly suspenseCount: number;
  readonly disputeCount: number;
  readonly overdueCount: number;
  readonly approvalCount: number;
  readonly openCountCount: number;
  readonly zCount: number;
};

export type StallMoney = {
  readonly merchant: string;
  readonly name: string;
  readonly payable: SignedRupiah;
  readonly held: Rupiah;
  /** Sales of terminals whose Z report disagrees. */
  readonly blocked: Rupiah;
  /** What may be paid out now [T1]. */
  readonly settleable: Rupiah;
  readonly lastSettledAtMs: UnixMs | null;
};

/** One journal on an account. */
export type LedgerLine = {
  readonly seq: number;
  readonly journal: string;
  readonly day: SchoolDay;
  /** When it happened, if that is another day than the one it is booked under [L14]. */
  readonly happenedOn: SchoolDay | null;
  readonly recipe: string;
  readonly debit: Rupiah;
  readonly credit: Rupiah;
  /** After this line, on the account's normal side. */
  readonly balance: SignedRupiah;
};

/** Every journal of a stall since its last settlement, or of one that is settled [T4]. */
export type Statement = {
  readonly merchant: string;
  readonly name: string;
  readonly opening: SignedRupiah;
  readonly lines: readonly LedgerLine[];
  readonly closing: SignedRupiah;
  readonly settlements: readonly {
    readonly id: string;
    readonly amount: Rupiah;
    readonly from: "bank" | "cash";
    readonly atMs: UnixMs;
    readonly day: SchoolDay;
  }[];
};

export type DisputeView = {
  readonly dispute: string;
  readonly sale: string;
  readonly merchantName: string;
  readonly childName: string;
  readonly className: string;
  readonly saleDay: SchoolDay;
  readonly saleAmount: Rupiah;
  readonly amount: Rupiah;
  readonly reason: string;
  readonly dueDay: SchoolDay;
  readonly isOverdue: boolean;
  readonly state: "open" | "decided";
  readonly toChild: Rupiah;
  readonly toStall: Rupiah;
  /** The most that may go to the child [T3]. */
  readonly toChildMax: Rupiah;
};

/** What a terminal sold beyond its leases. */
export type OversoldView = {
  readonly sale: string;
  readonly terminalName: string;
  readonly merchantName: string;
  readonly day: SchoolDay;
  readonly saleAmount: Rupiah;
  readonly amount: Rupiah;
};

/** Money without an owner. */
export type FoundView = {
  readonly id: string;
  readonly source: string;
  readonly amount: Rupiah;
  readonly reason: string;
  readonly day: SchoolDay;
};

export type ZReportView = {
  readonly event: string;
  readonly terminalName: string;
  readonly day: SchoolDay;
  readonly signed: ZTotals;
  readonly differences: readonly ZDifference[];
  readonly isEqual: boolean;
  readonly isAccepted: boolean;
  readonly grandTotal: Rupiah;
  readonly cashCounted: Rupiah | null;
  readonly receivedAtMs: UnixMs;
};

export type CountView = {
  readonly count: string;
  /** Null: the cash box. */
  readonly terminalName: string | null;
  readonly expected: Rupiah;
  readonly counted: Rupiah;
  readonly state: "open" | "booked" | "replaced";
  readonly reason: string | null;
  readonly atMs: UnixMs;
};

export type ApprovalView = {
  readonly approval: string;
  readonly action: string;
  readonly amount: Rupiah;
  readonly askedBy: string;
  readonly askedAtMs: UnixMs;
  /** Whoever asked cannot agree. */
  readonly isOwn: boolean;
};

/** A sale as the office finds it to give money back. */
export type SaleView = {
  readonly sale: string;
  readonly merchantName: string;
  readonly day: SchoolDay;
  readonly atMs: UnixMs;
  readonly amount: Rupiah;
  readonly refundable: Rupiah;
};
