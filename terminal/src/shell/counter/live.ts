import type { Context } from "hono";
import { streamSSE } from "hono/streaming";

const HEARTBEAT_MS = 25_000;
const READER_COUNT_MAX = 16;

/** Shows the newest text to every reader; a slow reader gets the newest, not every one. */
export interface LiveText {
  /** Tells the readers that the text may have changed. */
  changed(): void;
  serve(c: Context): Response;
  close(): void;
}

/** `text` is asked when there is something to send; sent as the unnamed SSE event. */
export function createLiveText(text: () => string): LiveText {
  const wakes = new Set<() => void>();
  let isClosed = false;

  function serve(c: Context): Response {
    if (wakes.size >= READER_COUNT_MAX) return c.text("Too many readers", 503);
    return streamSSE(c, async (stream) => {
      let wake: () => void = () => undefined;
      const entry = (): void => wake();
      wakes.add(entry);
      stream.onAbort(() => {
        wakes.delete(entry);
        wake();
      });
      let sent = "";
      while (!stream.aborted && !isClosed) {
        const now = text();
        if (now !== sent) {
          sent = now;
          await stream.writeSSE({ data: now });
          continue;
        }
        const isBeat = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(true), HEARTBEAT_MS);
          wake = () => {
            clearTimeout(timer);
            resolve(false);
          };
        });
        wake = () => undefined;
        if (isBeat) await stream.write(": here\n\n");
      }
      wakes.delete(entry);
    });
  }

  return {
    serve,
    changed: () => {
      for (const wake of wakes) wake();
    },
    close: () => {
      isClosed = true;
      for (const wake of wakes) wake();
    },
  };
}
