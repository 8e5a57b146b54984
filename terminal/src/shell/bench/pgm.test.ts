import { describe, expect, it } from "vitest";

import { parsePgm } from "./pgm.ts";

const pgm = (header: string, ...pixels: number[]): Uint8Array =>
  Uint8Array.of(...Buffer.from(header, "latin1"), ...pixels);

describe("parsePgm", () => {
  it("reads size and pixels, comments or not", () => {
    const plain = parsePgm(pgm("P5\n3 2\n255\n", 0, 1, 2, 3, 4, 5), 569);
    expect(plain).toMatchObject({ widthPx: 3, heightPx: 2, resolutionDpi: 569 });
    expect([...plain.pixels]).toEqual([0, 1, 2, 3, 4, 5]);
    const commented = pgm("P5 # a\n#by 9 hands\n3\n# c\n2 255\n", 0, 1, 2, 3, 4, 5);
    expect(parsePgm(commented, 500).pixels).toEqual(plain.pixels);
  });

  it("takes the first white space after the header for its end, whatever the first pixel is", () => {
    expect([...parsePgm(pgm("P5\n2 1\n255\n", 0x0a, 0x23), 500).pixels]).toEqual([0x0a, 0x23]);
  });

  it("scales other depths to 0 … 255", () => {
    expect([...parsePgm(pgm("P5 2 1 15\n", 0, 15), 500).pixels]).toEqual([0, 255]);
    expect([...parsePgm(pgm("P5 2 1 65535\n", 0, 0, 0xff, 0xff), 500).pixels]).toEqual([0, 255]);
    expect([...parsePgm(pgm("P2\n2 1\n# plain\n15\n15 0\n"), 500).pixels]).toEqual([255, 0]);
  });

  it.each([
    ["another format", pgm("P6\n3 2\n255\n", 0, 1, 2, 3, 4, 5), "not a PGM"],
    ["no picture at all", pgm("Hello"), "not a PGM"],
    ["a short file", pgm("P5\n3 2\n255\n", 0, 1, 2, 3, 4), "cut short"],
    ["a short plain file", pgm("P2 3 1 255 7 7"), "cut short"],
    ["a size that would fill the memory", pgm("P5\n65535 65535\n255\n", 0), "cut short"],
    ["no depth", pgm("P5\n3 2\n0\n", 0, 1, 2, 3, 4, 5), "8 or 16 bits"],
  ])("refuses %s with a sentence", (_, bytes, sentence) => {
    expect(() => parsePgm(bytes, 500)).toThrow(sentence);
  });
});
