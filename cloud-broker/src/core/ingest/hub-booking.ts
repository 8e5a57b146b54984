import { addRupiah, rupiah, type DeviceId, type LeaseId, type Rupiah } from "@saku/protocol";
import { subGrant } from "../ledger/lease-recipes.ts";
import { acceptLease, newLease, passLease, spendLate, type Lease } from "../leases/lease.ts";
import type { Books, SignedGrant } from "./books.ts";
import { odd, quiet, type Booking, type Context, type Of } from "./outcome.ts";

/** What a hub's event takes out of the hub's own leases: as far as they reach, for the right child, purse and day. */
function takeFrom(
  books: Pick<Books, "leases">,
  grant: SignedGrant,
): { readonly leases: readonly Lease[]; readonly covered: Rupiah; readonly late: Rupiah } {
  const leases = new Map<LeaseId, Lease>();
  let covered = rupiah(0);
  let late = rupiah(0);
  for (const spend of grant.body.spends) {
    const lease = leases.get(spend.lease) ?? books.leases.get(spend.lease);
    if (lease === undefined || !isSource(lease, grant)) continue;
    const { lease: passed, taken } = passLease(lease, spend.amount);
    const { lease: last, taken: back } = spendLate(passed, rupiah(spend.amount - taken));
    leases.set(lease.lease, last);
    covered = addRupiah(covered, taken);
    late = addRupiah(late, back);
  }
  return { leases: [...leases.values()], covered, late };
}

/** Do the hub's leases reach for it now, as far as these books know them? [BK9] */
export function isCovered(books: Pick<Books, "leases">, grant: SignedGrant): boolean {
  const { covered, late } = takeFrom(books, grant);
  return addRupiah(covered, late) === grant.body.amount;
}

function isSource(lease: Lease, { hub, day, body }: SignedGrant): boolean {
  return (
    lease.device === hub &&
    lease.student === body.student &&
    lease.purse === body.purse &&
    lease.day === day
  );
}

/** The lease that a hub's event makes, whichever chain tells it first, once [H12] [H13]. */
function bookGrant(context: Context, grant: SignedGrant, actor: DeviceId): Booking {
  const { books } = context;
  const { lease, to, student, purse, amount } = grant.body;
  const before = books.leases.get(lease);
  if (before !== undefined)
    return before.origin?.event === grant.event ? { ...quiet, student } : odd("grant-differs");
  if (!books.devices.has(to)) return odd("unknown-terminal");
  const { leases, covered, late } = takeFrom(books, grant);
  const whole = addRupiah(covered, late);
  if (whole === 0) return odd("lease-short", student);
  const made = newLease(
    { lease, device: to, student, purse, day: grant.day, amount: whole },
    { hub: grant.hub, event: grant.event },
  );
  return {
    ...quiet,
    verdict: whole === amount ? "booked" : "anomaly",
    anomaly: whole === amount ? (late > 0 ? "written-off" : null) : "lease-short",
    journal: subGrant({
      lease,
      student,
      hub: grant.hub,
      to,
      covered,
      late,
      day: context.day,
      actor,
    }),
    leases: [...leases, made],
    student,
  };
}

/** The hub's own chain tells what it passed on. */
export function bookSubGrant(context: Context, body: Of<"sub-grant">): Booking {
  const { books, event, id } = context;
  return bookGrant(context, { hub: books.device, event: id, day: event.day, body }, books.device);
}

/** A stall has the lease on disk, and brings the hub's signed word with it [H13]. */
export function bookGrantAccept(context: Context, body: Of<"grant-accept">): Booking {
  const { books, id } = context;
  const grant = books.grants.get(id);
  if (grant === undefined) return odd("unknown-grant");
  const { lease, to, amount } = grant.body;
  if (to !== books.device || lease !== body.lease || amount !== body.amount)
    return odd("grant-differs");
  const booked = bookGrant(context, grant, books.device);
  const held = booked.leases.find((each) => each.lease === lease) ?? books.leases.get(lease);
  // What could not be booked, or belongs to another story, is not accepted either.
  if (held === undefined || held.origin?.event !== grant.event) return booked;
  const others = booked.leases.filter((each) => each.lease !== lease);
  return { ...booked, leases: [...others, acceptLease(held)] };
}
