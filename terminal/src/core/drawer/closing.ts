import type { Rupiah, SchoolDay } from "@saku/protocol";

/** The day's cash, told only after it was counted (W31). */
export type DayClosing = {
  readonly day: SchoolDay;
  /** The first count of the day. */
  readonly counted: Rupiah;
  /** Cash taken here that day. */
  readonly expected: Rupiah;
  /** Counted less expected: negative when cash is missing. */
  readonly difference: number;
};

export type ClosingOutcome =
  | ({ readonly kind: "closed" } & DayClosing)
  | { readonly kind: "refused"; readonly reason: "terminal-not-ready" | "disk-failed" };

/** What there is to show once the count is on disk. */
export function closingOf(day: SchoolDay, counted: Rupiah, expected: Rupiah): DayClosing {
  return { day, counted, expected, difference: counted - expected };
}
