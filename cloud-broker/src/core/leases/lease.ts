import {
  addRupiah,
  minRupiah,
  rupiah,
  subtractRupiah,
  type DeviceId,
  type LeaseId,
  type Purse,
  type Rupiah,
  type SchoolDay,
  type StudentId,
} from "@saku/protocol";

/** Money of one child that one terminal may spend, for one purse on one school day. */
export type Lease = {
  readonly lease: LeaseId;
  readonly device: DeviceId;
  readonly student: StudentId;
  readonly purse: Purse;
  readonly day: SchoolDay;
  readonly amount: Rupiah;
  readonly spent: Rupiah;
  readonly returned: Rupiah;
  /** `granted` until the terminal has it on disk, `active` while something is left, then `closed`. */
  readonly state: "granted" | "active" | "closed";
};

/** What the terminal may still spend or return; never negative [G1]. */
export function remainingOf(lease: Lease): Rupiah {
  return subtractRupiah(lease.amount, addRupiah(lease.spent, lease.returned));
}

export function acceptLease(lease: Lease): Lease {
  return lease.state === "granted" ? { ...lease, state: "active" } : lease;
}

/** Takes as much of `amount` as is left, and says how much that was [G1]. */
export function spendLease(
  lease: Lease,
  amount: Rupiah,
): { readonly lease: Lease; readonly taken: Rupiah } {
  const taken = minRupiah(amount, remainingOf(lease));
  return { lease: { ...acceptLease(lease), spent: addRupiah(lease.spent, taken) }, taken };
}

/** Puts a voided spend back; a lease that was closed lives again until its next return [G2]. */
export function restoreLease(lease: Lease, amount: Rupiah): Lease {
  return { ...lease, state: "active", spent: subtractRupiah(lease.spent, amount) };
}

/** Gives back as much of `amount` as is left; the lease closes when nothing is left [G2]. */
export function returnLease(
  lease: Lease,
  amount: Rupiah,
): { readonly lease: Lease; readonly given: Rupiah } {
  const given = minRupiah(amount, remainingOf(lease));
  const next: Lease = { ...acceptLease(lease), returned: addRupiah(lease.returned, given) };
  return {
    lease: remainingOf(next) === 0 ? { ...next, state: "closed" } : next,
    given,
  };
}

/** What a lease takes out of its day's limit: all of it but what came back [G3]. */
export function limitUseOf(lease: Lease): Rupiah {
  return subtractRupiah(lease.amount, lease.returned);
}

/** What is left of a child's daily limit; null = no limit binds this purse [G3]. */
export function limitLeft(
  limit: Rupiah | null,
  purse: Purse,
  leasesOfDay: readonly Lease[],
): Rupiah | null {
  if (limit === null || purse !== "snack") return null;
  const used = leasesOfDay
    .filter((lease) => lease.purse === purse)
    .reduce<number>((sum, lease) => sum + limitUseOf(lease), 0);
  return rupiah(Math.max(0, limit - used));
}
