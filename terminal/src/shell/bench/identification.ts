import { consolidate } from "../../biometrics/enrol.ts";
import type { Gallery, Identification, Template } from "../../biometrics/engine-api.ts";
import { createGallery } from "../../biometrics/identify.ts";
import type { Extracted, ExtractedSet } from "./verification.ts";

/** Counts of 1:N decisions over every probe. */
export type IdentificationReport = {
  readonly probes: number;
  readonly right: number;
  /** Another child was named: must never happen. */
  readonly wrong: number;
  readonly unsure: number;
  /** Of the unsure: right, wrong and unsure after a second placement was added. */
  readonly second: { readonly right: number; readonly wrong: number; readonly unsure: number };
  /** Probes of fingers taken out of the gallery: named anyway. */
  readonly strangersNamed: number;
  readonly strangersNamedSecond: number;
  /** Highest score of a child who was not there, and lowest of one who was. */
  readonly highestImpostor: number;
  readonly lowestGenuine: number;
  readonly searchMs: number;
};

/** The finger's placements as a terminal stores them: merged when they fit, and each one. */
const enrolledTemplates = (placements: readonly Template[]): Template[] => {
  const merged = consolidate(placements);
  return merged.kind === "merged" ? [merged.template, ...placements] : [...placements];
};

const placementsOf = (set: ExtractedSet, finger: string, enrol: number): Template[] =>
  set.extracted
    .filter(({ print }) => print.finger === finger && print.impression <= enrol)
    .map(({ template }) => template)
    .filter((template) => template !== null);

const fingersOf = (set: ExtractedSet): string[] => [
  ...new Set(set.extracted.map(({ print }) => print.finger)),
];

const topScore = (found: Identification): number =>
  found.kind === "identified" ? found.score : found.bestScore;

type Tally = {
  right: number;
  wrong: number;
  unsure: number;
};

const count = (tally: Tally, found: Identification, key: string): void => {
  if (found.kind !== "identified") tally.unsure++;
  else if (found.key === key) tally.right++;
  else tally.wrong++;
};

/** Enrols the first placements of every finger of `gallerySet` and searches for the later ones of `probeSet`. */
export const runIdentification = (
  gallerySet: ExtractedSet,
  probeSet: ExtractedSet,
  enrol: number,
): IdentificationReport => {
  const stored = new Map<string, Template[]>();
  for (const finger of fingersOf(gallerySet)) {
    const placements = placementsOf(gallerySet, finger, enrol);
    if (placements.length > 0) stored.set(finger, enrolledTemplates(placements));
  }
  const gallery = createGallery();
  for (const [key, templates] of stored) gallery.add({ key, templates });
  const first: Tally = { right: 0, wrong: 0, unsure: 0 };
  const second: Tally = { right: 0, wrong: 0, unsure: 0 };
  const strangers = { named: 0, namedSecond: 0, highest: 0 };
  let lowestGenuine = Infinity;
  let probes = 0;
  let searchMs = 0;
  for (const finger of fingersOf(probeSet)) {
    const later = probeSet.extracted.filter(
      ({ print }) => print.finger === finger && print.impression > enrol,
    );
    for (const [i, probe] of later.entries()) {
      probes++;
      const startMs = performance.now();
      const found = search(gallery, later, i, false);
      searchMs += performance.now() - startMs;
      count(first, found, finger);
      if (found.kind === "identified" && found.key === finger)
        lowestGenuine = Math.min(lowestGenuine, found.score);
      else lowestGenuine = Math.min(lowestGenuine, probe.template === null ? 0 : topScore(found));
      if (found.kind !== "identified") count(second, search(gallery, later, i, true), finger);
    }
    searchStrangers(
      gallery,
      later,
      { key: finger, templates: stored.get(finger) ?? [] },
      strangers,
    );
  }
  return {
    probes,
    ...first,
    second,
    strangersNamed: strangers.named,
    strangersNamedSecond: strangers.namedSecond,
    highestImpostor: strangers.highest,
    lowestGenuine,
    searchMs: searchMs / Math.max(1, probes),
  };
};

const NOBODY: Identification = { kind: "not-found", bestScore: 0 };

/** Searches for a placement, with the next placement of the same finger added when `again`. */
const search = (
  gallery: Gallery,
  later: readonly Extracted[],
  index: number,
  again: boolean,
): Identification => {
  const probe = later[index]?.template ?? null;
  const next = later[(index + 1) % later.length]?.template ?? null;
  if (!again) return probe === null ? NOBODY : gallery.identify(probe);
  if (next === null) return NOBODY;
  return gallery.identify(next, probe === null ? [] : [probe]);
};

const searchStrangers = (
  gallery: Gallery,
  later: readonly Extracted[],
  own: { readonly key: string; readonly templates: readonly Template[] },
  strangers: { named: number; namedSecond: number; highest: number },
): void => {
  gallery.remove(own.key);
  for (const i of later.keys()) {
    const once = search(gallery, later, i, false);
    const twice = search(gallery, later, i, true);
    strangers.highest = Math.max(strangers.highest, topScore(once));
    if (once.kind === "identified") strangers.named++;
    if (twice.kind === "identified") strangers.namedSecond++;
  }
  gallery.add(own);
};
