import {
  addRupiah,
  minRupiah,
  subtractRupiah,
  type Purse,
  type Rupiah,
  type SchoolDay,
  type Spend,
  type StudentId,
} from "@saku/protocol";
import { leftOf, type Lease } from "./lease.ts";

/** Most leases that one sale may draw on (the protocol's limit on `spends`). */
export const SPENDS_MAX = 8;

export type Want = {
  readonly student: StudentId;
  readonly purse: Purse;
  readonly day: SchoolDay;
  readonly amount: Rupiah;
};

export type Payment =
  | { readonly kind: "covered"; readonly spends: readonly Spend[] }
  | { readonly kind: "short"; readonly missing: Rupiah };

/** Leases that may pay: the oldest eight, or the eight largest when those reach further than the oldest (W7). */
function payingLeases(leases: readonly Lease[], want: Want): readonly Lease[] {
  const usable = leases.filter(
    (lease) =>
      lease.state === "active" &&
      lease.student === want.student &&
      lease.purse === want.purse &&
      lease.day === want.day &&
      leftOf(lease) > 0,
  );
  const oldest = usable.slice(0, SPENDS_MAX);
  if (usable.length <= SPENDS_MAX || sumLeft(oldest) >= want.amount) return oldest;
  return usable.toSorted((a, b) => leftOf(b) - leftOf(a)).slice(0, SPENDS_MAX);
}

function sumLeft(leases: readonly Lease[]): Rupiah {
  return addRupiah(...leases.map(leftOf));
}

/** Which leases pay how much; the same choice for a sale here and for what the hub passes on (W6, W7). */
export function choosePayment(leases: readonly Lease[], want: Want): Payment {
  const paying = payingLeases(leases, want);
  const held = sumLeft(paying);
  if (held < want.amount) return { kind: "short", missing: subtractRupiah(want.amount, held) };
  const spends: Spend[] = [];
  let open = want.amount;
  for (const lease of paying) {
    if (open === 0) break;
    const amount = minRupiah(open, leftOf(lease));
    spends.push({ lease: lease.lease, amount });
    open = subtractRupiah(open, amount);
  }
  return { kind: "covered", spends };
}
