import { describe, expect, it } from "vitest";

import { interval95 } from "./confidence.ts";

describe("the exact interval of a rate", () => {
  // 1 - 0.025^(1/n) for no events; the others from R's binom.test.
  it.each([
    [0, 10, 0, 0.30849711],
    [0, 3000, 0, 0.00122887],
    [1, 10, 0.00252858, 0.44501612],
    [5, 10, 0.18708603, 0.81291397],
    [10, 10, 0.69150289, 1],
    [30, 1000, 0.0203305, 0.0425532],
  ])("after %d events in %d trials reaches from %f to %f", (events, trials, low, high) => {
    const interval = interval95(events, trials);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});
