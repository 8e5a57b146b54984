import assert from "node:assert/strict";

import type {
  Compare,
  Consolidate,
  DecodeTemplate,
  EncodeTemplate,
  Extract,
  Gallery,
  Template,
} from "../../biometrics/engine-api.ts";
import { consolidate } from "../../biometrics/enrol.ts";
import { extract } from "../../biometrics/extract.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { compare } from "../../biometrics/match.ts";
import { LIMITS } from "../../biometrics/parameters.ts";
import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";
import { InvalidImageError } from "../../biometrics/stages/scaling.ts";
import { decodeTemplate, encodeTemplate } from "../../biometrics/templates/codec.ts";
import { decodeIsoRecord, encodeIsoRecord } from "../../biometrics/templates/iso-19794-2.ts";
import { growImage } from "./fuzz-images.ts";
import { growTemplate, mutateBytes } from "./fuzz-templates.ts";
import { wholeBetween, type Random } from "./seeded.ts";

/** The engine under test: the real one, or one that a test broke on purpose. */
export type Engine = {
  readonly extract: Extract;
  readonly compare: Compare;
  readonly consolidate: Consolidate;
  readonly createGallery: () => Gallery;
  readonly encodeTemplate: EncodeTemplate;
  readonly decodeTemplate: DecodeTemplate;
};

export const REAL_ENGINE: Engine = {
  extract,
  compare,
  consolidate,
  createGallery,
  encodeTemplate,
  decodeTemplate,
};

export type Timed = <T>(what: string, call: () => T) => T;

/** What a run works with. */
export type Run = {
  readonly random: Random;
  /** Bounds a call in time. */
  readonly timed: Timed;
  /** Adds an outcome to the run's digest: the same run must come to the same numbers wherever it runs. */
  readonly note: (value: number) => void;
  /** Real prints to start from; may be empty. */
  readonly prints: readonly GrayImage[];
};

/** Grows one input, calls the engine and asserts what must hold. */
export type Check = (engine: Engine, run: Run) => void;

const MAX_TEMPLATE_BYTES = 4096;
const MAX_STORED_SIDE_PX = 2048;

const isImage = ({ widthPx, heightPx, resolutionDpi, pixels }: GrayImage): boolean =>
  [widthPx, heightPx].every(
    (px) => Number.isInteger(px) && px >= LIMITS.minSidePx && px <= LIMITS.maxSidePx,
  ) &&
  resolutionDpi >= LIMITS.minDpi &&
  resolutionDpi <= LIMITS.maxDpi &&
  pixels.length === widthPx * heightPx;

/** What everything downstream relies on: places inside the print, one turn, whole qualities. */
const assertSound = (template: Template, maxMinutiae: number): void => {
  const { widthPx, heightPx, minutiae } = template;
  assert.ok(minutiae.length <= maxMinutiae, `${minutiae.length} minutiae`);
  for (const { x, y, angleRad, quality } of minutiae) {
    assert.ok(x >= 0 && x < widthPx && y >= 0 && y < heightPx, `${x},${y} is outside the print`);
    assert.ok(angleRad >= 0 && angleRad < 2 * Math.PI, `angle ${angleRad}`);
    assert.ok(Number.isInteger(quality) && quality >= 0 && quality <= 100, `quality ${quality}`);
  }
};

const assertScore = (score: number, what: string): void => {
  assert.ok(Number.isFinite(score) && score >= 0, `${what} ${score}`);
};

const assertStorable = (engine: Engine, template: Template): void => {
  const bytes = engine.encodeTemplate(template);
  assert.ok(bytes.length <= MAX_TEMPLATE_BYTES, `${bytes.length} bytes`);
  const read = engine.decodeTemplate(bytes);
  assert.ok(read !== null, "its own encoding is refused");
  assert.equal(read.minutiae.length, template.minutiae.length);
};

/** Every plane a stage hands to the tap must be numbers: NaN spreads silently. */
const assertNumbers = (stage: string, value: unknown): void => {
  if (value instanceof Float32Array) assert.ok(!value.some(Number.isNaN), `NaN in ${stage}`);
  else if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) assertNumbers(stage, part);
};

const checkImage: Check = (engine, { random, timed, note, prints }) => {
  const image = growImage(random, prints);
  const tapped = random() < 1 / 8;
  if (!isImage(image)) {
    assert.throws(() => engine.extract(image), InvalidImageError);
    return;
  }
  const found = timed("extract", () => engine.extract(image, tapped ? assertNumbers : undefined));
  assert.ok(Number.isInteger(found.quality) && found.quality >= 0 && found.quality <= 100);
  note(found.quality);
  if (found.kind === "poor") return;
  for (const { x, y, angleRad } of found.template.minutiae) note(x + y + angleRad);
  assertSound(found.template, LIMITS.maxMinutiae);
  assertStorable(engine, found.template);
  if (tapped) assert.deepEqual(engine.extract(image), found, "another answer the second time");
};

const checkComparison: Check = (engine, { random, timed, note }) => {
  const [a, b] = [growTemplate(random), growTemplate(random)];
  const score = timed("compare", () => engine.compare(a, b));
  assertScore(score, "score");
  const own = timed("compare", () => engine.compare(a, a));
  assertScore(own, "score with itself");
  note(score + 7 * own);
};

const checkEnrolment: Check = (engine, { random, timed, note }) => {
  const first = growTemplate(random);
  const placements = Array.from({ length: wholeBetween(random, 0, 9) }, () =>
    random() < 0.5 ? first : growTemplate(random),
  );
  if (placements.length < 1 || placements.length > LIMITS.maxPlacements) {
    assert.throws(() => engine.consolidate(placements), RangeError);
    return;
  }
  const result = timed("consolidate", () => engine.consolidate(placements));
  if (result.kind === "inconsistent") {
    note(result.placementIndex);
    assert.ok(placements[result.placementIndex] !== undefined, "no such placement");
    return;
  }
  const { widthPx, heightPx, minutiae } = result.template;
  assert.ok(minutiae.length <= LIMITS.maxMergedMinutiae, `${minutiae.length} minutiae`);
  for (const { x, y, angleRad } of minutiae) {
    assert.ok(Number.isFinite(x + y + angleRad));
    note(x + y + angleRad);
  }
  engine.encodeTemplate(result.template);
  // A single placement comes back as it was; a real merge that fits the stored form must survive it.
  const fits = widthPx <= MAX_STORED_SIDE_PX && heightPx <= MAX_STORED_SIDE_PX;
  if (placements.length > 1 && fits) assertStorable(engine, result.template);
};

const checkSearch: Check = (engine, { random, timed, note }) => {
  const gallery = engine.createGallery();
  const keys = new Set<string>();
  for (let i = wholeBetween(random, 0, random() < 0.05 ? 40 : 5); i > 0; i--) {
    const key = `k${wholeBetween(random, 0, 60)}`;
    const templates = Array.from({ length: wholeBetween(random, 0, 3) }, () =>
      growTemplate(random),
    );
    timed("add", () => gallery.add({ key, templates }));
    keys.add(key);
  }
  assert.equal(gallery.keyCount, keys.size);
  const [probe, ...earlier] = [growTemplate(random), growTemplate(random), growTemplate(random)];
  const found = timed("identify", () =>
    gallery.identify(probe, earlier.slice(0, wholeBetween(random, 0, 2))),
  );
  if (found.kind === "identified") assert.ok(keys.has(found.key), `named ${found.key}`);
  const best = found.kind === "identified" ? found.score : found.bestScore;
  assertScore(best, "best score");
  note(best);
  for (const key of keys) gallery.remove(key);
  assert.deepEqual(gallery.identify(probe), { kind: "not-found", bestScore: 0 });
};

const checkBytes: Check = (engine, { random, timed, note }) => {
  const bytes = mutateBytes(engine.encodeTemplate(growTemplate(random)), random);
  const template = timed("decode", () => engine.decodeTemplate(bytes));
  note(template?.minutiae.length ?? -1);
  if (template === null) return;
  assertSound(template, LIMITS.maxMergedMinutiae);
  assert.deepEqual(Buffer.from(engine.encodeTemplate(template)), Buffer.from(bytes));
  if (random() < 0.2) assertScore(engine.compare(template, template), "score of a decoded one");
};

/** Records of other makers' devices arrive as bytes of anybody: null or placements whose minutiae are numbers. */
const checkIsoRecord: Check = (_engine, { random, timed, note }) => {
  const views = Array.from({ length: wholeBetween(random, 0, 9) }, () => ({
    template: growTemplate(random),
    fingerPosition: wholeBetween(random, 0, 12),
    quality: wholeBetween(random, 0, 100),
  }));
  const written = timed("encode ISO", () => encodeIsoRecord(views));
  const bytes = mutateBytes(written ?? new Uint8Array(wholeBetween(random, 0, 64)), random);
  const read = timed("decode ISO", () => decodeIsoRecord(bytes));
  note(read?.length ?? -1);
  for (const { template } of read ?? [])
    for (const { x, y, angleRad, quality } of template.minutiae)
      assert.ok(Number.isFinite(x + y + angleRad + quality), "a minutia that is no number");
};

export type CheckName = "image" | "comparison" | "enrolment" | "search" | "bytes" | "iso";

const CHECKS: Readonly<Record<CheckName, Check>> = {
  image: checkImage,
  comparison: checkComparison,
  enrolment: checkEnrolment,
  search: checkSearch,
  bytes: checkBytes,
  iso: checkIsoRecord,
};

/** Shares of the runs: images find most, bytes and records are a hundred times cheaper. */
const SHARES: readonly (readonly [CheckName, number])[] = [
  ["image", 4],
  ["comparison", 2],
  ["enrolment", 1],
  ["search", 1],
  ["bytes", 6],
  ["iso", 4],
];
const CHOICES: readonly CheckName[] = SHARES.flatMap(([name, share]) =>
  Array.from({ length: share }, () => name),
);

/** One check of the run's own choosing. */
export const drawCheck = (random: Random): { readonly name: CheckName; readonly check: Check } => {
  const name = CHOICES[Math.floor(random() * CHOICES.length)] ?? "image";
  return { name, check: CHECKS[name] };
};
