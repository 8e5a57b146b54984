import {
  addRupiah,
  type DeviceId,
  type MerchantId,
  type Rupiah,
  type SchoolDay,
  type StudentId,
} from "@saku/protocol";
import {
  bankAccount,
  cashAccount,
  heldAccount,
  merchantAccount,
  reserveAccount,
  studentAccount,
  suspenseAccount,
} from "./account.ts";
import { credit, debit, journalDraft, type Cause, type JournalDraft } from "./journal.ts";
import { uncoveredAccount, type UncoveredBy } from "./recipes.ts";

/** Who orders, why and on which day: the same for every recipe of the office. */
export type Occasion = {
  readonly cause: Cause;
  readonly day: SchoolDay;
  readonly actor: string;
};

/** A hungry child eats and the school's reserve pays: no child's account is touched [L12]. */
export function emergencySale(
  occasion: Occasion,
  sale: { readonly merchant: MerchantId; readonly amount: Rupiah },
): JournalDraft {
  return journalDraft({
    ...occasion,
    recipe: "emergency-sale",
    postings: [
      debit(reserveAccount, sale.amount),
      credit(merchantAccount(sale.merchant), sale.amount),
    ],
  });
}

export type RefundMove = {
  readonly device: DeviceId;
  readonly student: StudentId;
  readonly merchant: MerchantId;
  readonly toChild: Rupiah;
  /** To whoever bore what no lease covered. */
  readonly toOther: Rupiah;
  readonly uncoveredBy: UncoveredBy;
};

/** Part of a sale back from the stall, to the child what it paid and the rest to whoever bore it [L11]. */
export function refund(occasion: Occasion, move: RefundMove): JournalDraft {
  return journalDraft({
    ...occasion,
    recipe: "refund",
    postings: [
      debit(merchantAccount(move.merchant), addRupiah(move.toChild, move.toOther)),
      credit(studentAccount(move.student), move.toChild),
      credit(uncoveredAccount(move), move.toOther),
    ],
  });
}

/** The school pays a stall what it owes: merchant → bank or cash [T1]. */
export function settlement(
  occasion: Occasion,
  pay: {
    readonly merchant: MerchantId;
    readonly amount: Rupiah;
    readonly from: "bank" | "cash";
  },
): JournalDraft {
  return journalDraft({
    ...occasion,
    recipe: "settlement",
    postings: [
      debit(merchantAccount(pay.merchant), pay.amount),
      credit(pay.from === "bank" ? bankAccount : cashAccount, pay.amount),
    ],
  });
}

/** The disputed part, and only that, waits apart: merchant → held [T3]. */
export function disputeOpen(
  occasion: Occasion,
  dispute: { readonly merchant: MerchantId; readonly amount: Rupiah },
): JournalDraft {
  return journalDraft({
    ...occasion,
    recipe: "dispute-open",
    postings: [
      debit(merchantAccount(dispute.merchant), dispute.amount),
      credit(heldAccount(dispute.merchant), dispute.amount),
    ],
  });
}

/** Held money goes to the child, back to the stall, or to both [T3]. */
export function disputeDecision(
  occasion: Occasion,
  decision: {
    readonly merchant: MerchantId;
    readonly student: StudentId;
    readonly toChild: Rupiah;
    readonly toStall: Rupiah;
  },
): JournalDraft {
  return journalDraft({
    ...occasion,
    recipe: "dispute-decision",
    postings: [
      debit(heldAccount(decision.merchant), addRupiah(decision.toChild, decision.toStall)),
      credit(studentAccount(decision.student), decision.toChild),
      credit(merchantAccount(decision.merchant), decision.toStall),
    ],
  });
}

/** What a terminal sold beyond its leases is borne by the school or by the stall, never by the child [L6]. */
export function suspenseDecision(
  occasion: Occasion,
  decision: {
    readonly device: DeviceId;
    readonly merchant: MerchantId;
    readonly amount: Rupiah;
    readonly payer: "reserve" | "merchant";
  },
): JournalDraft {
  const { payer, merchant, amount } = decision;
  return journalDraft({
    ...occasion,
    recipe: "suspense-decision",
    postings: [
      debit(payer === "reserve" ? reserveAccount : merchantAccount(merchant), amount),
      credit(suspenseAccount(decision.device), amount),
    ],
  });
}
