import { rupiah, toHex, type LeaseId, type Rupiah } from "@saku/protocol";
import { postingDay } from "../ledger/period.ts";
import { isVoidable } from "../ledger/refund.ts";
import { leaseReturn, sale, voidSale } from "../ledger/recipes.ts";
import { acceptLease, restoreLease, returnLease, spendLease, type Lease } from "../leases/lease.ts";
import type { Anomaly } from "./books.ts";
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

function bookSale({ books, id, day }: Context, body: Of<"sale">): Booking {
  const leases = new Map<LeaseId, Lease>();
  const covered: { lease: LeaseId; amount: Rupiah }[] = [];
  let anomaly: Anomaly | null = null;
  for (const spend of body.spends) {
    const lease = leases.get(spend.lease) ?? books.leases.get(spend.lease);
    if (lease === undefined || lease.device !== books.device) {
      anomaly = "unknown-lease";
      continue;
    }
    if (lease.student !== body.student || lease.purse !== body.purse) {
      anomaly = "foreign-lease";
      continue;
    }
    const { lease: next, taken } = spendLease(lease, spend.amount);
    leases.set(lease.lease, next);
    if (taken > 0) covered.push({ lease: lease.lease, amount: taken });
    if (taken < spend.amount) anomaly = "lease-short";
  }
  const isKnown = books.merchants.has(body.merchant);
  const merchant = isKnown ? body.merchant : books.merchant;
  const coveredTotal = totalOf(covered);
  const uncovered = rupiah(body.amount - coveredTotal);
  return {
    ...quiet,
    verdict: uncovered > 0 ? "suspense" : "booked",
    anomaly: anomaly ?? (isKnown ? null : "unknown-merchant"),
    journal: sale({
      event: id,
      device: books.device,
      student: body.student,
      merchant,
      covered: coveredTotal,
      uncovered,
      day,
    }),
    leases: [...leases.values()],
    sale: {
      event: id,
      device: books.device,
      student: body.student,
      merchant,
      amount: body.amount,
      covered,
      ...UNTOUCHED,
    },
    student: body.student,
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
  const isAgreed = given === body.amount && next.state === "closed";
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

/** Books one verified, gapless event. Never refuses: what contradicts the books is kept as an anomaly [N5] [N6]. */
export function bookEvent(known: Omit<Context, "day">): Booking {
  const { body, day } = known.event;
  const context = { ...known, day: postingDay(day, known.books.sealedThrough) };
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
    case "grant-accept":
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
