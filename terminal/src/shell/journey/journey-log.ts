import type { UnixMs } from "@saku/protocol";
import type { Journey } from "./journey.ts";

/** The last journeys of this daemon, in memory only. */
export interface JourneyLog {
  /** Records a journey, or a newer report of the same `id`, and tells everybody who follows. */
  record(journey: Journey): void;
  /** The cloud has booked these events: completes the journeys that made them. */
  acked(saleIds: readonly string[], atMs: UnixMs): void;
  /** Oldest first. */
  last(count: number): readonly Journey[];
  /** Tells every new report; returns the way to stop. */
  follow(listener: (journey: Journey) => void): () => void;
  nextId(): number;
}

export const JOURNEY_COUNT_MAX = 200;

export function createJourneyLog(): JourneyLog {
  let journeys: readonly Journey[] = [];
  let lastId = 0;
  const followers = new Set<(journey: Journey) => void>();

  function record(journey: Journey): void {
    const index = journeys.findIndex(({ id }) => id === journey.id);
    journeys =
      index === -1
        ? [...journeys, journey].slice(-JOURNEY_COUNT_MAX)
        : journeys.toSpliced(index, 1, journey);
    for (const follower of followers) follower(journey);
  }

  return {
    record,
    acked: (saleIds, atMs) => {
      const booked = new Set(saleIds);
      for (const journey of journeys) {
        if (journey.saleId === null || !booked.has(journey.saleId)) continue;
        if (journey.stages.ackMs !== null) continue;
        const soldAtMs = journey.startedAtMs + journey.totalMs;
        const ackMs = Math.max(0, Math.round(atMs - soldAtMs));
        record({ ...journey, stages: { ...journey.stages, ackMs } });
      }
    },
    last: (count) => journeys.slice(-count),
    follow: (listener) => {
      followers.add(listener);
      return () => void followers.delete(listener);
    },
    nextId: () => ++lastId,
  };
}
