import type { GalleryEntry, Template } from "../../biometrics/engine-api.ts";
import { compareTemplates } from "../../biometrics/matcher/comparison.ts";
import { prepare, type Prepared } from "../../biometrics/matcher/prepared.ts";
import { divide, impressionsOf, type Enrolment } from "./enrolled-searches.ts";
import type { Population, Trial } from "./identify-searches.ts";
import { readSet, type SetPlace } from "./print-folder.ts";
import { extractSet, type ExtractedSet } from "./verification.ts";

/** Every finger of several sets, named `<set>/<finger>`, without the sets that show another set's fingers. */
export type RealPrints = {
  readonly set: ExtractedSet;
  readonly fingers: number;
  /** Impressions of the finger that has most: as many splits show each of them as enrolled and as probe. */
  readonly splits: number;
  readonly remarks: readonly string[];
};

/** Same-named fingers of two sets are one finger where this share of their prints match with this score. */
const SAME_FINGER_SCORE = 25;
const SAME_FINGER_SHARE = 0.2;
const COMPARED_IMPRESSIONS = 4;

type Print = { readonly name: string; readonly side: Prepared };

const firstPrints = (set: ExtractedSet): readonly Print[] => {
  const counts = new Map<string, number>();
  return set.extracted.flatMap(({ print, template }) => {
    const count = counts.get(print.finger) ?? 0;
    counts.set(print.finger, count + 1);
    return template === null || count >= COMPARED_IMPRESSIONS
      ? []
      : [{ name: print.finger, side: prepare(template) }];
  });
};

/** Public databases share fingers between their sets, photographed by two sensors or cut to another size. */
const showSameFingers = (a: readonly Print[], b: readonly Print[]): boolean => {
  const pairs = a.flatMap((one) =>
    b.filter(({ name }) => name === one.name).map((other) => ({ one, other })),
  );
  const alike = pairs.filter(
    ({ one, other }) => compareTemplates(one.side, other.side).score >= SAME_FINGER_SCORE,
  );
  return pairs.length > 0 && alike.length >= SAME_FINGER_SHARE * pairs.length;
};

/** Reads the sets one after the other; a set that shows the fingers of an earlier one is left out. */
export const readRealPrints = (places: readonly SetPlace[]): RealPrints => {
  const kept: { readonly set: ExtractedSet; readonly prints: readonly Print[] }[] = [];
  const remarks: string[] = [];
  for (const place of places) {
    const read = readSet(place);
    remarks.push(...read.remarks);
    const set = extractSet(read);
    const prints = firstPrints(set);
    const twin = kept.find((other) => showSameFingers(other.prints, prints));
    if (twin === undefined) kept.push({ set, prints });
    else remarks.push(`${set.name}: left out, it shows the fingers of ${twin.set.name}`);
  }
  const extracted = kept.flatMap(({ set }) =>
    set.extracted.map((one) => ({
      ...one,
      print: { ...one.print, finger: `${set.name}/${one.print.finger}` },
    })),
  );
  const set = { name: "real", extracted, extractMs: [] };
  const impressions = impressionsOf([set]);
  const splits = Math.max(...[...impressions.values()].map(({ length }) => length));
  return { set, fingers: impressions.size, splits, remarks };
};

/** Every probe with the finger's next one after it, round and round. */
const toTrials = (
  probes: readonly { readonly finger: string; readonly template: Template | null }[],
): Trial[] => {
  const byFinger = new Map<string, (Template | null)[]>();
  for (const { finger, template } of probes) {
    const own = byFinger.get(finger) ?? [];
    own.push(template);
    byFinger.set(finger, own);
  }
  return [...byFinger].flatMap(([key, own]) =>
    own.map((template, i): Trial => {
      const next = own[(i + 1) % own.length] ?? null;
      return { key, placements: [template, next] };
    }),
  );
};

/** Split `turn`: who is enrolled with which impressions, and every other impression searched for twice. */
export const realPopulation = (
  { set }: RealPrints,
  enrolment: Enrolment,
  turn: number,
): Population => {
  const { entries, probes } = divide({ enrolled: set, probed: set }, enrolment, turn);
  const enrolled = new Set(entries.map(({ key }: GalleryEntry) => key));
  const trials = toTrials(probes);
  return {
    entries,
    mated: trials.filter(({ key }) => key !== null && enrolled.has(key)),
    strangers: trials,
  };
};
