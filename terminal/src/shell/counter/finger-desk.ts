import type { GlassOrder } from "../../core/identify/glass.ts";
import type { CaptureOutcome, CaptureTimings, SensorImage } from "../../sensors/sensor.ts";
import type { CounterStation } from "./ports.ts";

export type FingerReport =
  | {
      readonly kind: "captured";
      readonly capture: number;
      readonly outcome: "image" | "no-finger" | "poor";
    }
  | { readonly kind: "taken"; readonly capture: number }
  | { readonly kind: "lifted"; readonly isFree: boolean };

export type CapturedImage = {
  readonly image: SensorImage;
  readonly timings: CaptureTimings;
  /** From the order to the image, waiting for the finger included. */
  readonly wholeMs: number;
};

/** Carries out a machine's orders to the sensor; images wait here under their capture's number. */
export interface FingerDesk {
  order(order: GlassOrder): void;
  take(capture: number): CapturedImage | null;
  close(): void;
}

/** After an operation that the station refused, the machine may ask again this much later. */
const REFUSED_PAUSE_MS = 500;
/** Images are 18 to 37 kB; a machine reads its last one at once. */
const IMAGE_COUNT_MAX = 4;

export function createFingerDesk(
  station: CounterStation,
  report: (report: FingerReport) => void,
): FingerDesk {
  const images = new Map<number, CapturedImage>();
  let running = new AbortController();

  /** Nothing of a cancelled order is reported (`cancel-finger`). */
  async function carryOut(
    work: (signal: AbortSignal) => Promise<FingerReport>,
    refused: FingerReport,
  ): Promise<void> {
    const { signal } = running;
    try {
      const done = await work(signal);
      if (!signal.aborted) report(done);
    } catch {
      // The sensor is away and its status says so; should it still call itself ready, the machine asks again.
      setTimeout(() => {
        if (!signal.aborted) report(refused);
      }, REFUSED_PAUSE_MS);
    }
  }

  async function capture(
    number: number,
    waitMs: number,
    cancellation: AbortSignal,
  ): Promise<FingerReport> {
    const startMs = performance.now();
    const onTaken = (): void => {
      if (!cancellation.aborted) report({ kind: "taken", capture: number });
    };
    const outcome = await station.capture({ waitMs, cancellation, onTaken });
    if (outcome.kind === "image") {
      const { image, timings } = outcome;
      keep(images, number, { image, timings, wholeMs: performance.now() - startMs });
    }
    return { kind: "captured", capture: number, outcome: WORD_OF_OUTCOME[outcome.kind] };
  }

  return {
    order: (given) => {
      switch (given.kind) {
        case "capture":
          void carryOut(
            (signal) => capture(given.capture, given.waitMs, signal),
            notCaptured(given.capture),
          );
          return;
        case "wait-lifted":
          void carryOut((signal) => waitLifted(station, given.waitMs, signal), NOT_LIFTED);
          return;
        case "cancel-finger":
          running.abort();
          running = new AbortController();
          return;
      }
    },
    take: (number) => {
      const captured = images.get(number) ?? null;
      images.delete(number);
      return captured;
    },
    close: () => running.abort(),
  };
}

const NOT_LIFTED: FingerReport = { kind: "lifted", isFree: false };

function notCaptured(capture: number): FingerReport {
  return { kind: "captured", capture, outcome: "no-finger" };
}

const WORD_OF_OUTCOME = {
  image: "image",
  "image-poor": "poor",
  "no-finger": "no-finger",
  cancelled: "no-finger",
} as const satisfies Record<CaptureOutcome["kind"], string>;

function keep(images: Map<number, CapturedImage>, number: number, captured: CapturedImage): void {
  images.set(number, captured);
  const [oldest] = images.keys();
  if (images.size > IMAGE_COUNT_MAX && oldest !== undefined) images.delete(oldest);
}

async function waitLifted(
  station: CounterStation,
  waitMs: number,
  cancellation: AbortSignal,
): Promise<FingerReport> {
  return { kind: "lifted", isFree: await station.waitLifted({ waitMs, cancellation }) };
}
