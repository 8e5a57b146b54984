import type { Minutia } from "../../biometrics/engine-api.ts";
import type { Bitmap } from "../../biometrics/primitives/bitmap.ts";
import type { Plane } from "../../biometrics/primitives/plane.ts";
import type { Enhanced } from "../../biometrics/stages/enhancement.ts";
import type { Candidate } from "../../biometrics/stages/minutiae.ts";
import type { Normalised } from "../../biometrics/stages/normalisation.ts";
import type { OrientationField } from "../../biometrics/stages/orientation.ts";
import type { Mask } from "../../biometrics/stages/segmentation.ts";

/** What a stage hands to the tap, told apart by its parts: the tap itself promises nothing. */
export type StageShape =
  | { readonly kind: "plane"; readonly plane: Plane }
  | { readonly kind: "mask"; readonly mask: Mask }
  | { readonly kind: "field"; readonly field: OrientationField }
  | { readonly kind: "bitmap"; readonly bitmap: Bitmap }
  | { readonly kind: "points"; readonly points: readonly Point[] };

/** A minutia in image axes; `rad` turns from +x towards y (down). */
export type Point = {
  readonly x: number;
  readonly y: number;
  readonly rad: number;
  readonly type: "ending" | "bifurcation";
};

const has = <K extends string>(
  value: unknown,
  ...keys: readonly K[]
): value is Record<K, unknown> =>
  typeof value === "object" && value !== null && keys.every((key) => key in value);

const isPlane = (value: unknown): value is Plane =>
  has(value, "widthPx", "heightPx", "data") && value.data instanceof Float32Array;

const isMask = (value: unknown): value is Mask =>
  has(value, "columns", "rows", "cells") && value.cells instanceof Uint8Array;

const isField = (value: unknown): value is OrientationField =>
  has(value, "cos2", "sin2", "coherence") && isPlane(value.cos2) && isPlane(value.sin2);

const isRidges = (value: unknown): value is Enhanced | Normalised =>
  has(value, "ridges") && isPlane(value.ridges);

const isBitmap = (value: unknown): value is Bitmap =>
  has(value, "stride", "bits") && value.bits instanceof Uint8Array;

const isCandidate = (value: unknown): value is Candidate => has(value, "x", "y", "rad", "type");
const isMinutia = (value: unknown): value is Minutia => has(value, "x", "y", "angleRad", "type");

const toPoint = (value: unknown): Point[] => {
  if (isCandidate(value)) return [value];
  // The public form counts angles counter-clockwise.
  if (isMinutia(value)) return [{ ...value, rad: -value.angleRad }];
  return [];
};

/** A copy of what was tapped (later stages write into some of it), or null for what cannot be drawn. */
export const shapeOf = (value: unknown): StageShape | null => {
  if (isPlane(value)) return { kind: "plane", plane: { ...value, data: value.data.slice() } };
  if (isMask(value)) return { kind: "mask", mask: { ...value, cells: value.cells.slice() } };
  if (isField(value)) return { kind: "field", field: value };
  if (isRidges(value)) return shapeOf(value.ridges);
  if (isBitmap(value)) return { kind: "bitmap", bitmap: { ...value, bits: value.bits.slice() } };
  if (Array.isArray(value)) return { kind: "points", points: value.flatMap(toPoint) };
  return null;
};
