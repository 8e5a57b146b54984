import type { GalleryEntry } from "../../biometrics/engine-api.ts";
import { asStored, enrolFinger } from "./enrolled-finger.ts";
import type { Probe } from "./identify-searches.ts";
import { inNumericOrder, listSets, readSet } from "./print-folder.ts";
import { extractSet, type ExtractedSet } from "./verification.ts";

/** Fingers to enrol and the placements to search for. */
export type Prints = {
  readonly entries: readonly GalleryEntry[];
  readonly probes: readonly Probe[];
};

const readFingers = (set: ExtractedSet, enrol: number): Prints => {
  const entries: GalleryEntry[] = [];
  const probes: Probe[] = [];
  for (const finger of new Set(set.extracted.map(({ print }) => print.finger))) {
    const own = set.extracted
      .filter(({ print }) => print.finger === finger)
      .toSorted((a, b) => inNumericOrder(a.print.impression, b.print.impression));
    const placements = own
      .slice(0, enrol)
      .map(({ template }) => template)
      .filter((template) => template !== null);
    const { templates } = enrolFinger(placements);
    const entry = { key: `${set.name}/${finger}`, templates };
    entries.push(entry);
    for (const { template } of own.slice(enrol))
      probes.push({ own: entry, template: template === null ? null : asStored(template) });
  }
  return { entries, probes };
};

/** Reads the sets that match one after the other; the first `enrol` impressions are enrolled, the others searched for. */
export const readPrints = (directory: string, sets: RegExp, enrol: number): Prints => {
  const read = listSets(directory, sets).map((place) =>
    readFingers(extractSet(readSet(place)), enrol),
  );
  return {
    entries: read.flatMap(({ entries }) => entries),
    probes: read.flatMap(({ probes }) => probes),
  };
};
