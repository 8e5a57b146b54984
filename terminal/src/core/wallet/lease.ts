import {
  addRupiah,
  assert,
  rupiah,
  subtractRupiah,
  type LeaseId,
  type Purse,
  type Rupiah,
  type SchoolDay,
  type StudentId,
} from "@saku/protocol";

/**
 * Money that the ledger moved to this terminal before it may be spent (money-and-sync §5). `closed` leases are never
 * spent again; they stay to answer a late void.
 */
export type Lease = {
  readonly lease: LeaseId;
  readonly student: StudentId;
  readonly purse: Purse;
  readonly day: SchoolDay;
  readonly amount: Rupiah;
  readonly spent: Rupiah;
  readonly returned: Rupiah;
  readonly state: "active" | "closed";
};

export type LeaseGrant = Pick<Lease, "lease" | "student" | "purse" | "day" | "amount">;

/** What is left: granted − spent − returned. Negative is a bug of ours (I3). */
export function leftOf(lease: Lease): Rupiah {
  return rupiah(lease.amount - lease.spent - lease.returned);
}

export function acceptLease(grant: LeaseGrant): Lease {
  return { ...grant, spent: rupiah(0), returned: rupiah(0), state: "active" };
}

/** Takes `amount` from an active lease. */
export function spendLease(lease: Lease, amount: Rupiah): Lease {
  assert(lease.state === "active", "A closed lease was spent");
  assert(amount <= leftOf(lease), "A lease was spent beyond what is left of it");
  return { ...lease, spent: addRupiah(lease.spent, amount) };
}

/** Puts a voided spend back; a closed lease has then something left again and must be returned (W10). */
export function restoreLease(lease: Lease, amount: Rupiah): Lease {
  return { ...lease, spent: subtractRupiah(lease.spent, amount) };
}

/** Gives back what is left and closes: the amount belongs into the signed `lease-return`. */
export function returnLease(lease: Lease): { readonly lease: Lease; readonly amount: Rupiah } {
  const amount = leftOf(lease);
  return {
    lease: { ...lease, returned: addRupiah(lease.returned, amount), state: "closed" },
    amount,
  };
}
