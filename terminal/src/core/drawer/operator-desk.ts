import type { Rupiah, SaleMethod, SchoolDay, UnixMs } from "@saku/protocol";
import type { RefundOrder, RefundOutcome } from "../wallet/refund.ts";
import type { CashInOrder, CashInOutcome } from "./cash-in.ts";
import type { ClosingOutcome, DayClosing } from "./closing.ts";

/** What an operator does with money by code; implemented by the shell as fetch → decide → commit → effects. */
export interface OperatorDesk {
  /** Gives a sale of this terminal back, whole or in part. Resolves only after the event is signed and on disk. */
  refund(order: RefundOrder): Promise<RefundOutcome>;
  /** Takes cash for a child. Resolves only after the event is signed and on disk. */
  cashIn(order: CashInOrder): Promise<CashInOutcome>;
  /** The newest sales of the terminal's history of which something is left to give back, newest first. */
  refundableSales(limit: number): Promise<readonly RefundableSale[]>;
  /** The operator ends the day: count and Z report are stored, leases go back, then the difference is told. */
  closeDay(counted: Rupiah): Promise<ClosingOutcome>;
  /** The closing of the school day that is open; null until the operator has counted. */
  closing(): Promise<DayClosing | null>;
}

export type RefundableSale = {
  readonly saleId: string;
  readonly day: SchoolDay;
  readonly atMs: UnixMs;
  readonly amount: Rupiah;
  readonly firstName: string;
  readonly method: SaleMethod;
  readonly left: Rupiah;
};
