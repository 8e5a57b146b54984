import {
  addRupiah,
  rupiah,
  toHex,
  type EventBody,
  type LeaseId,
  type Rupiah,
  type SakuEvent,
  type StudentId,
} from "@saku/protocol";
import type { JournalDraft } from "../ledger/journal.ts";
import { leaseReturn, sale, voidSale } from "../ledger/recipes.ts";
import { acceptLease, restoreLease, returnLease, spendLease, type Lease } from "../leases/lease.ts";
import type { Anomaly, BookedSale, Books, Verdict } from "./books.ts";

/** What one event does to the books. */
export type Booking = {
  readonly verdict: Verdict;
  readonly anomaly: Anomaly | null;
  readonly journal: JournalDraft | null;
  readonly leases: readonly Lease[];
  readonly sale: BookedSale | null;
  /** The child whose page changes. */
  readonly student: StudentId | null;
};

const quiet: Booking = {
  verdict: "noted",
  anomaly: null,
  journal: null,
  leases: [],
  sale: null,
  student: null,
};
const odd = (anomaly: Anomaly, student: StudentId | null = null): Booking => ({
  ...quiet,
  verdict: "anomaly",
  anomaly,
  student,
});

type Of<Type extends EventBody["type"]> = Extract<EventBody, { type: Type }>;
type Context = { readonly books: Books; readonly event: SakuEvent; readonly id: string };

const total = (parts: readonly { readonly amount: Rupiah }[]): Rupiah =>
  addRupiah(...parts.map((part) => part.amount));

function bookSale({ books, event, id }: Context, body: Of<"sale">): Booking {
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
  const coveredTotal = total(covered);
  const uncovered = rupiah(body.amount - coveredTotal);
  return {
    verdict: uncovered > 0 ? "suspense" : "booked",
    anomaly: anomaly ?? (isKnown ? null : "unknown-merchant"),
    journal: sale({
      event: id,
      device: books.device,
      student: body.student,
      merchant,
      covered: coveredTotal,
      uncovered,
      day: event.day,
    }),
    leases: [...leases.values()],
    sale: {
      event: id,
      student: body.student,
      merchant,
      amount: body.amount,
      covered,
      voidedBy: null,
    },
    student: body.student,
  };
}

function bookVoid({ books, event, id }: Context, body: Of<"void">): Booking {
  const of = books.sales.get(toHex(body.of));
  if (of === undefined) return odd("unknown-sale");
  if (of.voidedBy !== null) return odd("already-voided", of.student);
  if (of.amount !== body.amount) return odd("amount-differs", of.student);
  const leases = new Map<LeaseId, Lease>();
  for (const part of of.covered) {
    const lease = leases.get(part.lease) ?? books.leases.get(part.lease);
    if (lease === undefined) return odd("unknown-lease", of.student);
    leases.set(part.lease, restoreLease(lease, part.amount));
  }
  const covered = total(of.covered);
  return {
    verdict: "booked",
    anomaly: null,
    journal: voidSale({
      event: id,
      device: books.device,
      student: of.student,
      merchant: of.merchant,
      covered,
      uncovered: rupiah(of.amount - covered),
      day: event.day,
    }),
    leases: [...leases.values()],
    sale: { ...of, voidedBy: id },
    student: of.student,
  };
}

function bookReturn({ books, event, id }: Context, body: Of<"lease-return">): Booking {
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
          day: event.day,
          actor: books.device,
        });
  // A terminal returns all it has: less than it says, or something left, means that the two do not agree.
  const isAgreed = given === body.amount && next.state === "closed";
  return {
    verdict: isAgreed ? (journal === null ? "noted" : "booked") : "anomaly",
    anomaly: isAgreed ? null : "amount-differs",
    journal,
    leases: [next],
    sale: null,
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
export function bookEvent(context: Context): Booking {
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
    case "cash-in":
    case "emergency-sale":
    case "refund":
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
