import { rupiah, studentId, unixMs, type UnixMs } from "@saku/protocol";
import { describe, expect, test } from "vitest";
import { createJourneyLog, JOURNEY_COUNT_MAX, type JourneyLog } from "./journey-log.ts";
import { createJourneyRecorder, type JourneyRecorder } from "./journey-recorder.ts";
import { journeyRoutes } from "./journey-routes.ts";

const student = studentId("stu-1");
const START_MS = 1_700_000_000_000;
const SALE_ID = "a".repeat(64);
const CAPTURE = { captureMs: 200, transferMs: 900, transferRetryCount: 0 };

type Bench = { log: JourneyLog; recorder: JourneyRecorder; pass(ms: number): void };

function bench(): Bench {
  let elapsedMs = 0;
  const log = createJourneyLog();
  const recorder = createJourneyRecorder(log, {
    unixMs: (): UnixMs => unixMs(START_MS + elapsedMs),
    elapsedMs: () => elapsedMs,
  });
  return { log, recorder, pass: (ms) => void (elapsedMs += ms) };
}

function sell({ recorder, pass }: Bench): void {
  recorder.begin(rupiah(5_000));
  pass(3_000);
  recorder.captured(CAPTURE, 3_000);
  recorder.read("identified", { extractMs: 120, identifyMs: 8 });
  recorder.decided(
    { student, method: "finger" },
    {
      kind: "sold",
      saleId: SALE_ID,
      student,
      firstName: "Aisyah",
      amount: rupiah(5_000),
      atMs: unixMs(START_MS),
      timings: { decideMs: 0.26, askMs: 0, signMs: 1, commitMs: 4 },
    },
  );
}

describe("the journey of a charge", () => {
  test("a sale's time is told stage by stage, waiting for the finger apart, and names nobody", () => {
    const made = bench();
    sell(made);
    const [journey] = made.log.last(1);
    expect(journey).toMatchObject({
      outcome: "approved",
      totalMs: 3_000,
      attemptCount: 1,
      stages: { touchWaitMs: 1_900, captureMs: 200, transferMs: 900, decideMs: 0.3, ackMs: null },
    });
    expect(JSON.stringify(journey)).not.toContain("Aisyah");
  });

  test("a finger that came first has waited for nothing", () => {
    const made = bench();
    made.recorder.captured(CAPTURE, 9_000);
    made.recorder.begin(rupiah(5_000));
    made.recorder.read("not-found", { extractMs: 100, identifyMs: 5 });
    made.recorder.left();
    expect(made.log.last(1)).toMatchObject([
      { outcome: "left", readings: ["not-found"], stages: { touchWaitMs: 0, transferMs: 900 } },
    ]);
  });

  test("leaving without a charge is no journey", () => {
    const made = bench();
    made.recorder.left();
    expect(made.log.last(9)).toEqual([]);
  });

  test("a refusal keeps its reason and who was recognised, and has no sale", () => {
    const made = bench();
    made.recorder.begin(rupiah(5_000));
    made.recorder.decided({ student, method: "pin" }, { kind: "refused", reason: "funds" });
    expect(made.log.last(1)).toMatchObject([
      { outcome: "refused", reason: "funds", method: "pin", saleId: null, student },
    ]);
  });

  test("the acknowledgement is told once, as a newer report of the same journey", () => {
    const made = bench();
    sell(made);
    const reports: (number | null)[] = [];
    made.log.follow(({ stages }) => reports.push(stages.ackMs));
    made.log.acked(["b".repeat(64)], unixMs(START_MS + 4_000));
    made.log.acked([SALE_ID], unixMs(START_MS + 4_200));
    made.log.acked([SALE_ID], unixMs(START_MS + 9_000));
    expect(reports).toEqual([1_200]);
    expect(made.log.last(9)).toHaveLength(1);
  });

  test("only the newest journeys are kept", () => {
    const made = bench();
    for (let count = 0; count < JOURNEY_COUNT_MAX + 5; count++) {
      made.recorder.begin(rupiah(1_000));
      made.recorder.left();
    }
    const kept = made.log.last(Number.MAX_SAFE_INTEGER);
    expect(kept).toHaveLength(JOURNEY_COUNT_MAX);
    expect(kept[0]?.id).toBe(6);
  });
});

test("a follower gets the last twenty and then every new report", async () => {
  const made = bench();
  for (let count = 0; count < 25; count++) {
    made.recorder.begin(rupiah(1_000));
    made.recorder.left();
  }
  const response = await journeyRoutes(made.log).request("/service/journeys");
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("No stream");
  const texts = new TextDecoder();
  let heard = "";
  const hear = async (until: string): Promise<void> => {
    while (!heard.includes(until)) heard += texts.decode((await reader.read()).value);
  };
  await hear("id: 25");
  expect(heard.match(/event: journey/g)).toHaveLength(20);
  expect(heard).not.toContain("id: 5\n");
  made.recorder.begin(rupiah(2_000));
  made.recorder.left();
  await hear("id: 26");
  await reader.cancel();
});
