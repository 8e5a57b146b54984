import { parentPort, workerData } from "node:worker_threads";
import { setImmediate } from "node:timers/promises";
import { consolidate } from "../../biometrics/enrol.ts";
import { extract } from "../../biometrics/extract.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { decodeTemplate, encodeTemplate } from "../../biometrics/templates/codec.ts";
import { createEngineDesk } from "./engine-desk.ts";
import type { CancelMessage, RequestMessage, ThreadSettings } from "./messages.ts";
import { createQuestionQueue } from "./question-queue.ts";

// It loads the engine and nothing else of ours, so that a restart is quick and small.
const port = parentPort;
if (port === null) throw new Error("The match worker runs only as a worker thread");
// Given by match-worker.ts with the thread's start.
const { searchBudgetMs } = workerData as ThreadSettings;
const desk = createEngineDesk({
  extract,
  consolidate,
  createGallery,
  encodeTemplate,
  decodeTemplate,
  nowMs: () => performance.now(),
  breathe: () => setImmediate(),
  searchBudgetMs,
});
const questions = createQuestionQueue(desk, (answer) => port.postMessage(answer));

port.on("message", (message: RequestMessage | CancelMessage) => questions.take(message));
