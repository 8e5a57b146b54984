import type { WebLog } from "./web-context.ts";

/** Long enough to be cheap, short enough for proxies that cut idle connections at 30 s. */
const COMMENT_EVERY_MS = 25_000;
/** A burst of sales is one message: the page fetches the newest state anyway. */
const GATHER_MS = 120;
/** Browsers open six HTTP/1.1 connections to one host; two stay free for the pages themselves. More tabs poll. */
const STREAMS_PER_SESSION = 4;
const STREAMS_IN_ALL = 5_000;
/** A reader this far behind is gone. */
const UNREAD_CHUNKS_MAX = 16;

export type StreamRequest = {
  /** Who reads: bounds are per session. */
  readonly session: string;
  readonly lastEventId: string | undefined;
  readonly subscribe: (listener: () => void) => () => void;
  /** Asked with every comment, so that a signed-out page stops hearing. */
  readonly isStillAllowed: () => Promise<boolean>;
};

export type LiveStreams = {
  /** A `text/event-stream` response, or null when there are too many streams. */
  open(request: StreamRequest): Response | null;
  count(): number;
};

/**
 * Server-sent events that say only *that* something changed. The page then asks for itself again, with all its checks:
 * a stream can never show what its reader may not see.
 */
export function createLiveStreams(log: WebLog): LiveStreams {
  const countBySession = new Map<string, number>();
  let total = 0;

  function take(session: string): boolean {
    const count = countBySession.get(session) ?? 0;
    if (count >= STREAMS_PER_SESSION || total >= STREAMS_IN_ALL) return false;
    countBySession.set(session, count + 1);
    total += 1;
    return true;
  }

  function release(session: string): void {
    const count = (countBySession.get(session) ?? 1) - 1;
    if (count === 0) countBySession.delete(session);
    else countBySession.set(session, count);
    total -= 1;
  }

  return {
    open(request) {
      if (!take(request.session)) {
        log.warn({ event: "live.refused", streams: total }, "too many live streams");
        return null;
      }
      const body = streamOf(request, () => {
        release(request.session);
      });
      return new Response(body, {
        headers: {
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-store",
          "x-accel-buffering": "no",
        },
      });
    },
    count: () => total,
  };
}

function streamOf(request: StreamRequest, release: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  // Time-based, so that ids keep rising after a restart.
  let sequence = Date.now();
  let stop = (): void => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let gathering: NodeJS.Timeout | undefined;
        let isOpen = true;
        const send = (text: string): void => {
          if (!isOpen) return;
          if ((controller.desiredSize ?? 0) <= -UNREAD_CHUNKS_MAX) end();
          else controller.enqueue(encoder.encode(text));
        };
        const tell = (name: string): void => {
          sequence += 1;
          send(`id: ${sequence}\nevent: ${name}\ndata: ${sequence}\n\n`);
        };
        const unsubscribe = request.subscribe(() => {
          gathering ??= setTimeout(() => {
            gathering = undefined;
            tell("changed");
          }, GATHER_MS);
        });
        const heartbeat = setInterval(() => {
          send(": still here\n\n");
          void request.isStillAllowed().then(
            (isAllowed) => {
              if (!isAllowed) end();
            },
            () => {
              end();
            },
          );
        }, COMMENT_EVERY_MS);
        heartbeat.unref();
        stop = () => {
          if (!isOpen) return;
          isOpen = false;
          clearInterval(heartbeat);
          clearTimeout(gathering);
          unsubscribe();
          release();
        };
        const end = (): void => {
          stop();
          controller.close();
        };
        send("retry: 2000\n\n");
        // We keep no history: whoever comes back reloads, which is the same few kilobytes.
        tell(request.lastEventId === undefined ? "ready" : "resync");
      },
      cancel() {
        stop();
      },
    },
    { highWaterMark: 1 },
  );
}
