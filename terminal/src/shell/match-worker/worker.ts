import { parentPort } from "node:worker_threads";
import { consolidate } from "../../biometrics/enrol.ts";
import { extract } from "../../biometrics/extract.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { decodeTemplate, encodeTemplate } from "../../biometrics/templates/codec.ts";
import { createEngineDesk } from "./engine-desk.ts";
import type { AnswerMessage, RequestMessage } from "./messages.ts";

// The thread's whole life: one question, one answer, in order. What cannot be answered is said, never swallowed.
// It loads the engine and nothing else of ours, so that a restart is quick and small.
const port = parentPort;
if (port === null) throw new Error("The match worker runs only as a worker thread");
const desk = createEngineDesk({
  extract,
  consolidate,
  createGallery,
  encodeTemplate,
  decodeTemplate,
  nowMs: () => performance.now(),
});

function answer({ id, name, ask }: RequestMessage): AnswerMessage {
  try {
    // The message was typed by match-worker.ts; the pairing of name and question is its promise.
    const handle = desk[name] as (ask: unknown) => unknown;
    return { id, isOk: true, answer: handle(ask) };
  } catch (error) {
    return { id, isOk: false, sentence: error instanceof Error ? error.message : String(error) };
  }
}

port.on("message", (request: RequestMessage) => {
  port.postMessage(answer(request));
});
