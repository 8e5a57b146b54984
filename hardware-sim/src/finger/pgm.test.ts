import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { imageOnGlass } from "../gray-image.ts";
import { createWorld } from "../world.ts";
import { fingersFromFolder, parsePgm } from "./pgm.ts";

const pgm = (text: string, pixels: readonly number[]): Uint8Array =>
  Uint8Array.from([...Buffer.from(text, "latin1"), ...pixels]);

test("a PGM is read with comments and any white space between its numbers", () => {
  const image = parsePgm(pgm("P5\n# made by hand\n2 3\n255\n", [1, 2, 3, 4, 5, 6]), 500);
  expect(image).toEqual({
    widthPx: 2,
    heightPx: 3,
    resolutionDpi: 500,
    pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
  });
});

test.each([
  ["a text PGM", "P2\n1 1\n255\n", [65]],
  ["sixteen bits", "P5\n1 1\n65535\n", [1, 2]],
  ["too few pixels", "P5\n2 2\n255\n", [1, 2, 3]],
  ["no size", "P5\n0 0\n255\n", []],
])("%s is refused", (_, text, pixels) => {
  expect(() => parsePgm(pgm(text, pixels), 500)).toThrow("not an 8-bit binary PGM");
});

test("a larger picture is cut at its middle, a smaller one lies on a white ground", () => {
  const pixels = Uint8Array.from({ length: 36 }, (_, i) => i);
  const image = { widthPx: 6, heightPx: 6, resolutionDpi: 500, pixels };
  const still = { x: 0, y: 0 };
  const cut = imageOnGlass(image, { widthPx: 2, heightPx: 2, resolutionDpi: 500 }, still);
  expect([...cut.pixels]).toEqual([14, 15, 20, 21]);
  const padded = imageOnGlass(cut, { widthPx: 4, heightPx: 4, resolutionDpi: 500 }, still);
  expect([...padded.pixels.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
  expect([...padded.pixels.subarray(4, 8)]).toEqual([255, 14, 15, 255]);
});

test("a folder gives its fingers in order, and each placement is the next impression until they repeat", () => {
  const folder = mkdtempSync(join(tmpdir(), "saku-pgm-"));
  for (const [name, grey] of [
    ["101_2", 2],
    ["101_1", 1],
    ["9_1", 9],
    ["101_10", 10],
  ] as const) {
    writeFileSync(join(folder, `${name}.pgm`), pgm("P5\n1 1\n255\n", [grey]));
  }
  writeFileSync(join(folder, "readme.txt"), "not a finger");
  const fingers = fingersFromFolder(folder);
  const world = createWorld(fingers);
  expect(world.fingerIds).toEqual(["9", "101"]);
  const shown = Array.from({ length: 4 }, () => world.place("101").image.pixels[0]);
  expect(shown).toEqual([1, 2, 10, 1]);
  expect(world.place("101", { impressionIndex: 1 }).image.pixels[0]).toBe(2);
  expect(() => world.place("102")).toThrow("no finger 102");
  rmSync(folder, { recursive: true });
});
