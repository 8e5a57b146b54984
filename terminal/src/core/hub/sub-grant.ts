import {
  equalBytes,
  type HubRefusal,
  type Rupiah,
  type SchoolDay,
  type Spend,
} from "@saku/protocol";
import { keepsLimits, type ChildLimits } from "../wallet/child-limits.ts";
import type { Lease } from "../wallet/lease.ts";
import { choosePayment, type Want } from "../wallet/payment.ts";

/** Everything the hub decides on, read in the transaction that will write its answer. */
export type SubGrantFacts = {
  /** This terminal is the school's hub, and the question is meant for it. */
  readonly isHub: boolean;
  readonly today: SchoolDay;
  readonly student: { readonly isActive: boolean; readonly isFrozen: boolean } | null;
  /** The hub's own leases, in the order in which they were accepted. */
  readonly leases: readonly Lease[];
  readonly limits: ChildLimits;
  /** What the asking stall was given for the child today. */
  readonly stallUsed: Rupiah;
  /** The answer to a question of this name, if there was one. */
  readonly before: { readonly askHash: Uint8Array; readonly grant: Uint8Array } | null;
};

export type SubGrantWish = Want & { readonly askHash: Uint8Array };

export type SubGrantDecision =
  /** The same question again: the same bytes again. */
  | { readonly kind: "repeat"; readonly grant: Uint8Array }
  | { readonly kind: "grant"; readonly spends: readonly Spend[] }
  | { readonly kind: "refuse"; readonly reason: HubRefusal };

const refuse = (reason: HubRefusal): SubGrantDecision => ({ kind: "refuse", reason });

/** Decides what the hub gives a stall: exactly the need, once; rules H1 … H6 of `../SPEC-hub.md`. */
export function decideSubGrant(facts: SubGrantFacts, wish: SubGrantWish): SubGrantDecision {
  // First of all: what was signed stands, whatever has changed since.
  if (facts.before !== null)
    return equalBytes(facts.before.askHash, wish.askHash)
      ? { kind: "repeat", grant: facts.before.grant }
      : refuse("ask-reused");
  if (!facts.isHub) return refuse("not-hub");
  if (wish.day !== facts.today) return refuse("wrong-day");
  if (facts.student === null || !facts.student.isActive) return refuse("unknown-student");
  if (facts.student.isFrozen) return refuse("frozen");
  if (keepsLimits(facts.limits, wish.amount, facts.stallUsed) !== "yes") return refuse("limit");
  const payment = choosePayment(facts.leases, wish);
  return payment.kind === "covered" ? { kind: "grant", spends: payment.spends } : refuse("short");
}
