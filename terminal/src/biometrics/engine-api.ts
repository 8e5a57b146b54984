import type { GrayImage } from "./primitives/gray-image.ts";

/**
 * The engine's public face, as types. `extract.ts`, `match.ts`, `enrol.ts` and `identify.ts` each export the function
 * of the same name; this file is what the match worker and the tools build against.
 */

/** One minutia at 500 dpi: pixels from the image's top left, y down; angle in radians, counter-clockwise from +x, [0, 2π). */
export type Minutia = {
  readonly x: number;
  readonly y: number;
  readonly angleRad: number;
  readonly type: "ending" | "bifurcation";
  /** 0 … 100. */
  readonly quality: number;
};

/** What is kept of a placement or of several merged ones: minutiae, never an image. */
export type Template = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly minutiae: readonly Minutia[];
  /** Placements merged into this template. */
  readonly placementCount: number;
};

export type PoorReason =
  "no-finger" | "too-dry" | "too-wet" | "off-centre" | "partial" | "residual-print";

/** `quality` says how likely another placement will match (docs/fingerprint.md has the table). */
export type Extraction =
  | {
      readonly kind: "template";
      readonly template: Template;
      readonly quality: number;
      /** What would make a better placement, where the quality is low and the print says why. */
      readonly weakness?: PoorReason;
    }
  | { readonly kind: "poor"; readonly reason: PoorReason; readonly quality: number };

/** Receives every intermediate result of a pipeline under its stage's name. */
export type Tap = (stage: string, value: unknown) => void;

export type Extract = (image: GrayImage, tap?: Tap) => Extraction;

/** Similarity, 0 or more; `parameters.ts` says which false-match rate each threshold buys and on which data. */
export type Compare = (probe: Template, candidate: Template) => number;

/** Aligns and merges placements of one finger (1 … 8) into one template; refuses placements of different fingers. */
export type Consolidate = (
  placements: readonly Template[],
) =>
  | { readonly kind: "merged"; readonly template: Template }
  | { readonly kind: "inconsistent"; readonly placementIndex: number };

export type GalleryEntry = { readonly key: string; readonly templates: readonly Template[] };

export type Identification =
  | {
      readonly kind: "identified";
      readonly key: string;
      readonly score: number;
      readonly runnerUpScore: number;
    }
  /** Nobody passes the threshold, or the best two are too close together: never guess between children. */
  | { readonly kind: "not-found"; readonly bestScore: number }
  | { readonly kind: "ambiguous"; readonly bestScore: number; readonly runnerUpScore: number };

export type GalleryAddition =
  | { readonly kind: "added" }
  /** Nothing was changed: the gallery or the child is as full as `GALLERY_LIMITS` allows. */
  | { readonly kind: "refused"; readonly reason: "gallery-full" | "too-many-templates" };

/** Bytes a gallery holds; `liveBytes` of them are records, the rest is room for more. */
export type GalleryMemory = {
  readonly templateBytes: number;
  readonly sketchBytes: number;
  readonly liveBytes: number;
};

/**
 * A search in steps: whoever drives it may stop between two of them, and then has no answer, never half of one.
 * @throws RangeError when the gallery was changed, or another search begun, between two steps.
 */
export type Search = Iterator<undefined, Identification, undefined>;

/** A gallery prepared for search; `keys` are opaque (the worker uses student ids). */
export interface Gallery {
  readonly keyCount: number;
  /** Adds a child, or replaces the one of the same key. */
  add(entry: GalleryEntry): GalleryAddition;
  remove(key: string): void;
  /**
   * 1:N search. `earlier` are templates of the same presentation's previous placements, oldest first: their evidence is added
   * where it helps, so a second try helps the first instead of starting over.
   */
  identify(probe: Template, earlier?: readonly Template[]): Identification;
  /** The same search, a few milliseconds at a time, for anybody but `except`. */
  search(probe: Template, earlier?: readonly Template[], except?: string): Search;
  memory(): GalleryMemory;
}

/** Bytes of a template in our compact versioned form, at most 4 kB; `decodeTemplate` returns null for anything else. */
export type EncodeTemplate = (template: Template) => Uint8Array;
export type DecodeTemplate = (bytes: Uint8Array) => Template | null;
