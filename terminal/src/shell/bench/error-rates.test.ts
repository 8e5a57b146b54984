import { describe, expect, it } from "vitest";

import { errorRates } from "./error-rates.ts";
import { parsePgm } from "./print-folder.ts";

describe("error rates", () => {
  it("are nothing when the scores part cleanly", () => {
    expect(errorRates([5, 6, 7], [1, 2, 3])).toEqual({ eer: 0, fmr100: 0, fmr1000: 0, zeroFmr: 0 });
  });

  it("are a half when the scores say nothing", () => {
    expect(errorRates([1, 1, 1, 1], [1, 1, 1, 1]).eer).toBe(0.5);
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
    expect(errorRates([-1, 8, 9, 10], [-1, 1, 2, 3]).zeroFmr).toBe(0.25);
  });
});

describe("parsePgm", () => {
  const pgm = (text: string, pixels: number): Uint8Array =>
    Uint8Array.of(...Buffer.from(text, "latin1"), ...Array.from({ length: pixels }, (_, i) => i));

  it("reads size and pixels, comments or not", () => {
    const plain = parsePgm(pgm("P5\n3 2\n255\n", 6), 500);
    expect(plain).toMatchObject({ widthPx: 3, heightPx: 2, resolutionDpi: 500 });
    expect([...plain.pixels]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(parsePgm(pgm("P5\n# by hand\n3 2\n255\n", 6), 500).pixels).toEqual(plain.pixels);
  });

  it("refuses other formats and short files", () => {
    expect(() => parsePgm(pgm("P2\n3 2\n255\n", 6), 500)).toThrow("not an 8-bit binary PGM");
    expect(() => parsePgm(pgm("P5\n3 2\n255\n", 5), 500)).toThrow("cut short");
  });
});
