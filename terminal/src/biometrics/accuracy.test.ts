import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

import type { Template } from "./engine-api.ts";
import { consolidate } from "./enrol.ts";
import { extract } from "./extract.ts";
import { createGallery } from "./identify.ts";

/*
 * Real prints are research data and never part of the repository. Without SAKU_FINGERPRINTS (a folder of sets of
 * <finger>_<impression>.pgm) this file has nothing to measure and its tests are skipped.
 */
const FOLDER = process.env["SAKU_FINGERPRINTS"] ?? "";
const SETS = ["sim_r307_fvc2002_db1_b", "sim_r503_fvc2002_db1_b"];
const present = FOLDER !== "" && SETS.every((set) => existsSync(path.join(FOLDER, set)));

const readTemplate = (set: string, file: string): Template | null => {
  const bytes = readFileSync(path.join(FOLDER, set, file));
  const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 32).toString("latin1"));
  if (header === null) throw new Error(`${file} is not a PGM`);
  const extraction = extract({
    widthPx: Number(header[1]),
    heightPx: Number(header[2]),
    resolutionDpi: 500,
    pixels: new Uint8Array(bytes.subarray(header[0].length)),
  });
  return extraction.kind === "template" ? extraction.template : null;
};

type Read = { readonly finger: string; readonly impression: number; readonly template: Template };

const readAll = (set: string): Read[] =>
  readdirSync(path.join(FOLDER, set)).flatMap((file) => {
    const [finger = "", impression = ""] = path.basename(file, ".pgm").split("_");
    const template = readTemplate(set, file);
    return template === null ? [] : [{ finger, impression: Number(impression), template }];
  });

const enrolledFrom = (prints: readonly Read[], finger: string): Template[] => {
  const placements = prints
    .filter((print) => print.finger === finger && print.impression <= 3)
    .map(({ template }) => template);
  const merged = consolidate(placements);
  return merged.kind === "merged" ? [merged.template, ...placements] : placements;
};

describe("ten children enrolled on a R307 (needs SAKU_FINGERPRINTS)", () => {
  it.skipIf(!present)(
    "are never taken for each other and rarely missed, on a R307 and on a R503",
    { timeout: 300_000 },
    () => {
      const gallery = createGallery();
      const enrolled = readAll(SETS[0] ?? "");
      for (const finger of new Set(enrolled.map((print) => print.finger)))
        gallery.add({ key: finger, templates: enrolledFrom(enrolled, finger) });
      let wrong = 0;
      let missed = 0;
      for (const { finger, impression, template } of SETS.flatMap(readAll)) {
        if (impression <= 3) continue;
        const found = gallery.identify(template);
        if (found.kind !== "identified") missed++;
        else if (found.key !== finger) wrong++;
      }
      expect(wrong).toBe(0);
      expect(missed).toBeLessThanOrEqual(5);
    },
  );
});
