import { addRupiah, minRupiah, rupiah, subtractRupiah, type Rupiah } from "@saku/protocol";

/** What the books know of a sale's money, as far as giving it back needs it. */
export type SaleMoney = {
  readonly amount: Rupiah;
  /** Paid by the child's leases. */
  readonly covered: Rupiah;
  readonly refundedToChild: Rupiah;
  readonly refundedToOther: Rupiah;
  /** Held by disputes that are not decided. */
  readonly disputed: Rupiah;
  readonly isVoided: boolean;
};

/** What of the child's own money a refund or a dispute may still reach [L11]. */
export function refundableToChild(sale: SaleMoney): Rupiah {
  if (sale.isVoided) return rupiah(0);
  return subtractRupiah(sale.covered, addRupiah(sale.refundedToChild, sale.disputed));
}

function refundableToOther(sale: SaleMoney): Rupiah {
  if (sale.isVoided) return rupiah(0);
  return subtractRupiah(subtractRupiah(sale.amount, sale.covered), sale.refundedToOther);
}

/**
 * How a refund is shared, or null when it is more than what is left of the sale: refunds, disputes and voids together
 * never exceed it [L11]. The child comes first.
 */
export function shareRefund(
  sale: SaleMoney,
  amount: Rupiah,
): { readonly toChild: Rupiah; readonly toOther: Rupiah } | null {
  const child = refundableToChild(sale);
  if (amount === 0 || amount > addRupiah(child, refundableToOther(sale))) return null;
  const toChild = minRupiah(amount, child);
  return { toChild, toOther: subtractRupiah(amount, toChild) };
}

/** A sale of which nothing was given back may be voided; a dispute then ends for the stall. */
export function isVoidable(sale: SaleMoney): boolean {
  return !sale.isVoided && sale.refundedToChild === 0 && sale.refundedToOther === 0;
}

/** What of a held amount may still go to the child: nothing more than the sale has left without this dispute. */
export function disputeToChildMax(sale: SaleMoney, held: Rupiah): Rupiah {
  const others = subtractRupiah(sale.disputed, held);
  return minRupiah(held, refundableToChild({ ...sale, disputed: others }));
}
