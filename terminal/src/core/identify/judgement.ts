import type { StudentId } from "@saku/protocol";

/** What came of one placement, in words that need neither the engine's nor the sensor's types. */
export type Reading =
  /** The engine is sure whose finger it is; standing comes from the directory at that moment. */
  | {
      readonly kind: "identified";
      readonly student: StudentId;
      readonly isActive: boolean;
      readonly hasConsent: boolean;
    }
  | { readonly kind: "not-found" }
  | { readonly kind: "ambiguous" }
  | { readonly kind: "poor"; readonly reason: PoorCause }
  /** The module or the matcher could not finish: nobody's fault at the counter. */
  | { readonly kind: "unread" };

export type PoorCause =
  "no-finger" | "too-dry" | "too-wet" | "off-centre" | "partial" | "residual-print";

/** The one instruction that the child sees before the next placement. */
export type Coach = "wipe" | "centre" | "press" | "wet" | "other-finger";

export type Judgement =
  | { readonly kind: "child"; readonly student: StudentId }
  /** `keepsProbe`: the placement was readable, so its evidence may help the next one. */
  | { readonly kind: "retry"; readonly coach: Coach; readonly keepsProbe: boolean }
  | { readonly kind: "fallback" };

/** Placements that one charge may use before the PIN is offered by itself. */
export const ATTEMPT_MAX = 3;

const COACH_BY_CAUSE: Readonly<Record<PoorCause, Coach>> = {
  "no-finger": "press",
  "too-dry": "press",
  "too-wet": "wet",
  "off-centre": "centre",
  partial: "press",
  "residual-print": "wipe",
};

function coachFor(reading: Reading, attempt: number): Coach {
  // The second failure asks for the other enrolled finger, whatever the cause was.
  if (attempt >= ATTEMPT_MAX - 1) return "other-finger";
  return reading.kind === "poor" ? COACH_BY_CAUSE[reading.reason] : "wipe";
}

/** Decides what one reading means; `attempt` is 1 for the first placement of a charge. */
export function judge(reading: Reading, attempt: number): Judgement {
  if (reading.kind === "identified" && reading.isActive && reading.hasConsent)
    return { kind: "child", student: reading.student };
  if (attempt >= ATTEMPT_MAX) return { kind: "fallback" };
  const keepsProbe = reading.kind === "not-found" || reading.kind === "ambiguous";
  return { kind: "retry", coach: coachFor(reading, attempt), keepsProbe };
}
