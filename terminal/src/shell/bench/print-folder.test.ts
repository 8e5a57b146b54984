import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { listSets, readSet } from "./print-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "saku-prints-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const put = (set: string, ...files: readonly string[]): void => {
  mkdirSync(path.join(folder, set), { recursive: true });
  for (const file of files) writeFileSync(path.join(folder, set, file), "P5 1 1 255\n\0");
};

const only = (): ReturnType<typeof readSet> => {
  const [place, ...others] = listSets(folder, /./);
  if (place === undefined || others.length > 0) throw new Error("not one set");
  return readSet(place);
};

describe("a folder of prints", () => {
  it("has a set for every folder with prints, in order, and ignores what else lies about", () => {
    put("set10", "1_1.pgm");
    put("set9", "1_1.PGM", "thumbs.db", "1_2.png");
    put("notes", "read.me");
    writeFileSync(path.join(folder, "MANIFEST.tsv"), "");
    expect(listSets(folder, /./).map(({ name }) => name)).toEqual(["set9", "set10"]);
    expect(listSets(folder, /10/)).toHaveLength(1);
  });

  it("is one set when it holds the prints itself", () => {
    put(".", "left_index_2.pgm", "left_index_10.pgm", "left_index_b.pgm");
    const { prints, name } = only();
    expect(name).toBe(path.basename(folder));
    expect(prints.map(({ finger, impression }) => [finger, impression])).toEqual([
      ["left_index", "2"],
      ["left_index", "10"],
      ["left_index", "b"],
    ]);
  });

  it("says when there is nothing to read", () => {
    expect(() => listSets(path.join(folder, "gone"), /./)).toThrow("is no folder");
    expect(() => listSets(folder, /./)).toThrow("holds no folder with prints");
    put("a", "1_1.pgm");
    expect(() => listSets(folder, /b/)).toThrow("no set matches b; there are a");
  });

  it("names the files that it leaves out", () => {
    put("a", "1_1.pgm", "print.pgm");
    expect(only().prints).toHaveLength(1);
    expect(only().remarks.join()).toContain("print.pgm");
  });
});

describe("the resolution of a set", () => {
  const resolutionWith = (manifest: string): number => {
    put("a", "1_1.pgm");
    writeFileSync(path.join(folder, "MANIFEST.tsv"), manifest);
    return only().resolutionDpi;
  };

  it.each([
    ["the usual columns", "set\tcount\tdpi\na\t1\t569\n"],
    ["other columns and line ends", "\uFEFFPPI\tDataset\r\n569 ppi\ta\r\n"],
    ["another set beside it", "set\tdpi\nb\t400\na\t569\n"],
  ])("comes from a manifest with %s", (_, manifest) => {
    expect(resolutionWith(manifest)).toBe(569);
    expect(only().remarks).toEqual([]);
  });

  it.each([
    ["no such column", "set\tcount\na\t569\n"],
    ["no such row", "set\tdpi\nb\t569\n"],
    ["words", "set\tdpi\na\tunknown\n"],
    ["a number that no sensor has", "set\tdpi\na\t72\n"],
  ])("is 500 dpi, and said to be assumed, with %s", (_, manifest) => {
    expect(resolutionWith(manifest)).toBe(500);
    expect(only().remarks.join()).toContain("500 dpi is assumed");
  });

  it("is what is asked for, whatever the manifest says", () => {
    expect(resolutionWith("set\tdpi\na\t569\n")).toBe(569);
    const [place] = listSets(folder, /./);
    if (place === undefined) throw new Error("no set");
    expect(readSet(place, { resolutionDpi: 400 }).resolutionDpi).toBe(400);
  });
});
