import { expect, test } from "vitest";
import { consolidate } from "../../biometrics/enrol.ts";
import { extract } from "../../biometrics/extract.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { decodeTemplate, encodeTemplate } from "../../biometrics/templates/codec.ts";
import { createEngineDesk } from "./engine-desk.ts";
import type { AnswerMessage, RequestMessage } from "./messages.ts";
import { createQuestionQueue, type QuestionQueue } from "./question-queue.ts";
import { syntheticTemplate } from "./synthetic-template.suite.ts";

const template = encodeTemplate(syntheticTemplate(1));
const identify = (id: number): RequestMessage => ({
  id,
  name: "identify",
  ask: { probe: { kind: "template", template }, earlier: [] },
  isCancelled: false,
});
const load = (id: number): RequestMessage => ({
  id,
  name: "load",
  ask: [{ key: "stu-1", templates: [template] }],
  isCancelled: false,
});

/** A queue whose searches breathe when told to, and the answers it posted. */
function open(): {
  readonly queue: QuestionQueue;
  readonly answers: AnswerMessage[];
  readonly breathe: () => void;
  readonly untilIdle: () => Promise<void>;
} {
  const breaths: (() => void)[] = [];
  const desk = createEngineDesk({
    extract,
    consolidate,
    createGallery,
    encodeTemplate,
    decodeTemplate,
    nowMs: () => 0,
    breathe: () => new Promise((resolve) => breaths.push(resolve)),
    searchBudgetMs: 1000,
  });
  const answers: AnswerMessage[] = [];
  const queue = createQuestionQueue(desk, (answer) => answers.push(answer));
  const breathe = (): void => breaths.splice(0).forEach((resolve) => resolve());
  const untilIdle = async (): Promise<void> => {
    while (queue.waitingCount() > 0) {
      breathe();
      await new Promise(setImmediate);
    }
  };
  return { queue, answers, breathe, untilIdle };
}

test("questions are answered in order, also while a search breathes", async () => {
  const { queue, answers, untilIdle } = open();
  for (const message of [load(1), identify(2), load(3), identify(4)]) queue.take(message);
  await untilIdle();
  expect(answers.map(({ id, isOk }) => [id, isOk])).toEqual([1, 2, 3, 4].map((id) => [id, true]));
});

test("a search is cancelled while it runs and while it waits, and no other with it", async () => {
  const { queue, answers, breathe, untilIdle } = open();
  for (const message of [load(1), identify(2), identify(3), identify(4)]) queue.take(message);
  // The first search has begun and waits for its breath.
  await new Promise(setImmediate);
  for (const cancelledId of [2, 3, 99]) queue.take({ cancelledId });
  breathe();
  await untilIdle();
  const stopped = { answer: { kind: "stopped", reason: "cancelled" } };
  expect(answers).toMatchObject([
    { id: 1 },
    { id: 2, ...stopped },
    { id: 3, ...stopped },
    { id: 4, answer: { kind: "searched", identification: { key: "stu-1" } } },
  ]);
});

test("a question that cannot be answered is told so, and the next one is answered", async () => {
  const { queue, answers, untilIdle } = open();
  const ask = { template: new Uint8Array(1), probe: template };
  queue.take({ id: 1, name: "verify", ask, isCancelled: false });
  queue.take(load(2));
  await untilIdle();
  expect(answers).toMatchObject([
    { id: 1, isOk: false },
    { id: 2, isOk: true },
  ]);
});
