import { unixMs, type ClockTrust, type UnixMs } from "@saku/protocol";
import { existsSync } from "node:fs";

/** The terminal's wall clock: a Pi has no battery, so it also says how far it can be believed. */
export interface Clock {
  nowMs(): UnixMs;
  trust(): ClockTrust;
  /**
   * Takes the time of a message that the cloud signed. Answers the step when the clock had to be moved by more than
   * `STEP_MIN_MS`, otherwise null.
   */
  heardCloud(cloudMs: UnixMs): { readonly beforeMs: UnixMs } | null;
}

/** Smaller differences are the network's. */
export const STEP_MIN_MS = 30_000;
const NTP_MARK = "/run/systemd/timesync/synchronized";

export type ClockSources = {
  readonly wallMs: () => number;
  readonly isNtpSynchronised: () => boolean;
  /** The newest instant in the journal: while nobody vouches for the wall clock, time has gone on since then (W26). */
  readonly floorMs: UnixMs;
};

export function createClock(sources: ClockSources): Clock {
  let offsetMs = 0;
  let lastCloudMs: UnixMs | null = null;
  const now = (): UnixMs => {
    // Once NTP has set the wall clock, the step that the cloud gave would be made twice.
    if (sources.isNtpSynchronised()) return unixMs(Math.round(sources.wallMs()));
    const ownMs = Math.round(sources.wallMs() + offsetMs);
    // A clock that once ran years ahead left its mark in the journal: the cloud's word is better than that.
    return unixMs(lastCloudMs === null ? Math.max(sources.floorMs, ownMs) : ownMs);
  };
  return {
    nowMs: now,
    trust() {
      if (sources.isNtpSynchronised()) return "ntp";
      if (lastCloudMs !== null) return "server";
      return sources.floorMs > 0 ? "file" : "none";
    },
    heardCloud(cloudMs) {
      // A message that was signed earlier may be a replay: it says nothing about now.
      if (lastCloudMs !== null && cloudMs < lastCloudMs) return null;
      const beforeMs = now();
      lastCloudMs = cloudMs;
      if (sources.isNtpSynchronised()) return null;
      if (Math.abs(cloudMs - sources.wallMs() - offsetMs) > STEP_MIN_MS)
        offsetMs = cloudMs - sources.wallMs();
      return Math.abs(now() - beforeMs) <= STEP_MIN_MS ? null : { beforeMs };
    },
  };
}

export function openClock(floorMs: UnixMs): Clock {
  return createClock({
    wallMs: Date.now,
    isNtpSynchronised: () => existsSync(NTP_MARK),
    floorMs,
  });
}
