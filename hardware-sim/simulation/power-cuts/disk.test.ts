import fc from "fast-check";
import { createRandom } from "@saku/hardware-sim/random";
import { describe, expect, it } from "vitest";
import { createDisk, survivals, type DiskChange, type DiskImage } from "./disk.ts";

const text = (image: DiskImage): Readonly<Record<string, string>> =>
  Object.fromEntries([...image].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
const write = (offset: number, bytes: string): DiskChange => ({
  kind: "write",
  file: 1,
  offset,
  bytes: Buffer.from(bytes),
});

describe("a disk whose power may fail", () => {
  it("owes nothing before fsync: a file may be missing, empty, or hold any of its writes", () => {
    const disk = createDisk();
    disk.change({ kind: "link", name: "a", file: 1 });
    disk.change(write(0, "one"));
    disk.change(write(3, "two"));
    const [link, one, two] = disk.pending;
    if (link === undefined || one === undefined || two === undefined) throw new RangeError("three");
    expect(text(disk.image([]))).toEqual({});
    expect(text(disk.image([one]))).toEqual({});
    expect(text(disk.image([link]))).toEqual({ a: "" });
    expect(text(disk.image([link, two]))).toEqual({ a: "\0\0\0two" });
  });

  it("keeps a file's bytes after fsync of the file, and its name only after fsync of the folder", () => {
    const disk = createDisk();
    disk.change({ kind: "link", name: "a", file: 1 });
    disk.change(write(0, "one"));
    disk.syncFile(1);
    expect(text(disk.image([]))).toEqual({});
    disk.syncFolder();
    expect(text(disk.image([]))).toEqual({ a: "one" });
    disk.change({ kind: "rename", from: "a", to: "b", file: 1 });
    disk.change({ kind: "resize", file: 1, size: 1 });
    expect(text(disk.image([]))).toEqual({ a: "one" });
    expect(text(disk.image(disk.pending))).toEqual({ b: "o" });
  });

  it("does not count a change for synced that came while the fsync ran", () => {
    const disk = createDisk();
    disk.change({ kind: "link", name: "a", file: 1 });
    disk.syncFolder();
    disk.change(write(0, "one"));
    disk.change(write(0, "two"));
    disk.syncFile(1, 1);
    expect(text(disk.image([]))).toEqual({ a: "one" });
  });

  it("tears a write at sectors only, and explores none, all and each single loss", () => {
    const disk = createDisk();
    disk.change({ kind: "link", name: "a", file: 1 });
    disk.syncFolder();
    for (const letter of ["a", "b", "c"]) disk.change(write(0, letter.repeat(2_048)));
    const ways = survivals(disk.pending, createRandom(1), 40);
    const images = ways.map((kept) => text(disk.image(kept))["a"] ?? "");
    expect(new Set(images).size).toBeGreaterThan(6);
    for (const image of images)
      for (let start = 0; start < image.length; start += 512)
        expect(new Set(image.slice(start, start + 512)).size).toBe(1);
    expect(ways[0]).toEqual([]);
    expect(ways[1]).toEqual(disk.pending);
  });

  it("is deterministic by seed and stays within the limit", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (seed, limit) => {
        const pending = ["x", "yy", "zzz"].map((bytes, offset) => write(offset, bytes));
        const ways = survivals(pending, createRandom(seed), limit);
        expect(ways.length).toBeLessThanOrEqual(limit);
        expect(survivals(pending, createRandom(seed), limit)).toEqual(ways);
      }),
    );
  });
});
