import { assert } from "./assert.ts";
import type { Brand } from "./brand.ts";
import type { UnixMs } from "./time.ts";

/** A school day as the integer yyyymmdd, for example 20261123. */
export type SchoolDay = Brand<number, "SchoolDay">;

/** UTC offset in minutes: 420 WIB, 480 WITA, 540 WIT. Indonesia has no daylight saving time. */
export type ZoneMinutes = 420 | 480 | 540;

/** The three zones by the name on the wall. */
export const ZONE_BY_NAME: Readonly<Record<"WIB" | "WITA" | "WIT", ZoneMinutes>> = {
  WIB: 420,
  WITA: 480,
  WIT: 540,
};

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2000, 0, 1);
const LAST_MS = Date.UTC(2999, 11, 31);

function parts(day: number): { year: number; month: number; date: number } {
  return { year: Math.floor(day / 10_000), month: Math.floor(day / 100) % 100, date: day % 100 };
}

/** True for an integer yyyymmdd that names a real day of the years 2000 … 2999. */
export function isSchoolDay(value: unknown): value is SchoolDay {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return false;
  const { year, month, date } = parts(value);
  if (year < 2000 || year > 2999 || month < 1 || month > 12 || date < 1) return false;
  const utc = new Date(Date.UTC(year, month - 1, date));
  return utc.getUTCMonth() === month - 1 && utc.getUTCDate() === date;
}

/** For our own values; throws `AssertionError` when the integer names no day. */
export function schoolDay(value: number): SchoolDay {
  assert(isSchoolDay(value), `Not a school day: ${value}`);
  return value;
}

/**
 * The school day on the wall clock of the zone at an instant. UTC midnight is 07:00 in Jakarta. A clock that is out of
 * its mind (a Pi without a battery says 1970) gives the first or last day there is, 20000101 or 29991231.
 */
export function schoolDayAt(atMs: UnixMs, zone: ZoneMinutes): SchoolDay {
  const local = new Date(Math.min(Math.max(atMs + zone * 60_000, FIRST_MS), LAST_MS));
  return schoolDay(
    local.getUTCFullYear() * 10_000 + (local.getUTCMonth() + 1) * 100 + local.getUTCDate(),
  );
}

/** The instant at which the day begins in the zone. */
export function startOfSchoolDay(day: SchoolDay, zone: ZoneMinutes): UnixMs {
  const { year, month, date } = parts(day);
  return (Date.UTC(year, month - 1, date) - zone * 60_000) as UnixMs;
}

/** The day `count` days later (or earlier, when negative). */
export function addSchoolDays(day: SchoolDay, count: number): SchoolDay {
  const { year, month, date } = parts(day);
  const utc = new Date(Date.UTC(year, month - 1, date) + count * DAY_MS);
  return schoolDay(
    utc.getUTCFullYear() * 10_000 + (utc.getUTCMonth() + 1) * 100 + utc.getUTCDate(),
  );
}

/** Rule P43: a school day never moves backwards, whatever the clock says. */
export function advanceSchoolDay(current: SchoolDay | null, clock: SchoolDay): SchoolDay {
  return current !== null && current > clock ? current : clock;
}
