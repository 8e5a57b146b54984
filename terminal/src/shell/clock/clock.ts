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
  /** The latest instant in the journal: time has gone on since then, whatever the wall clock says. */
  readonly floorMs: UnixMs;
};

export function createClock(sources: ClockSources): Clock {
  let offsetMs = 0;
  let lastCloudMs: UnixMs | null = null;
  const now = (): UnixMs => {
    // Once NTP has set the wall clock, the step that the cloud gave would be made twice.
    const stepMs = sources.isNtpSynchronised() ? 0 : offsetMs;
    return unixMs(Math.max(sources.floorMs, Math.round(sources.wallMs() + stepMs)));
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
      lastCloudMs = cloudMs;
      if (sources.isNtpSynchronised()) return null;
      const beforeMs = now();
      // Not `beforeMs`: a floor that a clock once ran ahead to would make every acknowledgement a step, and every step an event.
      if (Math.abs(cloudMs - sources.wallMs() - offsetMs) <= STEP_MIN_MS) return null;
      offsetMs = cloudMs - sources.wallMs();
      // The journal's floor may hold this clock ahead of the cloud's: then nothing moved, and every word of the cloud would
      // be written down as another step, sent, and answered by the next.
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
