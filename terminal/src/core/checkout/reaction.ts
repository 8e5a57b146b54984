import type { CheckoutEffect, CheckoutEvent, CheckoutState } from "./checkout-state.ts";

/** What a reaction changes and orders; `settle` adds what follows from the new state by itself. */
export type Reaction = Partial<CheckoutState> & { readonly effects?: readonly CheckoutEffect[] };

/** Nothing to do in this mode: the event is ignored. */
export const IGNORED: Reaction = {};

type Reported =
  | "stall"
  | "sensor"
  | "captured"
  | "taken"
  | "lifted"
  | "read"
  | "child"
  | "pin-checked"
  | "sold"
  | "refused"
  | "sale-unknown"
  | "unconfirmed"
  | "voided";

/** A press of the merchant, or the screen's own timer: what it means depends on the mode alone. */
export type Press = Exclude<CheckoutEvent, { readonly kind: Reported }>;
