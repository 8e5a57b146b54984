import type { Rupiah } from "@saku/protocol";

/** Limits of one child that stalls keep themselves, so that they also hold without a connection (command `limits`). */
export type ChildLimits = {
  /** The most that one sale to this child may cost; null = only the stall's own limit. */
  readonly perSale: Rupiah | null;
  /** The most that this stall may sell the child on one day; null = no such limit. */
  readonly stallPerDay: Rupiah | null;
};

export const NO_LIMITS: ChildLimits = { perSale: null, stallPerDay: null };

/** Whether a purchase stays within the child's own limits. */
export function keepsLimits(
  limits: ChildLimits,
  amount: Rupiah,
  soldToday: Rupiah,
): "yes" | "over-sale-limit" | "limit" {
  if (limits.perSale !== null && amount > limits.perSale) return "over-sale-limit";
  if (limits.stallPerDay !== null && soldToday + amount > limits.stallPerDay) return "limit";
  return "yes";
}
