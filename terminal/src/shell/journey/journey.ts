import type { Rupiah, StudentId, UnixMs } from "@saku/protocol";
import type { SaleRefusal, SaleTimings } from "../../core/wallet/sale-desk.ts";

/** Where the time of one charge went; milliseconds, null = this stage was not part of it. */
export type JourneyStages = {
  /** From "Tagih" (or the lift before a retry) to the finger. */
  readonly touchWaitMs: number | null;
  readonly captureMs: number | null;
  readonly transferMs: number | null;
  readonly extractMs: number | null;
  readonly identifyMs: number | null;
  readonly decideMs: number | null;
  readonly askMs: number | null;
  readonly signMs: number | null;
  readonly commitMs: number | null;
  /** From the commit to the cloud's acknowledgement; comes later, as a second report of the same journey. */
  readonly ackMs: number | null;
};

/** One charge from "Tagih" to its end. Nobody is named: ids are opaque, amounts and times are what the ledger knows. */
export type Journey = {
  readonly id: number;
  readonly startedAtMs: UnixMs;
  readonly totalMs: number;
  readonly amount: Rupiah;
  readonly outcome: "approved" | "refused" | "left";
  readonly reason: SaleRefusal | null;
  readonly method: "finger" | "pin" | null;
  /** Placements read. */
  readonly attemptCount: number;
  /** What each placement came to, in order, for example `not-found`, `too-wet`, `identified`. */
  readonly readings: readonly string[];
  readonly saleId: string | null;
  readonly student: StudentId | null;
  /** Of the last placement, and of the decision. */
  readonly stages: JourneyStages;
};

export const NO_STAGES: JourneyStages = {
  touchWaitMs: null,
  captureMs: null,
  transferMs: null,
  extractMs: null,
  identifyMs: null,
  decideMs: null,
  askMs: null,
  signMs: null,
  commitMs: null,
  ackMs: null,
};

export function decisionStages(
  timings: SaleTimings,
): Pick<JourneyStages, "decideMs" | "askMs" | "signMs" | "commitMs"> {
  const { decideMs, askMs, signMs, commitMs } = timings;
  return { decideMs, askMs, signMs, commitMs };
}
