import { toHex, rupiah } from "@saku/protocol";
import { cashIn } from "../ledger/office-recipes.ts";
import { shareRefund } from "../ledger/refund.ts";
import { emergencySale, refund, type Occasion } from "../ledger/stall-recipes.ts";
import {
  odd,
  quiet,
  saleMoney,
  UNTOUCHED,
  type Booking,
  type Context,
  type Of,
} from "./outcome.ts";

const occasionOf = ({ books, id, day }: Context): Occasion => ({
  cause: { kind: "event", id },
  day,
  actor: books.device,
});

/** Money of a stall's sale goes back; more than is left of the sale moves nothing and is for a human [L11]. */
export function bookRefund(context: Context, body: Of<"refund">): Booking {
  const { books } = context;
  const of = books.sales.get(toHex(body.of));
  if (of === undefined || of.merchant !== books.merchant) return odd("unknown-sale");
  const share = shareRefund(saleMoney(of), body.amount);
  if (share === null) return odd("exceeds-sale", of.student);
  const { device, student, merchant, uncoveredBy } = of;
  return {
    ...quiet,
    verdict: "booked",
    journal: refund(occasionOf(context), { device, student, merchant, uncoveredBy, ...share }),
    sale: {
      ...of,
      refundedToChild: rupiah(of.refundedToChild + share.toChild),
      refundedToOther: rupiah(of.refundedToOther + share.toOther),
    },
    refund: share,
    student,
  };
}

/** The cash lies in the drawer whoever it is for: without a child that the school knows it waits in suspense [L13]. */
export function bookCashIn(context: Context, body: Of<"cash-in">): Booking {
  const { device, students } = context.books;
  const { amount } = body;
  const student = students.has(body.student) ? body.student : null;
  const isKnown = student !== null;
  return {
    ...quiet,
    verdict: isKnown ? "booked" : "suspense",
    anomaly: isKnown ? null : "unknown-student",
    journal: cashIn(occasionOf(context), { device, student, amount }),
    found: isKnown ? null : { source: device, amount },
    student,
  };
}

/** The stall fed a child: it is paid from the reserve, whatever else is wrong with the event [L12]. */
export function bookEmergencySale(context: Context, body: Of<"emergency-sale">): Booking {
  const { books, id } = context;
  const { student, amount } = body;
  const isKnown = books.merchants.has(body.merchant);
  const merchant = isKnown ? body.merchant : books.merchant;
  const oddity = isKnown ? null : ("unknown-merchant" as const);
  return {
    ...quiet,
    verdict: "booked",
    anomaly: books.students.has(student) ? oddity : "unknown-student",
    journal: emergencySale(occasionOf(context), { merchant, amount }),
    sale: {
      event: id,
      device: books.device,
      student,
      merchant,
      amount,
      covered: [],
      ...UNTOUCHED,
      uncoveredBy: "reserve",
    },
    student,
  };
}
