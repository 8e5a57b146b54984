import type { StudentId } from "@saku/protocol";
import type { GlassOrder, GlassState } from "../identify/glass.ts";
import type { PoorCause } from "../identify/judgement.ts";
import type { FingerName, SaveOutcome } from "../vault/vault.ts";

export type EnrolmentState = {
  readonly mode: EnrolmentMode;
  readonly glass: GlassState;
  /** Placements that make a template at the sensor that is there (rule E4). */
  readonly buildCount: number;
  /** Merged templates are numbered; placements have their capture's number. */
  readonly nextTemplate: number;
};

export type EnrolChild = {
  readonly student: StudentId;
  readonly number: string;
  readonly firstName: string;
  readonly className: string;
  readonly consent: "none" | "granted" | "withdrawn";
  readonly hasPin: boolean;
};

/** What has been collected for one child; nothing of it is stored before `save`. */
export type Collection = {
  readonly child: EnrolChild;
  /** 0 (PIN only), 1 or 2. */
  readonly fingers: readonly FingerName[];
  readonly done: readonly DoneFinger[];
};

export type DoneFinger = { readonly finger: FingerName; readonly template: number };

/** Three words instead of a number. */
export type QualityWord = "good" | "fair" | "poor";

export type PlacementNote =
  | { readonly kind: "quality"; readonly word: QualityWord; readonly cause: PoorCause | null }
  /** The sensor or the matcher could not finish. */
  | { readonly kind: "unread" }
  /** One placement did not fit the others and is taken again. */
  | { readonly kind: "inconsistent" }
  /** The last placement did not match what the ones before it made. */
  | { readonly kind: "not-verified" }
  /** This finger is already one of this child's. */
  | { readonly kind: "same-finger" };

/** The placements of the finger that is being taken. */
export type Placing = {
  readonly finger: FingerName;
  readonly placements: readonly number[];
  /** The merged template once all placements are in; then one more verifies it. */
  readonly template: number | null;
  readonly note: PlacementNote | null;
  /** Unusable placements in a row. */
  readonly poorCount: number;
  readonly unverifiedCount: number;
};

export type Work = "extracting" | "merging" | "verifying" | "searching";

export type EnrolmentMode =
  | { readonly kind: "closed" }
  | { readonly kind: "roster"; readonly note: "no-consent" | null }
  | { readonly kind: "assent"; readonly child: EnrolChild }
  | { readonly kind: "fingers"; readonly child: EnrolChild }
  | { readonly kind: "placing"; readonly collection: Collection; readonly placing: Placing }
  | {
      readonly kind: "working";
      readonly collection: Collection;
      readonly placing: Placing;
      readonly work: Work;
      /** The placement being looked at. */
      readonly capture: number;
    }
  | { readonly kind: "duplicate"; readonly collection: Collection; readonly finger: FingerName }
  | {
      readonly kind: "pin";
      readonly collection: Collection;
      readonly first: string | null;
      readonly note: "differs" | "length" | null;
    }
  | { readonly kind: "saving"; readonly collection: Collection; readonly pin: string | null }
  | { readonly kind: "saved"; readonly child: EnrolChild; readonly fingerCount: number }
  | {
      readonly kind: "failed";
      readonly collection: Collection;
      readonly pin: string | null;
      readonly reason: SaveRefusal;
    };

export type SaveRefusal = Extract<SaveOutcome, { kind: "refused" }>["reason"];

export type EnrolmentEvent =
  | { readonly kind: "open" }
  | { readonly kind: "close" }
  | { readonly kind: "choose"; readonly child: EnrolChild }
  | { readonly kind: "choose-pin"; readonly child: EnrolChild }
  | { readonly kind: "assent"; readonly isYes: boolean }
  | { readonly kind: "fingers"; readonly fingers: readonly FingerName[] }
  | { readonly kind: "other-finger"; readonly finger: FingerName }
  | { readonly kind: "redo" }
  | { readonly kind: "pin-only" }
  | { readonly kind: "pin"; readonly pin: string }
  | { readonly kind: "pin-skip" }
  | { readonly kind: "cancel" }
  | { readonly kind: "next" }
  | { readonly kind: "sensor"; readonly sensor: "away" }
  | { readonly kind: "sensor"; readonly sensor: "ready"; readonly buildCount: number }
  | {
      readonly kind: "captured";
      readonly capture: number;
      readonly outcome: "image" | "no-finger" | "poor";
    }
  | { readonly kind: "taken"; readonly capture: number }
  | { readonly kind: "lifted"; readonly isFree: boolean }
  | { readonly kind: "extracted"; readonly capture: number; readonly result: Extracted }
  | { readonly kind: "merged"; readonly template: number; readonly result: Merged }
  | { readonly kind: "verified"; readonly capture: number; readonly isMatch: boolean }
  | { readonly kind: "searched"; readonly template: number; readonly result: Searched }
  /** A step of the matcher could not be finished. */
  | { readonly kind: "work-failed" }
  | { readonly kind: "saved" }
  | { readonly kind: "save-refused"; readonly reason: SaveRefusal };

export type Extracted =
  | { readonly kind: "usable"; readonly word: "good" | "fair" }
  | { readonly kind: "poor"; readonly cause: PoorCause };

export type Merged =
  { readonly kind: "merged" } | { readonly kind: "inconsistent"; readonly placementIndex: number };

export type Searched = "free" | "other-child" | "same-finger";

export type EnrolmentEffect =
  | GlassOrder
  | { readonly kind: "extract"; readonly capture: number }
  /** Make `template` of these placements. */
  | { readonly kind: "merge"; readonly template: number; readonly placements: readonly number[] }
  | { readonly kind: "verify"; readonly template: number; readonly capture: number }
  /** Is this finger anybody else's, or one of the child's own in `others`? */
  | {
      readonly kind: "search";
      readonly template: number;
      readonly capture: number;
      readonly except: StudentId;
      readonly others: readonly number[];
    }
  | {
      readonly kind: "save";
      readonly student: StudentId;
      readonly fingers: readonly DoneFinger[];
      readonly pin: string | null;
    }
  | { readonly kind: "forget" }
  | { readonly kind: "light"; readonly light: "off" | "waiting" | "retry" | "approved" }
  | { readonly kind: "signal"; readonly signal: "approved" | "retry" };

export type EnrolmentStep = {
  readonly state: EnrolmentState;
  readonly effects: readonly EnrolmentEffect[];
};
