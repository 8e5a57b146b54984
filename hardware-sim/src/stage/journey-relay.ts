import type { ParentNews, StageFleet } from "./fleet-port.ts";
import { readEventStream } from "./event-stream.ts";
import { isNewsOf, parseJourney, type StageJourney, withPhone } from "./journey.ts";

/** Follows every terminal's own report of its charges; terminals may die and come back. */
export interface JourneyRelay {
  readonly latest: readonly StageJourney[];
  onJourney(listener: (journey: StageJourney) => void): () => void;
  close(): void;
}

const keptJourneys = 12;
const keptNews = 50;
const retryMs = 800;

export function createJourneyRelay(fleet: StageFleet): JourneyRelay {
  const stop = new AbortController();
  const journeys = new Map<string, StageJourney>();
  let news: readonly ParentNews[] = [];
  const listeners = new Set<(journey: StageJourney) => void>();
  const keyOf = (journey: StageJourney): string =>
    `${journey.terminal}-${journey.startedAtMs}-${journey.id}`;
  const record = (reported: StageJourney): void => {
    const seen = news.find((item) => isNewsOf(reported, item));
    const journey = seen === undefined ? reported : withPhone(reported, seen.seenAtUnixMs);
    const key = keyOf(journey);
    // Terminals replay their last charges when the stage connects again: only what changed is news.
    if (JSON.stringify(journeys.get(key)) === JSON.stringify(journey)) return;
    journeys.set(key, journey);
    const surplus = [...journeys.values()]
      .toSorted((a, b) => b.startedAtMs - a.startedAtMs)
      .slice(keptJourneys);
    for (const old of surplus) journeys.delete(keyOf(old));
    for (const listener of listeners) listener(journey);
  };
  const unfollow = fleet.onParentNews?.((item) => {
    news = [...news, item].slice(-keptNews);
    for (const journey of journeys.values()) if (isNewsOf(journey, item)) record(journey);
  });
  fleet.terminals.forEach((terminal, index) => {
    void follow(terminal.counterUrl, stop.signal, (text) => {
      const journey = parseJourney(index, text);
      if (journey !== null) record(journey);
    });
  });
  return {
    get latest() {
      return [...journeys.values()].toSorted((a, b) => b.startedAtMs - a.startedAtMs);
    },
    onJourney: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      unfollow?.();
      stop.abort();
    },
  };
}

async function follow(
  counterUrl: string,
  signal: AbortSignal,
  onData: (data: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const headers = { accept: "text/event-stream" };
      const response = await fetch(`${counterUrl}/service/journeys`, { headers, signal });
      if (response.ok && response.body !== null) {
        await readEventStream(response.body, "journey", onData);
      }
    } catch {
      // The terminal is down or was killed: the visitor sees that on its switch.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
