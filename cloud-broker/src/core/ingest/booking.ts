import { rupiah, toHex, type LeaseId, type Rupiah } from "@saku/protocol";
import { isDayAhead, postingDay } from "../ledger/period.ts";
import { isVoidable } from "../ledger/refund.ts";
import { leaseReturn, sale, voidSale } from "../ledger/recipes.ts";
import { isEnded } from "../leases/lease-state.ts";
import {
  acceptLease,
  restoreLease,
  returnLease,
  spendLate,
  spendLease,
  type Lease,
} from "../leases/lease.ts";
import type { Anomaly } from "./books.ts";
import { bookGrantAccept, bookSubGrant } from "./hub-booking.ts";
import { bookCashIn, bookEmergencySale, bookRefund } from "./money-booking.ts";
import {
  odd,
  quiet,
  saleMoney,
  totalOf,
  UNTOUCHED,
  type Booking,
  type Context,
  type Of,
} from "./outcome.ts";

export type { Booking } from "./outcome.ts";

type Cover = {
  readonly leases: ReadonlyMap<LeaseId, Lease>;
  readonly covered: readonly { readonly lease: LeaseId; readonly amount: Rupiah }[];
  readonly uncoveredBy: "suspense" | "reserve";
  readonly anomaly: Anomaly | null;
};

function whyNotSpent({ books, event }: Context, body: Of<"sale">, lease: Lease | undefined) {
  if (lease === undefined || lease.device !== books.device) return "unknown-lease";
  if (lease.student !== body.student || lease.purse !== body.purse) return "foreign-lease";
  return lease.day === event.day ? null : "expired-lease";
}

/**
 * What leases pay of a sale. What the child got back already is the reserve's [G11], all of it or nothing: who bears what no
 * lease covered is one word, and a doubt belongs to a human.
 */
function coverSale(context: Context, body: Of<"sale">): Cover {
  const leases = new Map<LeaseId, Lease>();
  const late = new Map<LeaseId, Lease>();
  const covered: { lease: LeaseId; amount: Rupiah }[] = [];
  let anomaly: Anomaly | null = null;
  for (const spend of body.spends) {
    const lease = leases.get(spend.lease) ?? context.books.leases.get(spend.lease);
    const reason = whyNotSpent(context, body, lease);
    if (lease === undefined || reason !== null) {
      anomaly = reason;
      continue;
    }
    const { lease: next, taken } = spendLease(lease, spend.amount);
    leases.set(lease.lease, next);
    if (taken > 0) covered.push({ lease: lease.lease, amount: taken });
    const missing = rupiah(spend.amount - taken);
    if (missing === 0) continue;
    const { lease: last, taken: back } = spendLate(next, missing);
    if (back === missing) late.set(lease.lease, last);
    else anomaly = "lease-short";
  }
  if (anomaly !== null || late.size === 0)
    return { leases, covered, uncoveredBy: "suspense", anomaly };
  for (const [id, lease] of late) leases.set(id, lease);
  return { leases, covered, uncoveredBy: "reserve", anomaly: "written-off" };
}

function bookSale(context: Context, body: Of<"sale">): Booking {
  const { books, id, day } = context;
  const { leases, covered, uncoveredBy, anomaly } = coverSale(context, body);
  const isKnown = books.merchants.has(body.merchant);
  const merchant = isKnown ? body.merchant : books.merchant;
  const coveredTotal = totalOf(covered);
  const uncovered = rupiah(body.amount - coveredTotal);
  const { student, amount } = body;
  const { device } = books;
  return {
    ...quiet,
    verdict: uncovered > 0 && uncoveredBy === "suspense" ? "suspense" : "booked",
    anomaly: anomaly ?? (isKnown ? null : "unknown-merchant"),
    journal: sale({
      event: id,
      device,
      student,
      merchant,
      covered: coveredTotal,
      uncovered,
      uncoveredBy,
      day,
    }),
    leases: [...leases.values()],
    sale: { ...UNTOUCHED, event: id, device, student, merchant, amount, covered, uncoveredBy },
    student,
  };
}

function bookVoid({ books, id, day }: Context, body: Of<"void">): Booking {
  const of = books.sales.get(toHex(body.of));
  if (of === undefined || of.device !== books.device) return odd("unknown-sale");
  if (of.voidedBy !== null) return odd("already-voided", of.student);
  if (of.amount !== body.amount) return odd("amount-differs", of.student);
  if (!isVoidable(saleMoney(of))) return odd("exceeds-sale", of.student);
  const leases = new Map<LeaseId, Lease>();
  for (const part of of.covered) {
    const lease = leases.get(part.lease) ?? books.leases.get(part.lease);
    if (lease === undefined) return odd("unknown-lease", of.student);
    leases.set(part.lease, restoreLease(lease, part.amount));
  }
  const covered = totalOf(of.covered);
  return {
    ...quiet,
    verdict: "booked",
    journal: voidSale({
      event: id,
      device: books.device,
      student: of.student,
      merchant: of.merchant,
      covered,
      uncovered: rupiah(of.amount - covered),
      uncoveredBy: of.uncoveredBy,
      day,
    }),
    leases: [...leases.values()],
    sale: { ...of, voidedBy: id },
    student: of.student,
  };
}

function bookReturn({ books, id, day }: Context, body: Of<"lease-return">): Booking {
  const lease = books.leases.get(body.lease);
  if (lease === undefined || lease.device !== books.device) return odd("unknown-lease");
  const { lease: next, given } = returnLease(lease, body.amount);
  const journal =
    given === 0
      ? null
      : leaseReturn({
          event: id,
          device: books.device,
          student: lease.student,
          amount: given,
          day,
          actor: books.device,
        });
  // A terminal returns all it has: less than it says, or something left, means that the two do not agree.
  const late = body.amount - given;
  const isLate = next.state === "written-off" && late > 0 && late <= next.writtenOff - next.late;
  const isAgreed = isLate || (given === body.amount && isEnded(next.state));
  return {
    ...quiet,
    verdict: isAgreed ? (journal === null ? "noted" : "booked") : "anomaly",
    anomaly: isAgreed ? null : "amount-differs",
    journal,
    leases: [next],
    student: lease.student,
  };
}

function bookAccept({ books }: Context, body: Of<"lease-accept">): Booking {
  const lease = books.leases.get(body.lease);
  if (lease === undefined || lease.device !== books.device) return odd("unknown-lease");
  if (lease.amount !== body.amount) return odd("amount-differs", lease.student);
  return { ...quiet, leases: [acceptLease(lease)], student: lease.student };
}

/** A day that has not come explains why its leases do not fit; every other contradiction keeps its own name [L19]. */
const flagged = (booking: Booking): Booking =>
  booking.anomaly === null || booking.anomaly === "expired-lease"
    ? { ...booking, anomaly: "day-ahead" }
    : booking;

/** Books one verified, gapless event. Never refuses: what contradicts the books is kept as an anomaly [N5] [N6]. */
export function bookEvent(known: Omit<Context, "day">): Booking {
  const { day } = known.event;
  const { today, sealedThrough } = known.books;
  const isAhead = isDayAhead(day, today);
  const booking = bookBody({ ...known, day: postingDay(isAhead ? today : day, sealedThrough) });
  return isAhead ? flagged(booking) : booking;
}

function bookBody(context: Context): Booking {
  const { body } = context.event;
  switch (body.type) {
    case "sale":
      return bookSale(context, body);
    case "void":
      return bookVoid(context, body);
    case "lease-return":
      return bookReturn(context, body);
    case "lease-accept":
      return bookAccept(context, body);
    case "enrol":
    case "erase-receipt":
      return { ...quiet, student: body.student };
    case "refund":
      return bookRefund(context, body);
    case "cash-in":
      return bookCashIn(context, body);
    case "emergency-sale":
      return bookEmergencySale(context, body);
    case "sub-grant":
      return bookSubGrant(context, body);
    case "grant-accept":
      return bookGrantAccept(context, body);
    case "operator-on":
    case "operator-off":
    case "key-rotate":
    case "end":
    case "boot":
    case "day-open":
    case "day-close":
    case "clock-set":
      return quiet;
  }
}
