import type { Rupiah, StudentId } from "@saku/protocol";
import type { Provider } from "./account.ts";

/** A payment as a provider confirms it; `(provider, payment)` names it for ever [L13]. */
export type Payment = {
  readonly provider: Provider;
  readonly payment: string;
  /** The order that the payer was given, as the provider repeats it. */
  readonly orderRef: string;
  readonly amount: Rupiah;
};

export type PendingTopUp = {
  readonly topUp: string;
  readonly student: StudentId;
  readonly expected: Rupiah;
  readonly state: "pending" | "settled" | "failed";
};

export type PaymentDecision =
  | { readonly kind: "settle"; readonly topUp: PendingTopUp }
  | {
      readonly kind: "suspense";
      readonly reason: "unknown-order" | "amount-differs" | "already-settled";
    };

/**
 * A payment settles its order once; whatever does not fit exactly waits in suspense [L13]. An order that had failed may
 * still be paid: providers turn a denial into success.
 */
export function decidePayment(paid: Payment, order: PendingTopUp | null): PaymentDecision {
  if (order === null) return { kind: "suspense", reason: "unknown-order" };
  if (order.state === "settled") return { kind: "suspense", reason: "already-settled" };
  if (order.expected !== paid.amount) return { kind: "suspense", reason: "amount-differs" };
  return { kind: "settle", topUp: order };
}
