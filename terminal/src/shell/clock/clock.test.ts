import { unixMs } from "@saku/protocol";
import { describe, expect, it } from "vitest";
import { createClock, STEP_MIN_MS } from "./clock.ts";

const NOON = unixMs(1_800_000_000_000);

function clockAt(wallMs: number, floorMs = 0, isNtp = false) {
  return createClock({
    wallMs: () => wallMs,
    isNtpSynchronised: () => isNtp,
    floorMs: unixMs(floorMs),
  });
}

describe("the terminal's clock", () => {
  it("says how far it can be believed", () => {
    expect(clockAt(NOON).trust()).toBe("none");
    expect(clockAt(NOON, 5).trust()).toBe("file");
    expect(clockAt(NOON, 5, true).trust()).toBe("ntp");
    const heard = clockAt(NOON);
    heard.heardCloud(NOON);
    expect(heard.trust()).toBe("server");
  });

  it("never stands before the last event, whatever the wall clock says after a power cut", () => {
    expect(clockAt(0, NOON).nowMs()).toBe(NOON);
  });

  it("is set by a signed time of the cloud, and tells what it said before", () => {
    const clock = clockAt(1_000);
    expect(clock.heardCloud(NOON)).toEqual({ beforeMs: 1_000 });
    expect(clock.nowMs()).toBe(NOON);
    expect(clock.heardCloud(unixMs(NOON + STEP_MIN_MS))).toBeNull();
  });

  it("is set once, not by every word of the cloud, when its journal once ran ahead", () => {
    const clock = clockAt(1_000, NOON + 86_400_000);
    expect(clock.heardCloud(NOON)).not.toBeNull();
    expect(clock.heardCloud(unixMs(NOON + 1_000))).toBeNull();
    expect(clock.nowMs()).toBe(NOON);
  });

  it("is left alone by the cloud when NTP keeps it", () => {
    const clock = clockAt(1_000, 0, true);
    expect(clock.heardCloud(NOON)).toBeNull();
    expect(clock.nowMs()).toBe(1_000);
  });

  it("forgets the cloud's step when NTP has set the wall clock meanwhile", () => {
    let wallMs = 1_000;
    let isNtp = false;
    const clock = createClock({
      wallMs: () => wallMs,
      isNtpSynchronised: () => isNtp,
      floorMs: unixMs(0),
    });
    clock.heardCloud(NOON);
    wallMs = NOON + 7;
    isNtp = true;
    expect(clock.nowMs()).toBe(NOON + 7);
  });

  it("is not set back by a time that was signed earlier", () => {
    const clock = clockAt(1_000);
    clock.heardCloud(NOON);
    expect(clock.heardCloud(unixMs(NOON - 3_600_000))).toBeNull();
    expect(clock.nowMs()).toBe(NOON);
  });

  it("[W26] follows the cloud back from years ahead, by one step, also where the journal had believed the clock", () => {
    let wallMs = NOON + 86_400_000;
    const clock = createClock({
      wallMs: () => wallMs,
      isNtpSynchronised: () => false,
      floorMs: unixMs(NOON + 86_400_000),
    });
    expect(clock.heardCloud(NOON)).toEqual({ beforeMs: NOON + 86_400_000 });
    expect(clock.nowMs()).toBe(NOON);
    wallMs += 60_000;
    expect(clock.heardCloud(unixMs(NOON + 60_000))).toBeNull();
    expect(clock.nowMs()).toBe(NOON + 60_000);
  });

  it("[W26] does not stand before the last event while nobody vouches for it", () => {
    expect(clockAt(NOON - 5, NOON).nowMs()).toBe(NOON);
    expect(clockAt(NOON - 5, NOON, true).nowMs()).toBe(NOON - 5);
  });
});
