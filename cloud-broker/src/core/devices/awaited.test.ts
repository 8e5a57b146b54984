import { describe, expect, it } from "vitest";
import { unixMs } from "@saku/protocol";
import { isAwaited, isWaitOver } from "./awaited.ts";
import type { DeviceState } from "./device.ts";

/** 2026-11-23 12:00 in Jakarta. */
const NOON_MS = Date.UTC(2026, 10, 23, 5);
const TERM = NOON_MS / 1_000;
const HOUR_MS = 3_600_000;

describe("after a restore", () => {
  it("[BK8] a terminal is awaited until it has spoken in this lineage, or persons answered for it", () => {
    const of = (state: DeviceState, spokenTerm: number, createdAt = NOON_MS - HOUR_MS): boolean =>
      isAwaited({ state, spokenTerm, createdAt: unixMs(createdAt) }, TERM);
    expect(of("active", 1)).toBe(true);
    expect(of("active", TERM)).toBe(false);
    expect(of("quarantined", 0)).toBe(true);
    expect(of("lost", 0)).toBe(false);
    expect(of("revoked", 0)).toBe(false);
    // On the roster by now, as far as this ledger can tell; or claimed since.
    expect(of("pending", 0)).toBe(true);
    expect(of("pending", 0, NOON_MS + HOUR_MS)).toBe(false);
  });

  it("[BK8] nobody is awaited in a ledger that was there from the beginning", () => {
    const device = { state: "active", spokenTerm: 0, createdAt: unixMs(NOON_MS) } as const;
    expect(isAwaited(device, 1)).toBe(false);
    expect(isWaitOver(1, unixMs(NOON_MS), 420)).toBe(true);
  });

  it("[BK8] the wait is over with the school day on which the lineage began", () => {
    const midnightMs = NOON_MS + 12 * HOUR_MS;
    expect(isWaitOver(TERM, unixMs(midnightMs - 1), 420)).toBe(false);
    expect(isWaitOver(TERM, unixMs(midnightMs), 420)).toBe(true);
    // Two hours earlier in Jayapura.
    expect(isWaitOver(TERM, unixMs(midnightMs - 2 * HOUR_MS), 540)).toBe(true);
  });
});
