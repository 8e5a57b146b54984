import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { expect, test } from "vitest";
import type { ParentNews, StageFleet } from "./fleet-port.ts";
import { readEventStream } from "./event-stream.ts";
import { isNewsOf, parseJourney, type StageJourney, withPhone } from "./journey.ts";
import { createJourneyRelay } from "./journey-relay.ts";

const report = {
  id: 7,
  startedAtMs: 1000,
  totalMs: 2300,
  amount: 5000,
  outcome: "approved",
  reason: null,
  method: "finger",
  attemptCount: 1,
  readings: ["identified"],
  saleId: "sale-7",
  student: "aisyah",
  stages: {
    touchWaitMs: 310,
    captureMs: 140,
    transferMs: 1760,
    extractMs: 61,
    identifyMs: 17,
    decideMs: 1,
    askMs: null,
    signMs: 2,
    commitMs: 6,
    ackMs: null,
  },
};

test("a terminal's report becomes stations; decide, ask, sign and fsync are one", () => {
  const journey = parseJourney(1, JSON.stringify(report));
  expect(journey?.terminal).toBe(1);
  expect(journey?.stations).toEqual({
    touch: 310,
    capture: 140,
    transfer: 1760,
    extract: 61,
    identify: 17,
    decide: 9,
    ack: null,
    phone: null,
  });
});

test.each(["", "{", "[]", JSON.stringify({ ...report, outcome: "stolen" })])(
  "%j is not a report",
  (text) => {
    expect(parseJourney(0, text)).toBeNull();
  },
);

test("the phone's part begins where the cloud's acknowledgement ended", () => {
  const acked = { ...report, stages: { ...report.stages, ackMs: 40 } };
  const journey = parseJourney(0, JSON.stringify(acked));
  if (journey === null) throw new Error("the report is a report");
  expect(withPhone(journey, 3300 + 40 + 120).stations.phone).toBe(120);
  expect(withPhone(journey, 3310).stations.phone).toBe(0);
});

test.each([
  ["another child", { student: "bagus" }],
  ["another amount", { amountRupiah: 2000 }],
  ["another time", { soldAtUnixMs: 9000 }],
])("a line about %s is not this sale", (_, difference) => {
  const journey = parseJourney(0, JSON.stringify(report));
  if (journey === null) throw new Error("the report is a report");
  const line = { student: "aisyah", amountRupiah: 5000, soldAtUnixMs: 3290, seenAtUnixMs: 3500 };
  expect(isNewsOf(journey, line)).toBe(true);
  expect(isNewsOf(journey, { ...line, ...difference })).toBe(false);
});

test("events are read whole however the stream is cut, others are passed over", async () => {
  const bytes = new TextEncoder().encode(
    ': hello\n\nevent: journey\nid: 1\ndata: {"é":1}\n\nevent: other\ndata: no\n\nevent: journey\ndata: a\ndata: b\n\n',
  );
  for (let size = 1; size <= 40; size += 3) {
    const heard: string[] = [];
    let offset = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (offset >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(offset, (offset += size)));
      },
    });
    await readEventStream(stream, "journey", (data) => heard.push(data));
    expect(heard, `pieces of ${size}`).toEqual(['{"é":1}', "a\nb"]);
  }
});

test("the relay follows a terminal, comes back when it was killed, and does not repeat what it knows", async () => {
  const sse = (body: unknown): string => `event: journey\nid: 7\ndata: ${JSON.stringify(body)}\n\n`;
  let connections = 0;
  const app = new Hono().get("/service/journeys", (c) => {
    connections++;
    const acked = { ...report, stages: { ...report.stages, ackMs: 38 } };
    return c.body(connections === 1 ? sse(report) : sse(report) + sse(acked));
  });
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  let news: (item: ParentNews) => void = () => undefined;
  const fleet = {
    terminals: [{ counterUrl: `http://127.0.0.1:${port}` }],
    onParentNews: (listener: (item: ParentNews) => void) => {
      news = listener;
      return () => undefined;
    },
  } as unknown as StageFleet;
  const relay = createJourneyRelay(fleet);
  const heard: StageJourney[] = [];
  await new Promise<void>((resolve) => {
    relay.onJourney((journey) => {
      heard.push(journey);
      if (journey.stations.ack !== null) resolve();
    });
  });
  expect(connections).toBe(2);
  expect(heard.map(({ stations }) => stations.ack)).toEqual([null, 38]);
  const sold = { student: "aisyah", amountRupiah: 5000, soldAtUnixMs: 3290 };
  news({ ...sold, student: "bagus", seenAtUnixMs: 3400 });
  expect(relay.latest[0]?.stations.phone).toBeNull();
  news({ ...sold, seenAtUnixMs: 3300 + 38 + 200 });
  expect(relay.latest[0]?.stations.phone).toBe(200);
  relay.close();
  server.close();
});
