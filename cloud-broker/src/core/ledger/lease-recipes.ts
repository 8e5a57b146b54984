import {
  addRupiah,
  type DeviceId,
  type LeaseId,
  type Rupiah,
  type SchoolDay,
  type StudentId,
} from "@saku/protocol";
import { escrowAccount, reserveAccount, studentAccount } from "./account.ts";
import { credit, debit, journalDraft, type JournalDraft } from "./journal.ts";

type LeaseOccasion = {
  readonly lease: LeaseId;
  readonly student: StudentId;
  readonly day: SchoolDay;
  readonly actor: string;
};

/** The hub passes money on: escrow of the hub → escrow of the stall, once for the lease that it makes [H12]. */
export function subGrant(
  input: LeaseOccasion & {
    readonly hub: DeviceId;
    readonly to: DeviceId;
    readonly covered: Rupiah;
    /** What the child had back already from a lost hub [G11]. */
    readonly late: Rupiah;
  },
): JournalDraft {
  const { student, covered, late } = input;
  return journalDraft({
    cause: { kind: "sub-grant", id: input.lease },
    recipe: "sub-grant",
    day: input.day,
    actor: input.actor,
    postings: [
      debit(escrowAccount(input.hub, student), covered),
      debit(reserveAccount, late),
      credit(escrowAccount(input.to, student), addRupiah(covered, late)),
    ],
  });
}

/** What a lost terminal holds goes back to the child without its word: escrow → student [G11]. */
export function writeOff(
  input: LeaseOccasion & { readonly device: DeviceId; readonly amount: Rupiah },
): JournalDraft {
  return journalDraft({
    cause: { kind: "write-off", id: input.lease },
    recipe: "write-off",
    day: input.day,
    actor: input.actor,
    postings: [
      debit(escrowAccount(input.device, input.student), input.amount),
      credit(studentAccount(input.student), input.amount),
    ],
  });
}
