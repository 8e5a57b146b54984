import { describe, expect, it } from "vitest";

import type { Gallery, GalleryEntry, Template } from "../../biometrics/engine-api.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { asStored } from "./enrolled-finger.ts";
import { packBlock, unpackBlock } from "./finger-cache.ts";
import { growFinger } from "./identify-fingers.ts";
import {
  newTally,
  quantile,
  scoreStrangers,
  searchAll,
  searchInFull,
  type Population,
  type SearchTally,
  type Trial,
} from "./identify-searches.ts";
import { readPgmStream } from "./pgm-stream.ts";

const placementOf = (index: number, at: number): Template => {
  const placement = growFinger(4, index, 4).placements[at];
  if (placement === undefined) throw new Error("no such placement");
  return asStored(placement);
};

const entryOf = (index: number): GalleryEntry => ({
  key: `k${index}`,
  templates: [placementOf(index, 0), placementOf(index, 1)],
});
const trialOf = (index: number, key: string | null): Trial => ({
  key,
  placements: [placementOf(index, 2), placementOf(index, 3)],
});
const galleryOf = (entries: readonly GalleryEntry[]): Gallery => {
  const gallery = createGallery();
  for (const entry of entries) gallery.add(entry);
  return gallery;
};

const FINGERS = [0, 1, 2, 3];
const POPULATION: Population = {
  entries: FINGERS.map(entryOf),
  mated: FINGERS.map((index) => trialOf(index, `k${index}`)),
  strangers: [...FINGERS.map((index) => trialOf(index, `k${index}`)), trialOf(9, null)],
};

const searched = (gallery: Gallery, population = POPULATION): SearchTally => {
  const tally = newTally();
  searchAll(gallery, population, tally);
  return tally;
};

describe("synthetic minutiae", () => {
  it("are the same for the same seed and index, and others otherwise", () => {
    expect(growFinger(4, 7, 3)).toEqual(growFinger(4, 7, 3));
    expect(growFinger(4, 7, 3)).not.toEqual(growFinger(4, 8, 3));
    expect(growFinger(5, 7, 3)).not.toEqual(growFinger(4, 7, 3));
  });

  it("are as dense as prints are, inside their window", () => {
    for (let i = 0; i < 20; i++) {
      const { merged, placements } = growFinger(1, i, 3);
      expect(merged.minutiae.length).toBeGreaterThanOrEqual(40);
      expect(merged.minutiae.length).toBeLessThanOrEqual(75);
      for (const { minutiae, widthPx, heightPx } of placements) {
        expect(minutiae.length).toBeGreaterThan(15);
        for (const { x, y } of minutiae) {
          expect(x >= 0 && x < widthPx).toBe(true);
          expect(y >= 0 && y < heightPx).toBe(true);
        }
      }
    }
  });
});

describe("searchAll", () => {
  it("counts right names, names nobody who was taken out, and leaves the gallery as it was", () => {
    const gallery = galleryOf(POPULATION.entries);
    const tally = searched(gallery);
    expect(tally).toMatchObject({ mated: 4, rightFirst: 4, rightInTwo: 4, wrong: 0, lost: 0 });
    expect(tally).toMatchObject({ strangers: 5, namedFirst: 0, namedInTwo: 0 });
    expect(tally.searchMs).toHaveLength(9);
    expect(gallery.keyCount).toBe(4);
  });

  it("counts a wrong name and a named stranger", () => {
    const guessing: Gallery = {
      ...galleryOf([]),
      identify: () => ({ kind: "identified", key: "k1", score: 99, runnerUpScore: 0 }),
    };
    const tally = searched(guessing);
    expect(tally).toMatchObject({ rightFirst: 1, rightInTwo: 1, wrong: 3, lost: 0 });
    expect(tally).toMatchObject({ namedFirst: 5, namedInTwo: 5 });
    expect([...tally.falseNames]).toContain("stranger -> k1");
    expect([...tally.falseNames]).toContain("k0 -> k1");
  });

  it("counts a finger as lost that scores more than anything the search found", () => {
    const blind: Gallery = {
      ...galleryOf([]),
      identify: () => ({ kind: "not-found", bestScore: 3 }),
    };
    expect(searched(blind)).toMatchObject({
      lost: 4,
      lostAboveThreshold: 4,
      rightInTwo: 0,
      namedInTwo: 0,
    });
    expect(searchInFull(blind, POPULATION.entries, POPULATION.mated)).toEqual({
      probes: 4,
      ownFirst: 4,
      lost: 4,
    });
    const gallery = galleryOf(POPULATION.entries);
    expect(searchInFull(gallery, POPULATION.entries, POPULATION.mated).lost).toBe(0);
  });

  it("gives a miss at first its second placement, and a failed extraction no name", () => {
    let calls = 0;
    const second: Gallery = {
      ...galleryOf([]),
      identify: (_, earlier = []) => {
        calls++;
        return earlier.length === 0
          ? { kind: "not-found", bestScore: 99 }
          : { kind: "identified", key: "k0", score: 99, runnerUpScore: 0 };
      },
    };
    const mated = [trialOf(0, "k0"), { key: "k1", placements: [null, null] } as const];
    expect(searched(second, { entries: [], mated, strangers: [] })).toMatchObject({
      mated: 2,
      rightFirst: 0,
      rightInTwo: 1,
    });
    expect(calls).toBe(2);
  });
});

describe("scoreStrangers", () => {
  it("leaves out a finger's own placements and adds two placements up", () => {
    const { entries, mated } = POPULATION;
    const scores = scoreStrangers(entries, mated);
    expect(scores.comparisons).toBe(4 * 3 * 2);
    expect(scores.highest).toBeLessThan(16);
    expect(scores.highestTwice).toBeLessThanOrEqual(2 * scores.highest);
    const [entry] = entries;
    const unnamed = scoreStrangers(entry === undefined ? [] : [entry], [trialOf(0, null)]);
    expect(unnamed.highest).toBeGreaterThan(25);
  });
});

describe("blocks of stored templates", () => {
  it("come back as they were, and as nothing when anything is missing", () => {
    const templates = [Uint8Array.of(1, 2, 3), new Uint8Array(0), Uint8Array.of(4)];
    const bytes = Buffer.from(packBlock(templates));
    expect(unpackBlock(bytes, 3)?.map((one) => [...one])).toEqual([[1, 2, 3], [], [4]]);
    expect(unpackBlock(bytes, 2)).toBeNull();
    expect(unpackBlock(bytes.subarray(0, -1), 3)).toBeNull();
  });
});

describe("a stream of pictures", () => {
  const two = Buffer.from("P5\n2 1\n255\nabP5\n1 2\n255\ncd", "latin1");
  const inPieces = async function* (bytes: Buffer, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const read = async (bytes: Buffer, size: number): Promise<number[][]> => {
    const found: number[][] = [];
    for await (const { widthPx, pixels } of readPgmStream(inPieces(bytes, size), 508))
      found.push([widthPx, ...pixels]);
    return found;
  };

  it.each([1, 7, 100])("is read however it is cut (%d bytes at a time)", async (size) => {
    expect(await read(two, size)).toEqual([
      [2, 97, 98],
      [1, 99, 100],
    ]);
  });

  it("may not end within a picture, nor hold anything else", async () => {
    await expect(read(two.subarray(0, -1), 5)).rejects.toThrow("within a picture");
    await expect(read(Buffer.alloc(64, 0x20), 5)).rejects.toThrow("something else");
  });
});

describe("quantile", () => {
  it("takes the nearest rank", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.95)).toBe(4);
    expect(quantile([], 0.5)).toBe(0);
  });
});
