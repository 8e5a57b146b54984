import type { EngineDesk, Patience } from "./engine-desk.ts";
import type { AnswerMessage, CancelMessage, RequestMessage } from "./messages.ts";

type Waiting = { readonly request: RequestMessage; isCancelled: boolean };

/**
 * The thread's questions: answered one at a time and in order, cancelled while they wait or while a search runs. What cannot
 * be answered is said, never swallowed.
 */
export type QuestionQueue = {
  readonly take: (message: RequestMessage | CancelMessage) => void;
  readonly waitingCount: () => number;
};

export function createQuestionQueue(
  desk: EngineDesk,
  post: (answer: AnswerMessage) => void,
): QuestionQueue {
  const waiting: Waiting[] = [];
  let isBusy = false;

  const answerAll = async (): Promise<void> => {
    isBusy = true;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      post(await answer(desk, next));
      waiting.shift();
    }
    isBusy = false;
  };
  return {
    take: (message) => {
      if ("cancelledId" in message) {
        const found = waiting.find(({ request }) => request.id === message.cancelledId);
        if (found !== undefined) found.isCancelled = true;
        return;
      }
      waiting.push({ request: message, isCancelled: message.isCancelled });
      if (!isBusy) void answerAll();
    },
    waitingCount: () => waiting.length,
  };
}

async function answer(desk: EngineDesk, waiting: Waiting): Promise<AnswerMessage> {
  const { id, name, ask } = waiting.request;
  try {
    // The message was typed by match-worker.ts; the pairing of name and question is its promise.
    const handle = desk[name] as (ask: unknown, patience: Patience) => unknown;
    const found = await handle(ask, { isCancelled: () => waiting.isCancelled });
    return { id, isOk: true, answer: found };
  } catch (error) {
    return { id, isOk: false, sentence: error instanceof Error ? error.message : String(error) };
  }
}
