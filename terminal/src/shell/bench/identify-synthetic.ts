import type { GalleryEntry, Template } from "../../biometrics/engine-api.ts";
import { decodeTemplate } from "../../biometrics/templates/codec.ts";
import type { Enrolment } from "./enrolled-searches.ts";
import type { Trial } from "./identify-searches.ts";
import {
  drawFingers,
  mergeFingers,
  type FingerBytes,
  type FingerRange,
  type Jobs,
  type SensorName,
} from "./synthetic-fingers.ts";

/** Fingers of one seed; enrolment is guided, so its placements are good ones, probes are what `condition` says. */
export type School = {
  readonly seed: number;
  readonly sensor: SensorName;
  readonly enrolment: Enrolment;
  readonly condition: FingerRange["condition"];
};

/** A finger as it rests in a vault. */
export type StoredEntry = { readonly key: string; readonly bytes: readonly Uint8Array[] };

/** Far from any gallery: these fingers are never enrolled. */
const FIRST_STRANGER = 5_000_000;

const keyOf = (finger: number): string => `synthetic/${finger}`;

const decoded = (bytes: Uint8Array | undefined): Template | null =>
  bytes === undefined || bytes.length === 0 ? null : decodeTemplate(bytes);

export const toEntry = ({ key, bytes }: StoredEntry): GalleryEntry => ({
  key,
  templates: bytes.map(decoded).filter((template) => template !== null),
});

/** Fingers 0 … `count` - 1, enrolled. */
export const enrolSchool = async (
  school: School,
  count: number,
  jobs: Jobs,
): Promise<readonly StoredEntry[]> => {
  const { seed, sensor, enrolment } = school;
  const drawn = await drawFingers(
    {
      sensor,
      seed,
      condition: "normal",
      first: 0,
      count,
      firstPlacement: 1,
      placements: enrolment.enrol,
    },
    jobs,
  );
  const placements = drawn.map((finger) => finger.filter(({ length }) => length > 0));
  const merged = await mergeFingers(placements, jobs);
  return merged.map((templates, finger) => ({
    key: keyOf(finger),
    bytes: templates.slice(0, enrolment.stored === "merged" ? 1 : Infinity),
  }));
};

const toTrials = (fingers: FingerBytes, keyFrom: (finger: number) => string | null): Trial[] =>
  fingers.flatMap((placements, finger) =>
    placements.slice(1).map((second, i): Trial => ({
      key: keyFrom(finger),
      placements: [decoded(placements[i]), decoded(second)],
    })),
  );

/** `count` trials of the first fingers of a gallery of `n`, each placement followed by the finger's next. */
export const matedTrials = async (
  school: School,
  n: number,
  count: number,
  jobs: Jobs,
): Promise<readonly Trial[]> => {
  const { seed, sensor, condition, enrolment } = school;
  const fingers = Math.min(n, count);
  const range = {
    sensor,
    seed,
    condition,
    first: 0,
    count: fingers,
    firstPlacement: enrolment.enrol + 1,
    placements: Math.ceil(count / fingers) + 1,
  };
  return toTrials(await drawFingers(range, jobs), keyOf).slice(0, count);
};

/** `count` trials of as many fingers that are in no gallery. */
export const strangerTrials = async (
  { seed, sensor, condition }: School,
  count: number,
  jobs: Jobs,
): Promise<readonly Trial[]> => {
  const range = {
    sensor,
    seed,
    condition,
    first: FIRST_STRANGER,
    count,
    firstPlacement: 1,
    placements: 2,
  };
  return toTrials(await drawFingers(range, jobs), () => null);
};
