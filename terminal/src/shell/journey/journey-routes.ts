import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { JourneyLog } from "./journey-log.ts";

const REPLAY_COUNT = 20;
/** Proxies and browsers forget a silent stream. */
const HEARTBEAT_MS = 25_000;
const FOLLOWER_COUNT_MAX = 8;

/**
 * `GET /service/journeys` (SSE, `event: journey`, `id` = journey id; a journey comes again with the same id when the
 * cloud has acknowledged it; the last 20 are replayed) and `GET /service/journeys.json` (the last 200).
 */
export function journeyRoutes(log: JourneyLog): Hono {
  let followerCount = 0;
  return new Hono()
    .get("/service/journeys.json", (c) => c.json({ journeys: log.last(Number.MAX_SAFE_INTEGER) }))
    .get("/service/journeys", (c) => {
      if (followerCount >= FOLLOWER_COUNT_MAX) return c.text("Too many followers", 503);
      return streamSSE(c, async (stream) => {
        followerCount += 1;
        const stop = log.follow((journey) => {
          void stream.writeSSE({
            event: "journey",
            id: String(journey.id),
            data: JSON.stringify(journey),
          });
        });
        stream.onAbort(() => {
          stop();
          followerCount -= 1;
        });
        for (const journey of log.last(REPLAY_COUNT))
          await stream.writeSSE({
            event: "journey",
            id: String(journey.id),
            data: JSON.stringify(journey),
          });
        while (!stream.aborted) {
          await stream.sleep(HEARTBEAT_MS);
          await stream.write(": here\n\n");
        }
      });
    });
}
