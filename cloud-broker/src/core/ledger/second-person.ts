import { rupiah, type Rupiah } from "@saku/protocol";

/** Orders that give money away which cannot be fetched back. */
export type GuardedAction = "refund" | "withdrawal" | "suspense-decision" | "found-decision";

/** Above these a second person of the school must agree [L16]. */
export const ALONE_MAX: Readonly<Record<GuardedAction, Rupiah>> = {
  refund: rupiah(100_000),
  withdrawal: rupiah(500_000),
  "suspense-decision": rupiah(100_000),
  "found-decision": rupiah(100_000),
};

export function needsSecondPerson(action: GuardedAction, amount: Rupiah): boolean {
  return amount > ALONE_MAX[action];
}

/** Nobody agrees with themselves, and what was answered stays answered [L16]. */
export function approvalRefusal(
  approval: { readonly askedBy: string; readonly isOpen: boolean },
  person: string,
): "same-person" | "already-answered" | null {
  if (!approval.isOpen) return "already-answered";
  return approval.askedBy === person ? "same-person" : null;
}
