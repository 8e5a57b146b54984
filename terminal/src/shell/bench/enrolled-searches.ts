import type {
  Gallery,
  GalleryEntry,
  Identification,
  Template,
} from "../../biometrics/engine-api.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { asStored, enrolFinger } from "./enrolled-finger.ts";
import { errorRates, type ErrorRates } from "./error-rates.ts";
import { inNumericOrder } from "./print-folder.ts";
import type { Extracted, ExtractedSet } from "./verification.ts";

/** Counts of 1:N decisions over every probe. */
export type Decisions = {
  right: number;
  /** Another child was named: must never happen. */
  wrong: number;
  unsure: number;
};

/** What enrolled fingers are worth, over all splits into enrolled impressions and probes. */
export type EnrolledReport = {
  readonly splits: number;
  readonly fingers: number;
  readonly probes: number;
  readonly dropped: number;
  /** Verification scores as a search makes them, of everything that is stored. */
  readonly rates: ErrorRates | null;
  /** The same with the merged template alone. */
  readonly mergedRates: ErrorRates | null;
  readonly first: Decisions;
  /** Of the probes unsure at first: after a second placement was added. */
  readonly second: Decisions;
  /** Probes of fingers taken out of the gallery: named anyway, with one placement and with two. */
  readonly strangersNamed: number;
  readonly strangersNamedTwice: number;
  readonly highestStranger: number;
  readonly highestStrangerTwice: number;
  readonly lowestOwn: number;
};

/** How many impressions are enrolled, and whether the placements are kept beside the merged template. */
export type Enrolment = { readonly enrol: number; readonly stored: Stored };
export type Stored = "all" | "merged";

export type Probe = { readonly finger: string; readonly template: Template | null };

/** One way to divide the impressions. */
export type Split = {
  readonly entries: readonly GalleryEntry[];
  readonly probes: readonly Probe[];
  readonly dropped: number;
};

const NOBODY: Identification = { kind: "not-found", bestScore: 0 };

const topScore = (found: Identification): number =>
  found.kind === "identified" ? found.score : found.bestScore;

/** The impressions that every finger has in either set, in order. */
export const impressionsOf = (
  sets: readonly ExtractedSet[],
): ReadonlyMap<string, readonly string[]> => {
  const byFinger = new Map<string, Set<string>>();
  for (const { print } of sets.flatMap(({ extracted }) => extracted)) {
    const known = byFinger.get(print.finger) ?? new Set<string>();
    byFinger.set(print.finger, known.add(print.impression));
  }
  return new Map(
    [...byFinger].map(([finger, impressions]) => [
      finger,
      [...impressions].toSorted(inNumericOrder),
    ]),
  );
};

/** Split `turn` enrols `enrol` impressions from the `turn`-th on, round and round; the others are probes. */
export const divide = (
  sets: { readonly enrolled: ExtractedSet; readonly probed: ExtractedSet },
  enrolment: Enrolment,
  turn: number,
): Split => {
  const { enrol } = enrolment;
  const entries: GalleryEntry[] = [];
  const probes: Probe[] = [];
  let dropped = 0;
  const ofFinger = (set: ExtractedSet, finger: string): Extracted[] =>
    set.extracted.filter(({ print }) => print.finger === finger);
  for (const [finger, impressions] of impressionsOf([sets.enrolled, sets.probed])) {
    const chosen = new Set(
      impressions.filter(
        (_, i) => (i - turn + enrol * impressions.length) % impressions.length < enrol,
      ),
    );
    const own = ofFinger(sets.enrolled, finger)
      .filter(({ print }) => chosen.has(print.impression))
      .map(({ template }) => template)
      .filter((template) => template !== null);
    const { templates, droppedCount } = enrolFinger(own);
    dropped += droppedCount;
    const kept = templates.slice(0, enrolment.stored === "merged" ? 1 : Infinity);
    if (kept.length > 0) entries.push({ key: finger, templates: kept });
    for (const { print, template } of ofFinger(sets.probed, finger))
      if (!chosen.has(print.impression))
        probes.push({ finger, template: template === null ? null : asStored(template) });
  }
  return { entries, probes, dropped };
};

const galleryOf = (entries: readonly GalleryEntry[]): Gallery => {
  const gallery = createGallery();
  for (const entry of entries) gallery.add(entry);
  return gallery;
};

type Scores = { readonly genuine: number[]; readonly impostor: number[] };

/** Every probe against every enrolled finger alone, as a search scores it. */
const scoreAlone = (split: Split, scores: Scores, templatesKept: number): void => {
  for (const { key, templates } of split.entries) {
    const alone = galleryOf([{ key, templates: templates.slice(0, templatesKept) }]);
    for (const { finger, template } of split.probes) {
      const score = template === null ? -1 : topScore(alone.identify(template));
      (finger === key ? scores.genuine : scores.impostor).push(score);
    }
  }
};

/** The probe with the finger's next probe before it, as at a till. */
const search = (
  gallery: Gallery,
  probe: Template | null,
  earlier: Template | null,
): Identification =>
  probe === null ? NOBODY : gallery.identify(probe, earlier === null ? [] : [earlier]);

const count = (tally: Decisions, found: Identification, key: string): void => {
  if (found.kind !== "identified") tally.unsure++;
  else if (found.key === key) tally.right++;
  else tally.wrong++;
};

type Tally = {
  readonly first: Decisions;
  readonly second: Decisions;
  strangersNamed: number;
  strangersNamedTwice: number;
  highestStranger: number;
  highestStrangerTwice: number;
};

const searchFinger = (
  gallery: Gallery,
  own: GalleryEntry,
  probes: readonly Probe[],
  tally: Tally,
): void => {
  const templateAt = (i: number): Template | null => probes[i % probes.length]?.template ?? null;
  for (const i of probes.keys()) {
    const found = search(gallery, templateAt(i), null);
    count(tally.first, found, own.key);
    if (found.kind !== "identified")
      count(tally.second, search(gallery, templateAt(i + 1), templateAt(i)), own.key);
  }
  gallery.remove(own.key);
  for (const i of probes.keys()) {
    const once = search(gallery, templateAt(i), null);
    const twice = search(gallery, templateAt(i + 1), templateAt(i));
    if (once.kind === "identified") tally.strangersNamed++;
    if (twice.kind === "identified") tally.strangersNamedTwice++;
    tally.highestStranger = Math.max(tally.highestStranger, topScore(once));
    tally.highestStrangerTwice = Math.max(tally.highestStrangerTwice, topScore(twice));
  }
  gallery.add(own);
};

const searchSplit = ({ entries, probes }: Split, tally: Tally): void => {
  const gallery = galleryOf(entries);
  for (const own of entries)
    searchFinger(
      gallery,
      own,
      probes.filter(({ finger }) => finger === own.key),
      tally,
    );
};

/**
 * Enrols some impressions of every finger of one set and searches for the others in another (or the same) set of the
 * same fingers; as many splits as a finger has impressions, so that every impression is enrolled and probed.
 */
export const searchEnrolled = (
  sets: { readonly enrolled: ExtractedSet; readonly probed: ExtractedSet },
  enrolment: Enrolment,
): EnrolledReport => {
  const splits = Math.max(
    ...[...impressionsOf([sets.enrolled]).values()].map(({ length }) => length),
  );
  const both: Scores = { genuine: [], impostor: [] };
  const merged: Scores = { genuine: [], impostor: [] };
  const tally: Tally = {
    first: { right: 0, wrong: 0, unsure: 0 },
    second: { right: 0, wrong: 0, unsure: 0 },
    strangersNamed: 0,
    strangersNamedTwice: 0,
    highestStranger: 0,
    highestStrangerTwice: 0,
  };
  let [probes, dropped, fingers] = [0, 0, 0];
  for (let turn = 0; turn < splits; turn++) {
    const split = divide(sets, enrolment, turn);
    probes += split.probes.length;
    dropped += split.dropped;
    fingers = Math.max(fingers, split.entries.length);
    scoreAlone(split, both, Infinity);
    scoreAlone(split, merged, 1);
    searchSplit(split, tally);
  }
  return {
    splits,
    fingers,
    probes,
    dropped,
    rates: errorRates(both.genuine, both.impostor),
    mergedRates: errorRates(merged.genuine, merged.impostor),
    lowestOwn: Math.min(...both.genuine),
    ...tally,
  };
};
