import { addSchoolDays, type SchoolDay } from "@saku/protocol";

/**
 * The day under which something that happened on `day` enters the books [L14]: its own, or the first open day when its own
 * is sealed. What happened keeps its true day; only its journal is late.
 */
export function postingDay(day: SchoolDay, sealedThrough: SchoolDay | null): SchoolDay {
  return sealedThrough !== null && day <= sealedThrough ? addSchoolDays(sealedThrough, 1) : day;
}

/** Two clocks may stand on two sides of a midnight; what is further ahead is a clock that is wrong. */
const DAYS_AHEAD_MAX = 1;

/** Whether a terminal speaks of a day that the cloud cannot believe yet [L19]. */
export function isDayAhead(day: SchoolDay, today: SchoolDay): boolean {
  return day > addSchoolDays(today, DAYS_AHEAD_MAX);
}

/** Days are sealed forwards, and never the current one: its sales are not all here [L14]. */
export function sealRefusal(
  through: SchoolDay,
  sealedThrough: SchoolDay | null,
  today: SchoolDay,
): "not-over" | "already-sealed" | null {
  if (through >= today) return "not-over";
  return sealedThrough !== null && through <= sealedThrough ? "already-sealed" : null;
}
