import type { Identification, PoorReason } from "../../biometrics/engine-api.ts";
import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";

/** A child's templates as bytes; the key is opaque to the worker. */
export type GalleryRecord = { readonly key: string; readonly templates: readonly Uint8Array[] };

export type Probe =
  | { readonly kind: "image"; readonly image: GrayImage }
  | { readonly kind: "template"; readonly template: Uint8Array };

/** What the worker can be asked, by name, and what it answers. */
export type Questions = {
  load: { readonly ask: readonly GalleryRecord[]; readonly answer: LoadReport };
  put: { readonly ask: GalleryRecord; readonly answer: LoadReport };
  remove: { readonly ask: string; readonly answer: LoadReport };
  extract: { readonly ask: GrayImage; readonly answer: ExtractReport };
  identify: {
    readonly ask: { readonly probe: Probe; readonly earlier: readonly Uint8Array[] };
    readonly answer: IdentifyReport;
  };
  consolidate: { readonly ask: readonly Uint8Array[]; readonly answer: ConsolidateReport };
  verify: {
    readonly ask: { readonly template: Uint8Array; readonly probe: Uint8Array };
    readonly answer: boolean;
  };
  "find-duplicate": {
    readonly ask: { readonly probes: readonly Uint8Array[]; readonly except: string };
    readonly answer: boolean;
  };
};

export type QuestionName = keyof Questions;

export type Ask<Name extends QuestionName> = Questions[Name]["ask"];
export type AnswerTo<Name extends QuestionName> = Questions[Name]["answer"];

export type LoadReport = {
  readonly keyCount: number;
  /** Templates that could not be decoded, and those of children for whom the gallery has no room. */
  readonly skippedCount: number;
};

export type ExtractReport =
  | {
      readonly kind: "template";
      readonly template: Uint8Array;
      readonly quality: number;
      readonly extractMs: number;
    }
  | {
      readonly kind: "poor";
      readonly reason: PoorReason;
      readonly quality: number;
      readonly extractMs: number;
    };

export type IdentifyReport =
  | {
      readonly kind: "searched";
      readonly identification: Identification;
      /** The probe, for the next placement of the same charge. */
      readonly template: Uint8Array;
      readonly extractMs: number;
      readonly identifyMs: number;
    }
  | {
      readonly kind: "poor";
      readonly reason: PoorReason;
      readonly extractMs: number;
      readonly identifyMs: 0;
    }
  /** The search was stopped before its end: it says nothing about anybody. */
  | {
      readonly kind: "stopped";
      readonly reason: StopReason;
      readonly extractMs: number;
      readonly identifyMs: number;
    };

export type StopReason = "out-of-time" | "cancelled";

export type ConsolidateReport =
  | { readonly kind: "merged"; readonly template: Uint8Array }
  | { readonly kind: "inconsistent"; readonly placementIndex: number };

/** Told to the thread once, when it starts. */
export type ThreadSettings = { readonly searchBudgetMs: number };

/** Nobody waits for this question's search any more; unknown and answered questions are not affected. */
export type CancelMessage = { readonly cancelledId: number };

export type RequestMessage = {
  readonly id: number;
  readonly name: QuestionName;
  readonly ask: unknown;
  /** Nobody waited any more when it was asked. */
  readonly isCancelled: boolean;
};

export type AnswerMessage =
  | { readonly id: number; readonly isOk: true; readonly answer: unknown }
  | { readonly id: number; readonly isOk: false; readonly sentence: string };
