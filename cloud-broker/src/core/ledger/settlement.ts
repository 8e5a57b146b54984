import { addSchoolDays, rupiah, type Rupiah, type SchoolDay } from "@saku/protocol";

export const DISPUTE_LIFE_DAYS = 14;

/** By when a dispute should be decided [T3]. */
export function disputeDueDay(opened: SchoolDay): SchoolDay {
  return addSchoolDays(opened, DISPUTE_LIFE_DAYS);
}

export type PayableOfStall = {
  /** What the books owe the stall; less than nothing after a void of what was settled. Held money is not in it. */
  readonly payable: number;
  /** Net sales of days whose Z report disagrees with the ledger, of the terminals concerned. */
  readonly blocked: Rupiah;
};

/** What may be paid out now: never more than payable without what is held or blocked [T1] [T2]. */
export function settleable({ payable, blocked }: PayableOfStall): Rupiah {
  return rupiah(Math.max(0, payable - blocked));
}
