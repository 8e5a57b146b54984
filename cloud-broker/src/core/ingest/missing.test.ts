import { deviceId, incarnation } from "@saku/protocol";
import { describe, expect, it } from "vitest";
import { isLostOrphan, missingBytes, missingOf, readMissing, toldOutbox } from "./missing.ts";

const A = incarnation("00000000000000aa");
const B = incarnation("00000000000000bb");
const TIP = "ab".repeat(32);
const held = { term: 7, rev: 20, ackOf: new Map([[A, 10]]) };
const lane = (inc: typeof A, from: number, first?: number) => ({
  inc,
  from,
  to: 60,
  tip: TIP,
  ...(first === undefined ? {} : { first }),
});
const says = (...incs: ReturnType<typeof lane>[]) => ({ term: 7, have: 20, incs });

describe("a stretch of events that nobody holds", () => {
  it("[N16] lies between what is booked and what the terminal still has", () => {
    const told = says(lane(A, 9, 41), lane(B, 1, 61));
    expect(missingOf(told, held)).toEqual([
      { inc: A, n: 11, through: 40, tip: null },
      { inc: B, n: 1, through: 60, tip: TIP },
    ]);
  });

  it("[N16] is none where the terminal has what comes next, or speaks nonsense", () => {
    expect(missingOf(says(lane(A, 9)), held)).toEqual([]);
    expect(missingOf(says(lane(A, 9, 11)), held)).toEqual([]);
    expect(missingOf(says(lane(A, 9, 62)), held)).toEqual([]);
  });

  it("[N16] is not told by who believes another term, nor by who proves that we were set back", () => {
    expect(missingOf({ ...says(lane(A, 9, 41)), term: 6 }, held)).toEqual([]);
    expect(missingOf({ ...says(lane(A, 9, 41)), term: 8 }, held)).toEqual([]);
    expect(missingOf(says(lane(A, 12, 41)), held)).toEqual([]);
    expect(missingOf({ ...says(lane(A, 9, 41)), have: 21 }, held)).toEqual([]);
  });

  it("[N16] is read back from its letter", () => {
    const device = deviceId("trm-1");
    for (const tip of [null, TIP]) {
      const stretch = { inc: A, n: 11, through: 60, tip };
      expect(readMissing(missingBytes(device, stretch))).toEqual({ n: 11, through: 60, tip });
    }
  });
});

describe("a first event without its parent", () => {
  const told = toldOutbox(says(lane(A, 9), lane(B, 1)), held);

  it("[N17] is lost only when all that the terminal holds before it is stored", () => {
    expect(isLostOrphan(told, B, new Map([[A, 59]]))).toBe(false);
    expect(isLostOrphan(told, B, new Map([[A, 60]]))).toBe(true);
    expect(isLostOrphan(told, A, new Map())).toBe(true);
  });

  it("[N17] is not lost while the terminal has not said what it holds in this term", () => {
    expect(isLostOrphan(null, B, new Map([[A, 60]]))).toBe(false);
    expect(isLostOrphan(told, incarnation("00000000000000cc"), new Map([[A, 60]]))).toBe(false);
    expect(toldOutbox({ ...says(), term: 6 }, held)).toBeNull();
  });
});
