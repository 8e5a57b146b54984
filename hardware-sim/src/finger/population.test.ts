import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashBytes } from "../random.ts";
import { glasses, type SensorName } from "./glass.ts";
import { parseFingersOptions } from "./options.ts";
import { parsePgm } from "./pgm.ts";
import { picturesOf, prepareFolder } from "./pictures.ts";
import { fingerOf, placementOf, seedOf } from "./population.ts";

const sensors = ["R307", "R503", "optical"] as const satisfies readonly SensorName[];

const options = (line: string): ReturnType<typeof parseFingersOptions> =>
  parseFingersOptions(line.split(" "));

const madeBy = (line: string): ReadonlyMap<string, number> =>
  new Map([...picturesOf(options(line))].map(({ name, bytes }) => [name, hashBytes(bytes)]));

test("finger 5 of population 1 is the same on every machine, on every sensor", () => {
  const hashes = sensors.map((sensor) => {
    const finger = fingerOf({ seed: 1, age: "mixed" }, 5);
    return hashBytes(placementOf(finger, 2, { sensor, condition: "mixed" }).pixels).toString(16);
  });
  expect(hashes).toEqual(["42b87570", "f9b003a8", "ea9f3e24"]);
});

test("a range of fingers and placements holds the same pictures whatever else is made", () => {
  const all = madeBy("--stdout --seed 3 --count 4 --placements 3 --sensor R503");
  expect([...all.keys()].slice(0, 4)).toEqual(["0_1.pgm", "0_2.pgm", "0_3.pgm", "1_1.pgm"]);
  const part = madeBy(
    "--stdout --seed 3 --first 2 --count 2 --placements 2 --first-placement 2 --sensor R503",
  );
  expect(part.size).toBe(4);
  for (const [name, hash] of part) expect(all.get(name), name).toBe(hash);
  expect(new Set(all.values()).size).toBe(all.size);
});

test("no two fingers of a district share a seed", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 1_000_000 }), (seed, first) => {
      const seeds = Array.from({ length: 1_000 }, (_, i) => seedOf(seed, first + i));
      return new Set(seeds).size === seeds.length;
    }),
    { numRuns: 30 },
  );
  expect(new Set(Array.from({ length: 50_000 }, (_, i) => seedOf(1, i))).size).toBe(50_000);
});

test("every placement shows enough of a finger, in the greys of its sensor", () => {
  for (const sensor of sensors) {
    const { widthPx, heightPx, resolutionDpi, greyLevels } = glasses[sensor];
    for (let index = 0; index < 8; index++) {
      const finger = fingerOf({ seed: 2, age: "mixed" }, index);
      for (let placement = 1; placement <= 3; placement++) {
        const image = placementOf(finger, placement, { sensor, condition: "mixed" });
        expect(image).toMatchObject({ widthPx, heightPx, resolutionDpi });
        const middle = greyLevels === 16 ? 110 : 190;
        const dark = image.pixels.filter((grey) => grey < middle).length / image.pixels.length;
        expect(dark, `${sensor} ${index}_${placement}`).toBeGreaterThan(0.04);
        expect(dark, `${sensor} ${index}_${placement}`).toBeLessThan(0.95);
        expect(new Set(image.pixels).size).toBeLessThanOrEqual(greyLevels);
      }
    }
  }
});

test("children of a mixed population have smaller fingers than its adults", () => {
  const sizes = Array.from({ length: 16 }, (_, i) => fingerOf({ seed: 4, age: "mixed" }, i).size);
  expect(Math.min(...sizes)).toBeLessThan(0.9);
  expect(Math.max(...sizes)).toBeGreaterThan(0.97);
});

test("pictures are binary PGM of the sensor's size", () => {
  const [first] = picturesOf(options("--stdout --count 1 --placements 1 --sensor R503"));
  const image = parsePgm(first?.bytes ?? new Uint8Array(), 508);
  expect([image.widthPx, image.heightPx]).toEqual([192, 192]);
});

test.each([
  ["--count 3", "say either --out DIR or --stdout"],
  ["--stdout --out x", "say either --out DIR or --stdout"],
  ["--stdout --count 0", '--count takes a whole number from 1 to 100000, not "0"'],
  ["--stdout --first 1.5", "--first takes a whole number from 0 to 10000000"],
  ["--stdout --sensor R308", '--sensor takes R307, R503, optical, not "R308"'],
  ["--stdout --sensor toString", "--sensor takes R307, R503, optical"],
  ["--stdout --age old", '--age takes child, adult, mixed, not "old"'],
  ["--stdout --condition bad", "--condition takes normal, mixed"],
  ["--stdout --colour red", "Unknown option '--colour'"],
])("%s is refused with a sentence", (line, sentence) => {
  expect(() => options(line)).toThrow(sentence);
});

test("a folder is filled neither beyond the limit nor on top of other files", () => {
  const folder = mkdtempSync(join(tmpdir(), "saku-fingers-"));
  const large = options("--out x --count 10000 --placements 4");
  expect(() => prepareFolder(large, join(folder, "large"))).toThrow("at most 1024 MiB");
  expect(readdirSync(folder)).toEqual([]);
  prepareFolder(options("--out x"), join(folder, "new"));
  writeFileSync(join(folder, "new", "note.txt"), "mine");
  expect(() => prepareFolder(options("--out x"), join(folder, "new"))).toThrow("is not empty");
  rmSync(folder, { recursive: true });
});
