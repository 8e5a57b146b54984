import { consolidate } from "../../biometrics/enrol.ts";
import type { GalleryEntry, Template } from "../../biometrics/engine-api.ts";
import { listSets, readSet } from "./print-folder.ts";
import type { Probe } from "./identify-searches.ts";
import { extractSet, type ExtractedSet } from "./verification.ts";

/** Fingers to enrol and the placements to search for. */
export type Prints = {
  readonly entries: readonly GalleryEntry[];
  readonly probes: readonly Probe[];
};

/** As a terminal stores a finger: merged when the placements fit, and each one. */
export const enrolledTemplates = (placements: readonly Template[]): Template[] => {
  if (placements.length === 0) return [];
  const merged = consolidate(placements);
  return merged.kind === "merged" ? [merged.template, ...placements] : [...placements];
};

const readFingers = (set: ExtractedSet, enrol: number): Prints => {
  const entries: GalleryEntry[] = [];
  const probes: Probe[] = [];
  for (const finger of new Set(set.extracted.map(({ print }) => print.finger))) {
    const own = set.extracted.filter(({ print }) => print.finger === finger);
    const placements = own
      .filter(({ print }) => print.impression <= enrol)
      .map(({ template }) => template)
      .filter((template) => template !== null);
    const entry = { key: `${set.name}/${finger}`, templates: enrolledTemplates(placements) };
    entries.push(entry);
    for (const { print, template } of own)
      if (print.impression > enrol) probes.push({ own: entry, template });
  }
  return { entries, probes };
};

/** Reads the sets that match one after the other; impressions 1 … `enrol` are enrolled, the others searched for. */
export const readPrints = (directory: string, sets: RegExp, enrol: number): Prints => {
  const read = listSets(directory, sets).map((name) =>
    readFingers(extractSet(readSet(directory, name)), enrol),
  );
  return {
    entries: read.flatMap(({ entries }) => entries),
    probes: read.flatMap(({ probes }) => probes),
  };
};
