import type { Rupiah, SchoolDay, SchoolId, StudentId } from "@saku/protocol";
import type {
  ApprovalView,
  CountView,
  DisputeView,
  FoundView,
  LedgerLine,
  MoneyOverview,
  OversoldView,
  SaleView,
  StallMoney,
  Statement,
  ZReportView,
} from "../../core/reports/money-views.ts";
import type { Order, OrderOutcome, PersonId } from "./office.ts";

/** The school's money desk: what a bookkeeper sees and orders. Orders are as in `office.ts`: the same key twice is once. */
export interface MoneyDesk {
  readonly reading: MoneyReading;
  readonly writing: MoneyWriting;
}

export interface MoneyReading {
  overview(school: SchoolId): Promise<MoneyOverview>;
  stalls(school: SchoolId): Promise<readonly StallMoney[]>;
  /** Null: no such stall. */
  statement(school: SchoolId, merchant: string): Promise<Statement | null>;
  disputes(school: SchoolId): Promise<readonly DisputeView[]>;
  oversold(school: SchoolId): Promise<readonly OversoldView[]>;
  found(school: SchoolId): Promise<readonly FoundView[]>;
  zReports(school: SchoolId): Promise<readonly ZReportView[]>;
  counts(school: SchoolId): Promise<readonly CountView[]>;
  approvals(school: SchoolId, person: PersonId): Promise<readonly ApprovalView[]>;
  salesOf(school: SchoolId, student: StudentId): Promise<readonly SaleView[]>;
  /** The journals of one account, or of all accounts of a kind, oldest first. */
  ledger(school: SchoolId, account: string): Promise<readonly LedgerLine[]>;
}

/** What a second person must agree to above a limit [L16]. */
export type GuardedOrder =
  | {
      readonly action: "refund";
      readonly sale: string;
      readonly amount: Rupiah;
      readonly reason: string;
    }
  | { readonly action: "withdrawal"; readonly student: StudentId; readonly amount: Rupiah }
  | {
      readonly action: "suspense-decision";
      readonly sale: string;
      readonly payer: "reserve" | "merchant";
    }
  /** Null: nobody was found; it is kept. */
  | {
      readonly action: "found-decision";
      readonly found: string;
      readonly student: StudentId | null;
    };

/** `waiting`: a second person must agree first. */
export type GuardedOutcome = OrderOutcome<{ readonly state: "done" | "waiting" }>;

export type Counted = {
  readonly count: string;
  readonly isOpen: boolean;
  readonly expected: Rupiah;
  readonly counted: Rupiah;
};

export interface MoneyWriting {
  guarded(order: Order, school: SchoolId, what: GuardedOrder): Promise<GuardedOutcome>;
  answer(
    order: Order,
    school: SchoolId,
    answer: { readonly approval: string; readonly agrees: boolean },
  ): Promise<OrderOutcome>;
  /** Blind: what was expected is in the answer, never before it. `device` null = the cash box [L15]. */
  countCash(
    order: Order,
    school: SchoolId,
    count: { readonly device: string | null; readonly counted: Rupiah },
  ): Promise<OrderOutcome<Counted>>;
  explainCount(
    order: Order,
    school: SchoolId,
    explanation: { readonly count: string; readonly reason: string },
  ): Promise<OrderOutcome>;
  moveMoney(
    order: Order,
    school: SchoolId,
    move: {
      readonly kind: "deposit" | "bank-fee" | "reserve-cash" | "reserve-bank";
      readonly amount: Rupiah;
    },
  ): Promise<OrderOutcome>;
  settle(
    order: Order,
    school: SchoolId,
    pay: {
      readonly merchant: string;
      readonly amount: Rupiah;
      readonly from: "bank" | "cash";
    },
  ): Promise<OrderOutcome<{ readonly settlement: string }>>;
  /** Guardians may dispute their own child's sales. */
  openDispute(
    order: Order,
    dispute: { readonly sale: string; readonly amount: Rupiah; readonly reason: string },
  ): Promise<OrderOutcome<{ readonly dispute: string }>>;
  decideDispute(
    order: Order,
    school: SchoolId,
    decision: { readonly dispute: string; readonly toChild: Rupiah; readonly note: string },
  ): Promise<OrderOutcome>;
  acceptZ(
    order: Order,
    school: SchoolId,
    accepted: { readonly event: string; readonly reason: string },
  ): Promise<OrderOutcome>;
  sealPeriod(order: Order, school: SchoolId, through: SchoolDay): Promise<OrderOutcome>;
  /** An order that a payer takes to the provider. */
  createTopUp(
    order: Order,
    topUp: {
      readonly student: StudentId;
      readonly provider: string;
      readonly amount: Rupiah;
    },
  ): Promise<OrderOutcome<{ readonly orderRef: string }>>;
  recordPayout(
    order: Order,
    school: SchoolId,
    paid: {
      readonly provider: string;
      readonly payout: string;
      readonly payments: readonly string[];
      readonly net: Rupiah;
      readonly fee: Rupiah;
    },
  ): Promise<OrderOutcome>;
}
