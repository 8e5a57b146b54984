import { schoolDayAt, unixMs, type UnixMs, type ZoneMinutes } from "@saku/protocol";
import type { DeviceState } from "./device.ts";

/** The term of a ledger that has been there from the beginning; every other one began as somebody's copy. */
const FIRST_TERM = 1;

/** When a lineage began: its term follows the clock. */
const beganAt = (term: number): UnixMs => unixMs(term * 1_000);

/** Has this ledger forgotten anything at all? */
export function mayHaveForgotten(term: number): boolean {
  return term > FIRST_TERM;
}

/**
 * May the terminal hold leases or sales that this lineage has never heard of? Persons have answered for one that is lost or
 * revoked, and one that was claimed since and is not on the roster yet never held anything [BK8].
 */
export function isAwaited(
  device: {
    readonly state: DeviceState;
    readonly spokenTerm: number;
    readonly createdAt: UnixMs;
  },
  term: number,
): boolean {
  if (!mayHaveForgotten(term) || device.spokenTerm >= term) return false;
  if (device.state === "pending") return device.createdAt < beganAt(term);
  return device.state === "active" || device.state === "quarantined";
}

/** Leases of the day on which the ledger was set back are over with that day [BK8] [G10]. */
export function isWaitOver(term: number, nowMs: UnixMs, zone: ZoneMinutes): boolean {
  return !mayHaveForgotten(term) || schoolDayAt(nowMs, zone) > schoolDayAt(beganAt(term), zone);
}
