import { addRupiah, rupiah, type DeviceId, type Rupiah, type StudentId } from "@saku/protocol";
import {
  bankAccount,
  cashAccount,
  clearingAccount,
  differenceAccount,
  drawerAccount,
  feesAccount,
  foundAccount,
  reserveAccount,
  studentAccount,
  unclaimedAccount,
  type Account,
  type Provider,
} from "./account.ts";
import { credit, debit, journalDraft, type JournalDraft, type Recipe } from "./journal.ts";
import type { Occasion } from "./stall-recipes.ts";

function move(
  occasion: Occasion,
  recipe: Recipe,
  parts: { readonly from: Account; readonly to: Account; readonly amount: Rupiah },
): JournalDraft {
  const { from, to, amount } = parts;
  return journalDraft({ ...occasion, recipe, postings: [debit(to, amount), credit(from, amount)] });
}

/** Cash taken to the bank. */
export function deposit(occasion: Occasion, amount: Rupiah): JournalDraft {
  return move(occasion, "deposit", { from: cashAccount, to: bankAccount, amount });
}

/** A child takes money back in cash: student → cash. */
export function withdrawal(
  occasion: Occasion,
  taken: { readonly student: StudentId; readonly amount: Rupiah },
): JournalDraft {
  return journalDraft({
    ...occasion,
    recipe: "withdrawal",
    postings: [
      debit(studentAccount(taken.student), taken.amount),
      credit(cashAccount, taken.amount),
    ],
  });
}

/** The school puts money of its own aside for losses and hungry children. */
export function reserveFunding(
  occasion: Occasion,
  funding: { readonly amount: Rupiah; readonly into: "cash" | "bank" },
): JournalDraft {
  const to = funding.into === "cash" ? cashAccount : bankAccount;
  return move(occasion, "reserve-funding", { from: reserveAccount, to, amount: funding.amount });
}

/** What the bank took. */
export function bankFee(occasion: Occasion, amount: Rupiah): JournalDraft {
  return move(occasion, "bank-fee", { from: bankAccount, to: feesAccount, amount });
}

/** Cash that a child handed in at a terminal; of a child that the school does not know it waits in suspense [L13]. */
export function cashIn(
  occasion: Occasion,
  paid: { readonly device: DeviceId; readonly student: StudentId | null; readonly amount: Rupiah },
): JournalDraft {
  const { device, student, amount } = paid;
  const from = student === null ? foundAccount(device) : studentAccount(student);
  return move(occasion, "cash-in", { from, to: drawerAccount(device), amount });
}

/** Money that a provider took in for a child, or for an order that nobody knows [L13]. */
export function payment(
  occasion: Occasion,
  paid: {
    readonly provider: Provider;
    readonly student: StudentId | null;
    readonly amount: Rupiah;
  },
): JournalDraft {
  const { provider, student, amount } = paid;
  const from = student === null ? foundAccount(provider) : studentAccount(student);
  return move(occasion, "payment", { from, to: clearingAccount(provider), amount });
}

/** A provider pays out what it collected, less what it keeps. */
export function payout(
  occasion: Occasion,
  paid: { readonly provider: Provider; readonly net: Rupiah; readonly fee: Rupiah },
): JournalDraft {
  return journalDraft({
    ...occasion,
    recipe: "payout",
    postings: [
      debit(bankAccount, paid.net),
      debit(feesAccount, paid.fee),
      credit(clearingAccount(paid.provider), addRupiah(paid.net, paid.fee)),
    ],
  });
}

/** Money without an owner finds its child, or is kept for whoever comes: never income [L13]. */
export function foundDecision(
  occasion: Occasion,
  found: {
    readonly source: string;
    readonly student: StudentId | null;
    readonly amount: Rupiah;
  },
): JournalDraft {
  const { source, student, amount } = found;
  const to = student === null ? unclaimedAccount : studentAccount(student);
  return journalDraft({
    ...occasion,
    recipe: "found-decision",
    postings: [debit(foundAccount(source), amount), credit(to, amount)],
  });
}

export type CashCount = {
  /** The terminal whose drawer was emptied into the cash box; null = the cash box itself was counted. */
  readonly drawer: DeviceId | null;
  /** What the books said. */
  readonly expected: Rupiah;
  readonly counted: Rupiah;
};

/**
 * A count makes the books say what lies there [L15]: a drawer's cash moves to the cash box, and what is more or less than
 * expected goes to the account of differences. Null when there is nothing to move.
 */
export function cashCount(occasion: Occasion, count: CashCount): JournalDraft | null {
  const { drawer, expected, counted } = count;
  const short = rupiah(Math.max(0, expected - counted));
  const over = rupiah(Math.max(0, counted - expected));
  const isMoving = drawer === null ? expected !== counted : expected + counted > 0;
  if (!isMoving) return null;
  const found = drawer === null ? over : counted;
  const gone = drawer === null ? short : expected;
  return journalDraft({
    ...occasion,
    recipe: "cash-count",
    postings: [
      debit(cashAccount, found),
      debit(differenceAccount, short),
      credit(drawer === null ? cashAccount : drawerAccount(drawer), gone),
      credit(differenceAccount, over),
    ],
  });
}
