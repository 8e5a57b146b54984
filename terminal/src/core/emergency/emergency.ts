import { rupiah, type Rupiah } from "@saku/protocol";
import type { SaleRefusal } from "../wallet/sale-desk.ts";

/** What a hungry child was refused for, when the school's reserve may pay instead: want of signal or of money. */
const HELPED: readonly SaleRefusal[] = ["funds", "limit", "held-elsewhere", "lease-short-offline"];

export type EmergencyFacts = {
  /** This terminal serves a stall and was not told to stop. */
  readonly isReady: boolean;
  readonly student: { readonly isActive: boolean; readonly isFrozen: boolean } | null;
  /** What the office allows this terminal, per meal and per day (command `emergency`). */
  readonly perSale: Rupiah;
  readonly perDay: Rupiah;
  /** What the reserve paid here today. */
  readonly usedToday: Rupiah;
};

export type EmergencyDecision =
  { readonly kind: "serve" } | { readonly kind: "refused"; readonly reason: SaleRefusal };

/** What of the allowance one more meal may cost now (W17). */
export function emergencyLeft({ perSale, perDay, usedToday }: EmergencyFacts): Rupiah {
  return rupiah(Math.min(perSale, Math.max(0, perDay - usedToday)));
}

/** Decides a meal that the reserve pays; the checks and their order are rule W17 of `../SPEC.md`. */
export function decideEmergency(facts: EmergencyFacts, amount: Rupiah): EmergencyDecision {
  if (!facts.isReady) return { kind: "refused", reason: "terminal-not-ready" };
  if (facts.student === null || !facts.student.isActive)
    return { kind: "refused", reason: "unknown-student" };
  if (facts.student.isFrozen) return { kind: "refused", reason: "frozen" };
  if (amount > emergencyLeft(facts)) return { kind: "refused", reason: "limit" };
  return { kind: "serve" };
}

/** Whether the till offers the reserve after this refusal, quietly (W18). */
export function mayOffer(reason: SaleRefusal, left: Rupiah, amount: Rupiah): boolean {
  return HELPED.includes(reason) && amount <= left;
}
