import type { Rupiah, StudentId } from "@saku/protocol";
import type { SaleRefusal } from "../wallet/sale-desk.ts";
import type { GlassOrder, GlassState } from "../identify/glass.ts";
import type { Coach, Reading } from "../identify/judgement.ts";
import type { Basket, Key } from "./basket.ts";
import type { Lockouts } from "./lockout.ts";

export type CheckoutState = {
  readonly mode: Mode;
  readonly till: Till;
  readonly finger: FingerState;
  readonly lockouts: Lockouts;
  /** Number of the newest charge; every sale order carries its own. */
  readonly charge: number;
};

export type Till = {
  /** Null until the stall is known: nothing can be charged. */
  readonly perSale: Rupiah | null;
  readonly quickKeys: readonly { readonly label: string; readonly amount: Rupiah }[];
  readonly lastAmount: Rupiah | null;
};

export type FingerState = {
  readonly glass: GlassState;
  /** A print taken before the charge, good while the finger stays on the glass (rule C5). */
  readonly early: number | null;
};

/** What one press of "Tagih" asks for; carried through until the sale is decided. */
export type Order = {
  readonly charge: number;
  readonly basket: Basket;
  readonly amount: Rupiah;
  /** 1 … 3. */
  readonly attempt: number;
  /** Readable placements so far, oldest first. */
  readonly probes: readonly number[];
};

export type PinChild = {
  readonly student: StudentId;
  readonly firstName: string;
  readonly className: string;
  readonly hasPin: boolean;
};

export type PinStep =
  | {
      readonly kind: "number";
      readonly digits: string;
      readonly note: "unknown-number" | "no-pin" | "cooling" | null;
      readonly untilMs: number;
    }
  | { readonly kind: "finding"; readonly digits: string }
  | {
      readonly kind: "code";
      readonly child: PinChild;
      readonly digits: string;
      /** Tries left after a wrong PIN, or null before the first. */
      readonly triesLeft: number | null;
    }
  | { readonly kind: "checking"; readonly child: PinChild };

/** A sale on disk, as the screen shows it. */
export type ShownSale = {
  readonly saleId: string;
  readonly amount: Rupiah;
  readonly firstName: string;
};

/** The same child and amount, were the school's reserve to pay. */
export type ReserveOffer = {
  readonly order: Order;
  readonly student: StudentId;
  readonly method: "finger" | "pin";
};

export type Mode =
  | { readonly kind: "till"; readonly basket: Basket; readonly note: "over-cap" | null }
  /** `coach` is null for the first placement; otherwise this is the retry screen. */
  | { readonly kind: "waiting"; readonly order: Order; readonly coach: Coach | null }
  | { readonly kind: "identifying"; readonly order: Order; readonly capture: number }
  | {
      readonly kind: "pin";
      readonly order: Order;
      readonly pin: PinStep;
      /** True when three placements led here and nobody asked for it. */
      readonly isFallback: boolean;
    }
  | { readonly kind: "deciding"; readonly order: Order }
  | { readonly kind: "approved"; readonly sale: ShownSale }
  | {
      readonly kind: "not-this-time";
      readonly basket: Basket;
      readonly amount: Rupiah;
      readonly reason: SaleRefusal;
      readonly isReasonShown: boolean;
      /** What the school's reserve may be asked for instead; null = it is not offered (rule C17). */
      readonly reserve: ReserveOffer | null;
    }
  /** A sale is on disk and its approval was never seen: after a crash, or when the desk gave no answer. */
  | {
      readonly kind: "unconfirmed";
      readonly sale: ShownSale;
      readonly step: "asking" | "voiding" | "void-refused";
    }
  /** The sensor and the screen belong to enrolment. */
  | { readonly kind: "paused"; readonly basket: Basket };

export type CheckoutEvent =
  | { readonly kind: "stall"; readonly till: Omit<Till, "lastAmount"> }
  | { readonly kind: "key"; readonly key: Key }
  | { readonly kind: "quick"; readonly index: number }
  | { readonly kind: "amount"; readonly amount: Rupiah }
  | { readonly kind: "charge" }
  | { readonly kind: "repeat" }
  | { readonly kind: "cancel" }
  | { readonly kind: "pin-start" }
  | { readonly kind: "finger-start" }
  | { readonly kind: "digit"; readonly digit: string }
  | { readonly kind: "back" }
  | { readonly kind: "enter"; readonly nowMs: number }
  | { readonly kind: "reason" }
  | { readonly kind: "hand-over" }
  | { readonly kind: "void" }
  | { readonly kind: "reserve" }
  | { readonly kind: "sensor"; readonly sensor: "ready" | "away" }
  | {
      readonly kind: "captured";
      readonly capture: number;
      readonly outcome: "image" | "no-finger" | "poor";
    }
  | { readonly kind: "taken"; readonly capture: number }
  | { readonly kind: "lifted"; readonly isFree: boolean }
  | { readonly kind: "read"; readonly capture: number; readonly reading: Reading }
  | {
      readonly kind: "child";
      readonly number: string;
      readonly child: PinChild | null;
      readonly nowMs: number;
    }
  | {
      readonly kind: "pin-checked";
      readonly charge: number;
      readonly student: StudentId;
      readonly isRight: boolean;
      readonly nowMs: number;
    }
  | { readonly kind: "sold"; readonly charge: number; readonly sale: ShownSale }
  | {
      readonly kind: "refused";
      readonly charge: number;
      readonly reason: SaleRefusal;
      /** The reserve would pay: for whom, and how the child was known. */
      readonly reserve?: Pick<ReserveOffer, "student" | "method">;
    }
  /** The desk threw: whether the sale is on disk must be asked. */
  | { readonly kind: "sale-unknown"; readonly charge: number }
  | { readonly kind: "unconfirmed"; readonly sale: ShownSale }
  | { readonly kind: "voided"; readonly saleId: string; readonly isVoided: boolean }
  | { readonly kind: "timer"; readonly timer: TimerName }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" };

export type TimerName = "waiting" | "pin" | "approved" | "not-this-time";

export type CounterLight = "off" | "ready" | "waiting" | "approved" | "not-this-time" | "retry";

export type CheckoutEffect =
  | GlassOrder
  /** `earlier` are probes of the same charge, oldest first. */
  | {
      readonly kind: "identify";
      readonly capture: number;
      readonly earlier: readonly number[];
    }
  /** Probes kept in memory are not needed any more. */
  | { readonly kind: "forget-probes" }
  | { readonly kind: "find-child"; readonly number: string }
  | {
      readonly kind: "check-pin";
      readonly charge: number;
      readonly student: StudentId;
      readonly pin: string;
    }
  | {
      readonly kind: "sell";
      readonly charge: number;
      readonly student: StudentId;
      readonly amount: Rupiah;
      readonly method: "finger" | "pin";
    }
  | {
      readonly kind: "serve-reserve";
      readonly charge: number;
      readonly student: StudentId;
      readonly amount: Rupiah;
      readonly method: "finger" | "pin";
    }
  | { readonly kind: "find-unconfirmed" }
  | { readonly kind: "mark-shown"; readonly saleId: string }
  | { readonly kind: "void-sale"; readonly saleId: string }
  | { readonly kind: "light"; readonly light: CounterLight }
  | { readonly kind: "signal"; readonly signal: "approved" | "not-this-time" | "retry" }
  | { readonly kind: "start-timer"; readonly timer: TimerName; readonly ms: number }
  | { readonly kind: "stop-timer" };

export type CheckoutStep = {
  readonly state: CheckoutState;
  readonly effects: readonly CheckoutEffect[];
};
