import {
  rupiah,
  type Purse,
  type Rupiah,
  type SchoolDay,
  type Spend,
  type StudentId,
  type UnixMs,
} from "@saku/protocol";
import { keepsLimits, type ChildLimits } from "./child-limits.ts";
import type { Lease } from "./lease.ts";
import { choosePayment } from "./payment.ts";
import type { SaleRefusal, VoidOutcome } from "./sale-desk.ts";

/** How long the operator may take a sale back that the screen has confirmed. */
export const VOID_WINDOW_MS = 60_000;

/** Everything a sale is decided on, read in the transaction that will book it. */
export type SaleFacts = {
  /** The most one sale may cost; null while this terminal serves no stall, or was told to stop. */
  readonly perSale: Rupiah | null;
  readonly student: { readonly isActive: boolean; readonly isFrozen: boolean } | null;
  readonly today: SchoolDay;
  /** What the school or the family allows the child, and what this stall sold it today (W15). */
  readonly limits: ChildLimits;
  readonly soldToday: Rupiah;
  /** Leases of any child and day, in the order in which they were accepted. */
  readonly leases: readonly Lease[];
};

export type SaleWish = {
  readonly student: StudentId;
  readonly purse: Purse;
  readonly amount: Rupiah;
};

export type SaleDecision =
  | { readonly kind: "sell"; readonly spends: readonly Spend[] }
  /** Leases here do not cover it; `missing` is what to ask the cloud for. */
  | { readonly kind: "short"; readonly missing: Rupiah }
  | { readonly kind: "refused"; readonly reason: SaleRefusal };

function refusalOf(facts: SaleFacts, wish: SaleWish): SaleRefusal | null {
  if (facts.perSale === null) return "terminal-not-ready";
  if (facts.student === null || !facts.student.isActive) return "unknown-student";
  if (facts.student.isFrozen) return "frozen";
  if (wish.amount > facts.perSale) return "over-sale-limit";
  const verdict = keepsLimits(facts.limits, wish.amount, facts.soldToday);
  return verdict === "yes" ? null : verdict;
}

/** Decides a sale; the checks and their order are rules W1 … W7 of `../SPEC.md`. */
export function decideSale(facts: SaleFacts, wish: SaleWish): SaleDecision {
  const reason = refusalOf(facts, wish);
  if (reason !== null) return { kind: "refused", reason };
  const payment = choosePayment(facts.leases, { ...wish, day: facts.today });
  return payment.kind === "covered" ? { kind: "sell", spends: payment.spends } : payment;
}

/** What is known of the sale that someone wants to take back. */
export type VoidFacts = {
  readonly sale: {
    readonly atMs: UnixMs;
    readonly day: SchoolDay;
    readonly amount: Rupiah;
    readonly isVoided: boolean;
    /** What refunds gave back of it. */
    readonly refunded: Rupiah;
    /** False while no screen has confirmed the sale: the daemon died between commit and beep. */
    readonly isShown: boolean;
  } | null;
  readonly today: SchoolDay;
  readonly nowMs: UnixMs;
};

/** Decides a void (W8, W9, W28). */
export function decideVoid(facts: VoidFacts): VoidOutcome {
  const { sale } = facts;
  if (sale === null) return { kind: "refused", reason: "unknown-sale" };
  if (sale.isVoided) return { kind: "refused", reason: "already-voided" };
  if (sale.refunded > 0) return { kind: "refused", reason: "refunded" };
  if (sale.day !== facts.today) return { kind: "refused", reason: "day-over" };
  if (sale.isShown && facts.nowMs - sale.atMs > VOID_WINDOW_MS)
    return { kind: "refused", reason: "too-late" };
  return { kind: "voided", amount: sale.amount };
}

/** Which leases a `return-request` closes, and which the end of their day does (W11, W12). */
export function leasesToReturn(
  leases: readonly Lease[],
  why:
    | { readonly kind: "requested"; readonly student: StudentId }
    | { readonly kind: "day-over"; readonly today: SchoolDay },
): readonly Lease[] {
  const open = leases.filter((lease) => lease.state === "active");
  return why.kind === "requested"
    ? open.filter((lease) => lease.student === why.student)
    : open.filter((lease) => lease.day < why.today);
}

/** The reason that belongs into a `lease-return` of this amount. */
export function returnReasonOf(
  amount: Rupiah,
  why: "requested" | "day-over",
): "requested" | "day-over" | "drained" {
  return amount === rupiah(0) ? "drained" : why;
}
