import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLiveStreams, type LiveStreams } from "./live.ts";

const silent = {
  info: (): void => undefined,
  warn: (): void => undefined,
  error: (): void => undefined,
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Opened = {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly tell: () => void;
  readonly isSubscribed: () => boolean;
};

function open(
  streams: LiveStreams,
  options: { session?: string; lastEventId?: string; isStillAllowed?: () => Promise<boolean> } = {},
): Opened | null {
  let listener: (() => void) | null = null;
  const response = streams.open({
    session: options.session ?? "s1",
    lastEventId: options.lastEventId,
    subscribe: (heard) => {
      listener = heard;
      return () => {
        listener = null;
      };
    },
    isStillAllowed: options.isStillAllowed ?? (async () => true),
  });
  if (response?.body === null || response === null) return null;
  return {
    reader: response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>,
    tell: () => listener?.(),
    isSubscribed: () => listener !== null,
  };
}

async function next(opened: Opened | null): Promise<string> {
  const chunk = await opened?.reader.read();
  return chunk?.value === undefined ? "" : new TextDecoder().decode(chunk.value);
}

test("a stream greets, then says that something changed, with rising ids", async () => {
  const opened = open(createLiveStreams(silent));
  expect(await next(opened)).toBe("retry: 2000\n\n");
  const first = /id: (\d+)\nevent: ready/.exec(await next(opened));
  opened?.tell();
  await vi.advanceTimersByTimeAsync(200);
  const second = /id: (\d+)\nevent: changed/.exec(await next(opened));
  expect(Number(second?.[1])).toBeGreaterThan(Number(first?.[1]));
});

test("a reader who comes back is told to load anew", async () => {
  const opened = open(createLiveStreams(silent), { lastEventId: "17" });
  await next(opened);
  expect(await next(opened)).toContain("event: resync");
});

test("a burst of changes is one message", async () => {
  const opened = open(createLiveStreams(silent));
  await next(opened);
  await next(opened);
  for (let index = 0; index < 50; index++) opened?.tell();
  await vi.advanceTimersByTimeAsync(200);
  expect(await next(opened)).toContain("event: changed");
  await vi.advanceTimersByTimeAsync(25_000);
  expect(await next(opened)).toBe(": still here\n\n");
});

test("a quiet stream carries a comment every 25 seconds", async () => {
  const opened = open(createLiveStreams(silent));
  await next(opened);
  await next(opened);
  await vi.advanceTimersByTimeAsync(25_000);
  expect(await next(opened)).toMatch(/^:/);
});

test("four streams for one session and no more; closing one makes room", async () => {
  const streams = createLiveStreams(silent);
  const all = Array.from({ length: 4 }, () => open(streams));
  expect(open(streams)).toBeNull();
  expect(open(streams, { session: "s2" })).not.toBeNull();
  await all[0]?.reader.cancel();
  expect(all[0]?.isSubscribed()).toBe(false);
  expect(open(streams)).not.toBeNull();
});

test("a stream ends with the next comment once its reader may not listen any more", async () => {
  const streams = createLiveStreams(silent);
  const opened = open(streams, { isStillAllowed: async () => false });
  await next(opened);
  await next(opened);
  await vi.advanceTimersByTimeAsync(25_000);
  await next(opened);
  expect((await opened?.reader.read())?.done).toBe(true);
  expect(opened?.isSubscribed()).toBe(false);
  expect(streams.count()).toBe(0);
});

test("a reader who never reads is let go instead of filling memory", async () => {
  const streams = createLiveStreams(silent);
  const opened = open(streams);
  for (let index = 0; index < 40; index++) {
    opened?.tell();
    await vi.advanceTimersByTimeAsync(200);
  }
  expect(opened?.isSubscribed()).toBe(false);
  expect(streams.count()).toBe(0);
});
