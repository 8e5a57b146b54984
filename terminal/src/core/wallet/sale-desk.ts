import type { LinkMode } from "../hub/link-mode.ts";
import type { Purse, Rupiah, SaleMethod, StudentId, UnixMs, VoidReason } from "@saku/protocol";

/** What the counter asks of the wallet; implemented by the shell as fetch → decide → commit → effects. */
export interface SaleDesk {
  /**
   * Books a sale or names why not. Resolves only after the sale is signed and on disk; a short lease is asked for
   * first when the cloud can be reached (one round trip, at most `askTimeoutMs` of the configuration).
   */
  sell(order: SaleOrder): Promise<SaleOutcome>;
  /** Puts a sale of this terminal back, within the rules of `SPEC.md`. */
  voidSale(saleId: string, reason: VoidReason): Promise<VoidOutcome>;
  /** The newest sales of this terminal's school day, newest first. */
  recentSales(limit: number): Promise<readonly RecentSale[]>;
}

export type SaleOrder = {
  readonly student: StudentId;
  readonly amount: Rupiah;
  readonly purse: Purse;
  readonly method: SaleMethod;
};

/** Where the time of a sale went, each in milliseconds. */
export type SaleTimings = {
  readonly decideMs: number;
  readonly askMs: number;
  readonly signMs: number;
  readonly commitMs: number;
};

export type SaleRefusal =
  | "unknown-student"
  | "frozen"
  | "over-sale-limit"
  | "funds"
  | "limit"
  /** The money is at another stall that cannot be reached now. */
  | "held-elsewhere"
  /** The cloud cannot be reached and what is held here does not cover it. */
  | "lease-short-offline"
  | "terminal-not-ready"
  | "disk-failed";

export type SaleOutcome =
  | {
      readonly kind: "sold";
      /** The event's id, 64 hexadecimal characters. */
      readonly saleId: string;
      readonly student: StudentId;
      readonly firstName: string;
      readonly amount: Rupiah;
      readonly atMs: UnixMs;
      readonly timings: SaleTimings;
    }
  | { readonly kind: "refused"; readonly reason: SaleRefusal };

export type VoidOutcome =
  | { readonly kind: "voided"; readonly amount: Rupiah }
  | {
      readonly kind: "refused";
      readonly reason:
        | "unknown-sale"
        | "already-voided"
        /** Part of it went back already (W28). */
        | "refunded"
        | "too-late"
        | "day-over"
        | "disk-failed";
    };

export type RecentSale = {
  readonly saleId: string;
  readonly atMs: UnixMs;
  readonly amount: Rupiah;
  readonly firstName: string;
  readonly method: SaleMethod;
  readonly state: "recorded" | "acked" | "safe" | "voided";
};

/** The terminal's link and outbox as the counter shows them. */
export type LinkStatus = CloudLink & {
  /** Green: cloud and hub; yellow: one of the two; red: alone. */
  readonly mode: LinkMode;
};

export type CloudLink = {
  readonly isOnline: boolean;
  /** The school took this terminal out of service: it sells nothing and only delivers what it wrote. */
  readonly isStopped: boolean;
  readonly unsentCount: number;
  readonly oldestUnsentAtMs: UnixMs | null;
};
