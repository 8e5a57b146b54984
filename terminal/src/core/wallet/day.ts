import { addSchoolDays, advanceSchoolDay, type ClockTrust, type SchoolDay } from "@saku/protocol";

export type DayFacts = {
  /** The school day that is open here; null before the first one. */
  readonly open: SchoolDay | null;
  /** The last day that a clock to be believed has shown; null = none yet. */
  readonly trusted: SchoolDay | null;
  /** What the wall clock says. */
  readonly clock: SchoolDay;
  readonly trust: ClockTrust;
};

/** Whether the clock was set by somebody who knows the time. */
export function isTrusted(trust: ClockTrust): boolean {
  return trust === "server" || trust === "ntp";
}

/**
 * Today. Never backwards (W12), and without a clock to be believed at most one day after the last day that was: a battery-less
 * clock that starts in a far year must not close days that have not come (W16).
 */
export function nextSchoolDay({ open, trusted, clock, trust }: DayFacts): SchoolDay {
  const limit = isTrusted(trust) || trusted === null ? clock : addSchoolDays(trusted, 1);
  return advanceSchoolDay(open, clock < limit ? clock : limit);
}
