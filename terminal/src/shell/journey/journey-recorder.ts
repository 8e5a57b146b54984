import type { Rupiah, StudentId, UnixMs } from "@saku/protocol";
import type { SaleOutcome } from "../../core/wallet/sale-desk.ts";
import type { CaptureTimings } from "../../sensors/sensor.ts";
import { decisionStages, NO_STAGES, type Journey, type JourneyStages } from "./journey.ts";
import type { JourneyLog } from "./journey-log.ts";

export type RecorderClock = {
  readonly unixMs: () => UnixMs;
  /** Monotonic. */
  readonly elapsedMs: () => number;
};

/** Follows one charge after the other; every report belongs to the charge that is open. */
export interface JourneyRecorder {
  begin(amount: Rupiah): void;
  /** `wholeMs` is the whole capture call; what the sensor did not need of it was waiting for the finger. */
  captured(timings: CaptureTimings, wholeMs: number): void;
  read(reading: string, timings: { extractMs: number; identifyMs: number }): void;
  decided(order: { student: StudentId; method: "finger" | "pin" }, outcome: SaleOutcome): void;
  /** The charge ended without a decision. Ignored when none is open. */
  left(): void;
}

type Open = {
  readonly startedAtMs: UnixMs;
  readonly startMs: number;
  readonly amount: Rupiah;
  readings: readonly string[];
  stages: JourneyStages;
};

export function createJourneyRecorder(log: JourneyLog, clock: RecorderClock): JourneyRecorder {
  let open: Open | null = null;
  /** A finger may come before its charge: its capture is kept until one begins. */
  let early: Partial<JourneyStages> = {};

  function close(
    rest: Pick<Journey, "outcome" | "reason" | "method" | "saleId" | "student">,
    stages: Partial<JourneyStages>,
  ): void {
    if (open === null) return;
    const { startedAtMs, startMs, amount, readings } = open;
    const totalMs = Math.round(clock.elapsedMs() - startMs);
    const attemptCount = readings.length;
    log.record({
      id: log.nextId(),
      startedAtMs,
      totalMs,
      amount,
      attemptCount,
      readings,
      stages: rounded({ ...open.stages, ...stages }),
      ...rest,
    });
    open = null;
  }

  const nobody = { method: null, saleId: null, student: null } as const;
  const left = (): void => {
    early = {};
    close({ outcome: "left", reason: null, ...nobody }, {});
  };

  return {
    begin: (amount) => {
      const stages = { ...NO_STAGES, ...early };
      left();
      open = {
        startedAtMs: clock.unixMs(),
        startMs: clock.elapsedMs(),
        amount,
        readings: [],
        stages,
      };
    },
    captured: ({ captureMs, transferMs }, wholeMs) => {
      const touchWaitMs = Math.max(0, wholeMs - captureMs - transferMs);
      const stages = { touchWaitMs, captureMs, transferMs };
      if (open === null) early = { ...stages, touchWaitMs: 0 };
      else open.stages = { ...open.stages, ...stages };
    },
    read: (reading, { extractMs, identifyMs }) => {
      if (open === null) return;
      open.readings = [...open.readings, reading];
      open.stages = { ...open.stages, extractMs, identifyMs };
    },
    decided: ({ student, method }, outcome) => {
      if (outcome.kind === "sold")
        close(
          { outcome: "approved", reason: null, method, saleId: outcome.saleId, student },
          decisionStages(outcome.timings),
        );
      else close({ outcome: "refused", reason: outcome.reason, method, saleId: null, student }, {});
    },
    left,
  };
}

function rounded(stages: JourneyStages): JourneyStages {
  const round = (value: number | null): number | null =>
    value === null ? null : Math.round(value * 10) / 10;
  return {
    touchWaitMs: round(stages.touchWaitMs),
    captureMs: round(stages.captureMs),
    transferMs: round(stages.transferMs),
    extractMs: round(stages.extractMs),
    identifyMs: round(stages.identifyMs),
    decideMs: round(stages.decideMs),
    askMs: round(stages.askMs),
    signMs: round(stages.signMs),
    commitMs: round(stages.commitMs),
    ackMs: round(stages.ackMs),
  };
}
