import { rupiah, type RefundReason, type Rupiah } from "@saku/protocol";

export type RefundOrder = {
  /** Names this press of the key: the same one again is the same refund (W30). */
  readonly press: string;
  /** The sale's event, 64 hexadecimal characters. */
  readonly saleId: string;
  readonly amount: Rupiah;
  readonly reason: RefundReason;
};

export type RefundRefusal =
  | "terminal-not-ready"
  /** The operator has counted and closed this school day. */
  | "day-closed"
  | "unknown-sale"
  | "already-voided"
  /** More than is left of the sale. */
  | "too-much"
  /** This press already stands for another refund. */
  | "press-reused"
  | "disk-failed";

export type RefundOutcome =
  | {
      readonly kind: "refunded";
      /** The event's id, 64 hexadecimal characters. */
      readonly refundId: string;
      readonly saleId: string;
      readonly amount: Rupiah;
      /** What another refund of this sale may still give back. */
      readonly left: Rupiah;
    }
  | { readonly kind: "refused"; readonly reason: RefundRefusal };

/** What this terminal knows of the sale's money. */
export type RefundableMoney = {
  readonly amount: Rupiah;
  readonly isVoided: boolean;
  readonly refunded: Rupiah;
};

export type RefundFacts = {
  /** This terminal serves a stall and was not told to stop. */
  readonly isReady: boolean;
  readonly isDayClosed: boolean;
  readonly sale: RefundableMoney | null;
};

export type RefundDecision =
  | { readonly kind: "refund"; readonly left: Rupiah }
  | { readonly kind: "refused"; readonly reason: RefundRefusal };

/** Sale less void less earlier refunds (W27). */
export function refundableOf({ amount, isVoided, refunded }: RefundableMoney): Rupiah {
  return isVoided ? rupiah(0) : rupiah(amount - refunded);
}

/** Decides a refund; the checks and their order are rule W27 of `../SPEC.md`. */
export function decideRefund(facts: RefundFacts, amount: Rupiah): RefundDecision {
  const { isReady, isDayClosed, sale } = facts;
  if (!isReady) return { kind: "refused", reason: "terminal-not-ready" };
  if (isDayClosed) return { kind: "refused", reason: "day-closed" };
  if (sale === null) return { kind: "refused", reason: "unknown-sale" };
  if (sale.isVoided) return { kind: "refused", reason: "already-voided" };
  const left = refundableOf(sale);
  if (amount > left) return { kind: "refused", reason: "too-much" };
  return { kind: "refund", left: rupiah(left - amount) };
}
