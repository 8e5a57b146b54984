import type { AccountKind } from "./account.ts";

/** What a journal does. */
export type Recipe =
  | "top-up-cash"
  | "lease-grant"
  | "lease-return"
  | "sub-grant"
  | "write-off"
  | "sale"
  | "emergency-sale"
  | "void"
  | "refund"
  | "cash-in"
  | "cash-count"
  | "deposit"
  | "withdrawal"
  | "payment"
  | "payout"
  | "bank-fee"
  | "reserve-funding"
  | "suspense-decision"
  | "found-decision"
  | "settlement"
  | "dispute-open"
  | "dispute-decision";

type Flow = { readonly debit: readonly AccountKind[]; readonly credit: readonly AccountKind[] };

/**
 * The kinds of account that each recipe may touch, and on which side. A journal that goes anywhere else is our bug and is
 * refused before it is written [L9]; every night the same table is asked of what was written.
 */
export const FLOWS: Readonly<Record<Recipe, Flow>> = {
  "top-up-cash": { debit: ["cash"], credit: ["student"] },
  "lease-grant": { debit: ["student"], credit: ["escrow"] },
  "lease-return": { debit: ["escrow"], credit: ["student"] },
  // The reserve stands in for what a child got back before a lost hub passed it on, or a lost terminal sold it [G11].
  "sub-grant": { debit: ["escrow", "reserve"], credit: ["escrow"] },
  "write-off": { debit: ["escrow"], credit: ["student"] },
  sale: { debit: ["escrow", "suspense", "reserve"], credit: ["merchant"] },
  // No child's account on either side [L12].
  "emergency-sale": { debit: ["reserve"], credit: ["merchant"] },
  void: { debit: ["merchant"], credit: ["escrow", "suspense", "reserve", "merchant"] },
  refund: { debit: ["merchant"], credit: ["student", "suspense", "reserve", "merchant"] },
  "cash-in": { debit: ["drawer"], credit: ["student", "suspense"] },
  "cash-count": { debit: ["cash", "difference"], credit: ["cash", "drawer", "difference"] },
  deposit: { debit: ["bank"], credit: ["cash"] },
  withdrawal: { debit: ["student"], credit: ["cash"] },
  payment: { debit: ["clearing"], credit: ["student", "suspense"] },
  payout: { debit: ["bank", "fees"], credit: ["clearing"] },
  "bank-fee": { debit: ["fees"], credit: ["bank"] },
  "reserve-funding": { debit: ["cash", "bank"], credit: ["reserve"] },
  // The child is on no side: it never pays suspense [L6].
  "suspense-decision": { debit: ["reserve", "merchant"], credit: ["suspense"] },
  "found-decision": { debit: ["suspense"], credit: ["student", "unclaimed"] },
  settlement: { debit: ["merchant"], credit: ["bank", "cash"] },
  "dispute-open": { debit: ["merchant"], credit: ["held"] },
  "dispute-decision": { debit: ["held"], credit: ["student", "merchant"] },
};

/** The side on which a kind makes a school richer: what is owned is debit, what is owed is credit [L10]. */
export const OWNED: readonly AccountKind[] = ["cash", "bank", "clearing", "drawer"];
export const OWED: readonly AccountKind[] = [
  "student",
  "escrow",
  "merchant",
  "held",
  "suspense",
  "reserve",
  "unclaimed",
  // Both are losses of the school's own money: they lessen the reserve.
  "fees",
  "difference",
];
