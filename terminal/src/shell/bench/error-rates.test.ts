import { describe, expect, it } from "vitest";

import { errorRates } from "./error-rates.ts";

describe("error rates", () => {
  it("are nothing when the scores part cleanly", () => {
    expect(errorRates([5, 6, 7], [1, 2, 3])).toEqual({ eer: 0, fmr100: 0, fmr1000: 0, zeroFmr: 0 });
  });

  it("are a half when the scores say nothing", () => {
    expect(errorRates([1, 1, 1, 1], [1, 1, 1, 1])?.eer).toBe(0.5);
  });

  it("follow the definitions on a small example", () => {
    const genuine = [9, 8, 7, 3];
    const impostor = [1, 2, 2, 4];
    // At 4: one genuine of four refused, one impostor of four accepted.
    expect(errorRates(genuine, impostor)).toEqual({
      eer: 0.25,
      fmr100: 0.25,
      fmr1000: 0.25,
      zeroFmr: 0.25,
    });
  });

  it("count a failure to extract (-1) as a miss, never as a match", () => {
    expect(errorRates([-1, 8, 9, 10], [-1, 1, 2, 3])?.zeroFmr).toBe(0.25);
  });

  it("are none without genuine or without impostor scores", () => {
    expect(errorRates([], [1])).toBeNull();
    expect(errorRates([1], [])).toBeNull();
  });
});
