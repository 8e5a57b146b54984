import {
  addSchoolDays,
  rupiah,
  schoolDay,
  startOfSchoolDay,
  type Purse,
  type Rupiah,
  type SchoolDay,
} from "@saku/protocol";

/** What a limit counts: one sale, a day, a week, a month, a purse's day, or a stall's day. */
export type LimitScope = "sale" | "day" | "week" | "month" | "category" | "stall";

/** A limit and what counts against it already; `limit` null = none. */
export type LimitUse = { readonly limit: Rupiah | null; readonly used: Rupiah };

/** Limits over time bind what the child buys to eat for pleasure: books and meals are exempt [G8]. */
export function bindsPurse(scope: LimitScope, purse: Purse): boolean {
  return scope === "category" || purse === "snack";
}

/** The least that any of the limits leaves; null = no limit binds [G8]. */
export function leastLeft(uses: readonly LimitUse[]): Rupiah | null {
  let least: number | null = null;
  for (const { limit, used } of uses) {
    if (limit === null) continue;
    least = Math.min(least ?? Number.MAX_SAFE_INTEGER, Math.max(0, limit - used));
  }
  return least === null ? null : rupiah(least);
}

const DAY_MS = 86_400_000;
/** Any zone does: only the calendar counts. */
const WIB_MINUTES = 420;

/** The Monday of the day's week, and the first of its month: limits over time count from there [G8]. */
export function limitPeriods(day: SchoolDay): {
  readonly week: SchoolDay;
  readonly month: SchoolDay;
} {
  const days = Math.round((startOfSchoolDay(day, WIB_MINUTES) + WIB_MINUTES * 60_000) / DAY_MS);
  // 1 January 1970 was a Thursday.
  const sinceMonday = (days + 3) % 7;
  return {
    week: addSchoolDays(day, -sinceMonday),
    month: schoolDay(day - (day % 100) + 1),
  };
}

/** The most that a school lets one emergency meal cost, and one terminal give on a day [G12]. */
export const EMERGENCY_MAX: { readonly perSale: Rupiah; readonly perDay: Rupiah } = {
  perSale: rupiah(100_000),
  perDay: rupiah(5_000_000),
};
