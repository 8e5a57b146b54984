import { z } from "zod";
import type { ParentNews } from "./fleet-port.ts";

/** One charge as the terminal timed it, and when it reached the phone. */
export type StageJourney = {
  readonly terminal: number;
  readonly id: number;
  readonly startedAtMs: number;
  readonly totalMs: number;
  readonly amount: number;
  readonly outcome: "approved" | "refused" | "left";
  readonly reason: string | null;
  readonly method: string | null;
  readonly readings: readonly string[];
  readonly saleId: string | null;
  readonly student: string | null;
  readonly stations: Readonly<Record<Station, number | null>>;
};

/** Where the time of a sale goes, in the order it happens. */
export const stations = [
  "touch",
  "capture",
  "transfer",
  "extract",
  "identify",
  "decide",
  "ack",
  "phone",
] as const;
export type Station = (typeof stations)[number];

const duration = z.number().nullable();
const reportSchema = z.object({
  id: z.number(),
  startedAtMs: z.number(),
  totalMs: z.number(),
  amount: z.number(),
  outcome: z.enum(["approved", "refused", "left"]),
  reason: z.string().nullable(),
  method: z.string().nullable(),
  readings: z.array(z.string()),
  saleId: z.string().nullable(),
  student: z.string().nullable(),
  stages: z.object({
    touchWaitMs: duration,
    captureMs: duration,
    transferMs: duration,
    extractMs: duration,
    identifyMs: duration,
    decideMs: duration,
    askMs: duration,
    signMs: duration,
    commitMs: duration,
    ackMs: duration,
  }),
});

/** Reads a report of the terminal's `/service/journeys`; null when it is not one. */
export function parseJourney(terminal: number, text: string): StageJourney | null {
  const parsed = reportSchema.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { stages, ...report } = parsed.data;
  const decisions = [stages.decideMs, stages.askMs, stages.signMs, stages.commitMs];
  const known = decisions.filter((ms) => ms !== null);
  return {
    ...report,
    terminal,
    stations: {
      touch: stages.touchWaitMs,
      capture: stages.captureMs,
      transfer: stages.transferMs,
      extract: stages.extractMs,
      identify: stages.identifyMs,
      decide: known.length === 0 ? null : known.reduce((sum, ms) => sum + ms, 0),
      ack: stages.ackMs,
      phone: null,
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The terminal stamps a sale while it decides; the journey ends with the commit, in the same breath. */
const stampToleranceMs = 2_000;

/** Whether a guardian's page shows this very sale. */
export function isNewsOf(journey: StageJourney, news: ParentNews): boolean {
  const committedAtMs = journey.startedAtMs + journey.totalMs;
  return (
    journey.saleId !== null &&
    journey.student === news.student &&
    journey.amount === news.amountRupiah &&
    Math.abs(committedAtMs - news.soldAtUnixMs) <= stampToleranceMs
  );
}

/** The way from the cloud's acknowledgement to the guardian's page. */
export function withPhone(journey: StageJourney, seenAtUnixMs: number): StageJourney {
  const committedAtMs = journey.startedAtMs + journey.totalMs;
  const phone = Math.max(0, Math.round(seenAtUnixMs - committedAtMs - (journey.stations.ack ?? 0)));
  return { ...journey, stations: { ...journey.stations, phone } };
}
