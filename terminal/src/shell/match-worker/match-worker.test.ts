import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { studentId } from "@saku/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { encodeTemplate } from "../../biometrics/templates/codec.ts";
import type { FingerRecord } from "../../core/vault/vault.ts";
import {
  defaultWorkerUrl,
  startMatchWorker,
  type MatchWorker,
  type MatchWorkerOptions,
} from "./match-worker.ts";
import { syntheticTemplate } from "./synthetic-template.suite.ts";

/**
 * A thread that speaks the messages: `remove` of "stu-crash" ends it, of "stu-hang" keeps it silent, and it searches until it
 * is told to stop.
 */
const SCRIPTED = `
  import { parentPort } from "node:worker_threads";
  let keys = 0;
  const stopped = { kind: "stopped", reason: "cancelled" };
  parentPort.on("message", ({ id, name, ask, cancelledId }) => {
    if (cancelledId !== undefined)
      return parentPort.postMessage({ id: cancelledId, isOk: true, answer: stopped });
    if (name === "identify") return;
    if (name === "load") keys = ask.length;
    if (name === "remove" && ask === "stu-crash") process.exit(3);
    if (name === "remove" && ask === "stu-hang") return;
    if (name === "verify") return parentPort.postMessage({ id, isOk: false, sentence: "No" });
    parentPort.postMessage({ id, isOk: true, answer: { keyCount: keys, skippedCount: 0 } });
  });`;
const SCRIPTED_URL = new URL(`data:text/javascript,${encodeURIComponent(SCRIPTED)}`);

const opened: MatchWorker[] = [];

function open(options: MatchWorkerOptions): MatchWorker {
  const worker = startMatchWorker(options);
  opened.push(worker);
  return worker;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((worker) => worker.close()));
});

const record = (finger: number): FingerRecord => ({
  student: studentId(`stu-${finger}`),
  fingers: [{ finger: "right-index", template: encodeTemplate(syntheticTemplate(finger)) }],
});

/** Resolves with the next crash's sentence. */
function crash(options: MatchWorkerOptions = {}): {
  worker: MatchWorker;
  crashed: Promise<string>;
} {
  let tell: (sentence: string) => void = () => undefined;
  const crashed = new Promise<string>((resolve) => (tell = resolve));
  const worker = open({
    workerUrl: SCRIPTED_URL,
    restartPauseMs: 0,
    ...options,
    onCrash: (line) => tell(line),
  });
  return { worker, crashed };
}

/** Asks until the restarted thread answers. */
async function untilAnswered(worker: MatchWorker): Promise<number> {
  for (;;) {
    const report = await worker.remove(studentId("stu-nobody")).catch(() => null);
    if (report !== null) return report.keyCount;
    await new Promise(setImmediate);
  }
}

describe("the match worker's thread", () => {
  test("a thread that dies is started again with the gallery it had", async () => {
    const { worker, crashed } = crash();
    await worker.load([record(1), record(2)]);
    await expect(worker.remove(studentId("stu-crash"))).rejects.toMatchObject({ code: "crashed" });
    expect(await crashed).toContain("code 3");
    expect(await untilAnswered(worker)).toBe(2);
    expect(worker.status()).toMatchObject({ enrolledCount: 2, restartCount: 1 });
  });

  test("a thread that hangs is replaced, and everybody who waited is told", async () => {
    const { worker } = crash({ requestTimeoutMs: 50 });
    const hung = worker.remove(studentId("stu-hang"));
    await expect(hung).rejects.toMatchObject({ code: "timeout" });
    expect(await untilAnswered(worker)).toBe(0);
  });

  test("more questions than the queue holds are refused at once", async () => {
    const worker = open({ workerUrl: SCRIPTED_URL, pendingMax: 2 });
    const held = [worker.remove(studentId("stu-a")), worker.remove(studentId("stu-b"))];
    await expect(worker.remove(studentId("stu-c"))).rejects.toMatchObject({ code: "busy" });
    await Promise.all(held);
    expect(worker.status().pendingCount).toBe(0);
  });

  test("a question that the engine refuses fails alone", async () => {
    const worker = open({ workerUrl: SCRIPTED_URL });
    const bytes = new Uint8Array(1);
    await expect(worker.verify(bytes, bytes)).rejects.toMatchObject({ code: "refused" });
    expect((await worker.load([])).keyCount).toBe(0);
  });

  test("an abort reaches the thread while it searches, and what it answers is told", async () => {
    const worker = open({ workerUrl: SCRIPTED_URL });
    const controller = new AbortController();
    const stopped = worker.identify(new Uint8Array(1), [], controller.signal);
    controller.abort();
    expect(await stopped).toEqual({ kind: "stopped", reason: "cancelled" });
    expect((await worker.load([])).keyCount).toBe(0);
  });

  test("after close every question is refused", async () => {
    const worker = open({ workerUrl: SCRIPTED_URL });
    await worker.close();
    await expect(worker.load([])).rejects.toMatchObject({ code: "closed" });
  });
});

const isBuilt = existsSync(fileURLToPath(defaultWorkerUrl()));

test.skipIf(!isBuilt)(
  "the built thread finds a child (skipped until `npm run build` made it)",
  async () => {
    const worker = open({});
    await worker.load([1, 2, 3, 4].map(record));
    const probe = encodeTemplate(syntheticTemplate(3, 2));
    expect(await worker.identify(probe)).toMatchObject({
      kind: "searched",
      identification: { kind: "identified", key: "stu-3" },
    });
    expect(await worker.findDuplicate([probe], studentId("stu-1"))).toBe(true);
    expect(await worker.findDuplicate([probe], studentId("stu-3"))).toBe(false);
  },
);

test.skipIf(!isBuilt)("the built thread does not search when nobody waits for it", async () => {
  const worker = open({});
  await worker.load([1, 2, 3, 4].map(record));
  const probe = encodeTemplate(syntheticTemplate(3, 2));
  const [late, patient] = [worker.identify(probe, [], AbortSignal.abort()), worker.identify(probe)];
  expect(await late).toMatchObject({ kind: "stopped", reason: "cancelled" });
  expect(await patient).toMatchObject({ identification: { kind: "identified", key: "stu-3" } });
});

test.skipIf(!isBuilt)("the built thread gives a search no more time than it has", async () => {
  const worker = open({ searchBudgetMs: 0 });
  await worker.load([1, 2, 3, 4].map(record));
  const probe = encodeTemplate(syntheticTemplate(3, 2));
  expect(await worker.identify(probe)).toMatchObject({ kind: "stopped", reason: "out-of-time" });
  // Enrolment waits: half a search must not let a child be enrolled twice.
  expect(await worker.findDuplicate([probe], studentId("stu-1"))).toBe(true);
});
