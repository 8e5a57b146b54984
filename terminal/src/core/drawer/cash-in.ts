import { rupiah, type Rupiah, type StudentId } from "@saku/protocol";

/** More at once is a slip of the finger, or belongs to the school office. */
export const CASH_IN_MAX: Rupiah = rupiah(1_000_000);

export type CashInOrder = {
  /** Names this press of the key: the same one again is the same cash (W30). */
  readonly press: string;
  readonly student: StudentId;
  readonly amount: Rupiah;
};

export type CashInRefusal =
  | "terminal-not-ready"
  /** The operator has counted and closed this school day. */
  | "day-closed"
  | "unknown-student"
  | "too-much"
  /** This press already stands for other cash. */
  | "press-reused"
  | "disk-failed";

export type CashInOutcome =
  | {
      readonly kind: "taken";
      /** The event's id, 64 hexadecimal characters. */
      readonly cashInId: string;
      readonly student: StudentId;
      readonly firstName: string;
      readonly amount: Rupiah;
    }
  | { readonly kind: "refused"; readonly reason: CashInRefusal };

export type CashInFacts = {
  /** This terminal serves a stall and was not told to stop. */
  readonly isReady: boolean;
  readonly isDayClosed: boolean;
  readonly student: { readonly isActive: boolean } | null;
};

/** Null = take it; the checks and their order are rule W29 of `../SPEC.md`. A frozen child may save. */
export function refusalOfCash(facts: CashInFacts, amount: Rupiah): CashInRefusal | null {
  if (!facts.isReady) return "terminal-not-ready";
  if (facts.isDayClosed) return "day-closed";
  if (facts.student === null || !facts.student.isActive) return "unknown-student";
  return amount > CASH_IN_MAX ? "too-much" : null;
}
