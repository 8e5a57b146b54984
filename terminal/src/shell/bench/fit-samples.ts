import { compareTemplates } from "../../biometrics/matcher/comparison.ts";
import { FEATURE_NAMES } from "../../biometrics/matcher/features.ts";
import { prepare, type Prepared } from "../../biometrics/matcher/prepared.ts";
import type { ExtractedSet } from "./verification.ts";

/** Features of the best alignment of one pair of prints; null where nothing could be aligned or extracted. */
export type Sample = { readonly genuine: boolean; readonly row: Float64Array | null };

export type SampleSet = {
  readonly name: string;
  /** Sets of one sensor, or made from its images: never fitted on when one of them is measured. */
  readonly family: string;
  readonly samples: readonly Sample[];
};

/** `sim_r307_x`, `stress-warp_x` and `x` show the same images. */
export const familyOf = (name: string): string => name.replace(/^(sim_[^_]+_|stress-[^_]+_)+/, "");

const sampleOf = (a: Prepared | null, b: Prepared | null): Float64Array | null => {
  const evidence = a === null || b === null ? null : compareTemplates(a, b).evidence;
  return evidence === null
    ? null
    : Float64Array.from(FEATURE_NAMES, (name) => evidence.features[name]);
};

/** Every unordered pair within a set; pairs across sets are left out, because sets may share fingers. */
export const collectSamples = ({ name, extracted }: ExtractedSet): SampleSet => {
  const sides = extracted.map(({ print, template }) => ({
    finger: print.finger,
    prepared: template === null ? null : prepare(template),
  }));
  const samples = sides.flatMap((a, i) =>
    sides.slice(i + 1).map((b) => ({
      genuine: a.finger === b.finger,
      row: sampleOf(a.prepared, b.prepared),
    })),
  );
  return { name, family: familyOf(name), samples };
};
