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
import type { LeaseState } from "./lease-state.ts";

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
  /** Part of `spent` that a hub passed on to other terminals: leases of their own answer for it [H12]. */
  readonly passed: Rupiah;
  /** Part of `returned` that the child got back without the terminal's word [G11]. */
  readonly writtenOff: Rupiah;
  /** What the reserve has paid since for sales of the part that was written off. */
  readonly late: Rupiah;
  readonly state: LeaseState;
  /** The hub's event that made it; null = granted by the cloud. */
  readonly origin: LeaseOrigin | null;
};

export type LeaseOrigin = {
  readonly hub: DeviceId;
  /** Id of the hub's event, hexadecimal. */
  readonly event: string;
};

const ZERO = rupiah(0);

/** A lease as it is granted. */
export function newLease(
  grant: Pick<Lease, "lease" | "device" | "student" | "purse" | "day" | "amount">,
  origin: LeaseOrigin | null = null,
): Lease {
  const untouched = { spent: ZERO, returned: ZERO, passed: ZERO, writtenOff: ZERO, late: ZERO };
  return { ...grant, ...untouched, state: "granted", origin };
}

/** What the terminal may still spend or return; never negative [G1]. */
export function remainingOf(lease: Lease): Rupiah {
  return subtractRupiah(lease.amount, addRupiah(lease.spent, lease.returned));
}

export function acceptLease(lease: Lease): Lease {
  return lease.state === "granted" ? { ...lease, state: "active" } : lease;
}

/** After a spend or a void: states that only the terminal's life decides; the others stay what they are. */
function moved(lease: Lease): Lease {
  if (lease.state !== "active" && lease.state !== "drained") return lease;
  return { ...lease, state: remainingOf(lease) === 0 ? "drained" : "active" };
}

/** Takes as much of `amount` as is left, and says how much that was [G1]. */
export function spendLease(
  lease: Lease,
  amount: Rupiah,
): { readonly lease: Lease; readonly taken: Rupiah } {
  const taken = minRupiah(amount, remainingOf(lease));
  return { lease: moved({ ...acceptLease(lease), spent: addRupiah(lease.spent, taken) }), taken };
}

/** A hub passes on as much of `amount` as is left [H12]. */
export function passLease(
  lease: Lease,
  amount: Rupiah,
): { readonly lease: Lease; readonly taken: Rupiah } {
  const { lease: next, taken } = spendLease(lease, amount);
  return { lease: { ...next, passed: addRupiah(next.passed, taken) }, taken };
}

/** What of `amount` the reserve pays because the child got it back already, once [G11]. */
export function spendLate(
  lease: Lease,
  amount: Rupiah,
): { readonly lease: Lease; readonly taken: Rupiah } {
  const taken = minRupiah(amount, subtractRupiah(lease.writtenOff, lease.late));
  return { lease: { ...lease, late: addRupiah(lease.late, taken) }, taken };
}

/** Puts a voided spend back; a lease that was closed lives again until its next return [G2]. */
export function restoreLease(lease: Lease, amount: Rupiah): Lease {
  const spent = subtractRupiah(lease.spent, amount);
  const isLiving = lease.state === "expiring" || lease.state === "lost";
  const state = isLiving || lease.state === "written-off" ? lease.state : "active";
  return { ...lease, state, spent };
}

/** Gives back as much of `amount` as is left; the lease closes when nothing is left [G2]. */
export function returnLease(
  lease: Lease,
  amount: Rupiah,
): { readonly lease: Lease; readonly given: Rupiah } {
  const given = minRupiah(amount, remainingOf(lease));
  const next: Lease = { ...acceptLease(lease), returned: addRupiah(lease.returned, given) };
  if (remainingOf(next) > 0 || next.state === "written-off") return { lease: next, given };
  return { lease: { ...next, state: next.returned > 0 ? "returned" : "closed" }, given };
}

/** The child gets back what is left although the terminal has not said so [G11]. */
export function writeOffLease(lease: Lease): { readonly lease: Lease; readonly given: Rupiah } {
  const given = remainingOf(lease);
  return {
    lease: {
      ...lease,
      returned: addRupiah(lease.returned, given),
      writtenOff: given,
      state: "written-off",
    },
    given,
  };
}

/** What a lease takes out of its day's limit: all of it but what came back or went on as another lease [G3]. */
export function limitUseOf(lease: Lease): Rupiah {
  return subtractRupiah(lease.amount, addRupiah(lease.returned, lease.passed));
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
