import { describe, expect, it } from "vitest";
import { allowanceOf, drainSpreadMs } from "./pressure.ts";

describe("the allowance of a terminal", () => {
  it("[B1] shrinks from four frames to none while rows wait for the writer", () => {
    const credits = [0, 500, 1_000, 2_000, 4_000].map(
      (waitingRows) => allowanceOf({ waitingRows }, false).credit,
    );
    expect(credits).toEqual([4, 3, 2, 1, 0]);
    expect(allowanceOf({ waitingRows: 4_000 }, false).delayMs).toBeGreaterThan(0);
  });

  it("[B2] is never nothing for one that sells now", () => {
    for (const waitingRows of [0, 500, 2_000, 9_000])
      expect(allowanceOf({ waitingRows }, true)).toMatchObject({ delayMs: 0 });
    expect(allowanceOf({ waitingRows: 1_000_000 }, true).credit).toBe(1);
  });
});

it("[B4] a fleet is called back over two seconds to half a minute", () => {
  expect([6, 1_000, 20_000].map(drainSpreadMs)).toEqual([2_000, 3_000, 30_000]);
});
