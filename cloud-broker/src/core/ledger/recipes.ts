import {
  addRupiah,
  type DeviceId,
  type LeaseId,
  type MerchantId,
  type Rupiah,
  type SchoolDay,
  type StudentId,
} from "@saku/protocol";
import {
  cashAccount,
  escrowAccount,
  merchantAccount,
  reserveAccount,
  studentAccount,
  suspenseAccount,
  type Account,
} from "./account.ts";
import { credit, debit, journalDraft, type JournalDraft } from "./journal.ts";

/** Cash counted at the office becomes the child's money: cash → student. */
export function topUpCash(input: {
  readonly order: string;
  readonly student: StudentId;
  readonly amount: Rupiah;
  readonly day: SchoolDay;
  readonly actor: string;
}): JournalDraft {
  return journalDraft({
    cause: { kind: "top-up", id: input.order },
    recipe: "top-up-cash",
    day: input.day,
    actor: input.actor,
    postings: [
      debit(cashAccount, input.amount),
      credit(studentAccount(input.student), input.amount),
    ],
  });
}

export type LeaseMove = {
  readonly device: DeviceId;
  readonly student: StudentId;
  readonly amount: Rupiah;
  readonly day: SchoolDay;
  readonly actor: string;
};

/** Money is reserved before a terminal may spend it: student → escrow. */
export function leaseGrant(input: LeaseMove & { readonly lease: LeaseId }): JournalDraft {
  return journalDraft({
    cause: { kind: "grant", id: input.lease },
    recipe: "lease-grant",
    day: input.day,
    actor: input.actor,
    postings: [
      debit(studentAccount(input.student), input.amount),
      credit(escrowAccount(input.device, input.student), input.amount),
    ],
  });
}

/** A terminal's signed return: escrow → student. */
export function leaseReturn(input: LeaseMove & { readonly event: string }): JournalDraft {
  return journalDraft({
    cause: { kind: "event", id: input.event },
    recipe: "lease-return",
    day: input.day,
    actor: input.actor,
    postings: [
      debit(escrowAccount(input.device, input.student), input.amount),
      credit(studentAccount(input.student), input.amount),
    ],
  });
}

export type SaleMove = {
  readonly event: string;
  readonly device: DeviceId;
  readonly student: StudentId;
  readonly merchant: MerchantId;
  /** Paid by leases of this child on this terminal. */
  readonly covered: Rupiah;
  /** Sold beyond them. */
  readonly uncovered: Rupiah;
  readonly day: SchoolDay;
};

/**
 * What leases cover comes from the child's escrow, the rest from suspense, or from the reserve when the child got it back
 * before [G11]: the stall is paid in every case [L6].
 */
export function sale(
  input: SaleMove & { readonly uncoveredBy?: "suspense" | "reserve" },
): JournalDraft {
  const isReserved = input.uncoveredBy === "reserve";
  return journalDraft({
    cause: { kind: "event", id: input.event },
    recipe: "sale",
    day: input.day,
    actor: input.device,
    postings: [
      debit(escrowAccount(input.device, input.student), input.covered),
      debit(isReserved ? reserveAccount : suspenseAccount(input.device), input.uncovered),
      credit(merchantAccount(input.merchant), addRupiah(input.covered, input.uncovered)),
    ],
  });
}

/** Who bears what no lease covered: nobody yet, the school, or the stall itself. */
export type UncoveredBy = "suspense" | "reserve" | "merchant";

/** Where money goes back to that no lease covered. */
export function uncoveredAccount(
  sale: Pick<SaleMove, "device" | "merchant"> & { readonly uncoveredBy: UncoveredBy },
): Account {
  switch (sale.uncoveredBy) {
    case "suspense":
      return suspenseAccount(sale.device);
    case "reserve":
      return reserveAccount;
    case "merchant":
      return merchantAccount(sale.merchant);
  }
}

/** The whole of a sale back to where it came from [L7]. */
export function voidSale(input: SaleMove & { readonly uncoveredBy: UncoveredBy }): JournalDraft {
  return journalDraft({
    cause: { kind: "event", id: input.event },
    recipe: "void",
    day: input.day,
    actor: input.device,
    postings: [
      debit(merchantAccount(input.merchant), addRupiah(input.covered, input.uncovered)),
      credit(escrowAccount(input.device, input.student), input.covered),
      credit(uncoveredAccount(input), input.uncovered),
    ],
  });
}
