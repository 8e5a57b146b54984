import { Worker } from "node:worker_threads";
import type { AnswerMessage, AnswerTo, Ask, QuestionName, RequestMessage } from "./messages.ts";

/** The matcher could not answer this question; the next one may well succeed. */
export class MatcherFailedError extends Error {
  override readonly name = "MatcherFailedError";
  readonly code: "busy" | "timeout" | "crashed" | "refused" | "closed";
  constructor(code: MatcherFailedError["code"], sentence: string) {
    super(sentence);
    this.code = code;
  }
}

export type ThreadOptions = {
  readonly workerUrl: URL;
  readonly requestTimeoutMs: number;
  readonly pendingMax: number;
  /** A thread that lived shorter than this waits as long before the next start. */
  readonly restartPauseMs: number;
  /** A new thread is empty: called before any other question reaches it. */
  readonly onStart: () => void;
  readonly onCrash: (sentence: string) => void;
};

export type Thread = {
  ask<Name extends QuestionName>(name: Name, ask: Ask<Name>): Promise<AnswerTo<Name>>;
  restartCount(): number;
  pendingCount(): number;
  close(): Promise<void>;
};

type Pending = {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: MatcherFailedError) => void;
  readonly timer: NodeJS.Timeout;
};

/** One worker thread that is started again when it dies or hangs; questions wait in a bounded queue. */
export function startThread(options: ThreadOptions): Thread {
  const pending = new Map<number, Pending>();
  let worker: Worker | null = null;
  let nextId = 1;
  let restartCount = 0;
  let lastStartMs = 0;
  let restartTimer: NodeJS.Timeout | null = null;
  let isClosed = false;

  function settle(message: AnswerMessage): void {
    const waiting = pending.get(message.id);
    if (waiting === undefined) return;
    pending.delete(message.id);
    clearTimeout(waiting.timer);
    if (message.isOk) waiting.resolve(message.answer);
    else waiting.reject(new MatcherFailedError("refused", message.sentence));
  }

  function failAll(error: MatcherFailedError): void {
    for (const waiting of pending.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(error);
    }
    pending.clear();
  }

  function start(): void {
    restartTimer = null;
    lastStartMs = performance.now();
    const started = new Worker(options.workerUrl, { execArgv: [] });
    worker = started;
    started.on("message", settle);
    started.on("error", (error) => {
      lose(started, "crashed", error instanceof Error ? error.message : String(error));
    });
    started.on("exit", (code) => {
      lose(started, "crashed", `The match worker ended with code ${code}`);
    });
    options.onStart();
  }

  function lose(lost: Worker, code: "crashed" | "timeout", sentence: string): void {
    if (worker !== lost || isClosed) return;
    worker = null;
    void lost.terminate();
    failAll(new MatcherFailedError(code, sentence));
    restartCount += 1;
    options.onCrash(sentence);
    const { restartPauseMs } = options;
    const pauseMs = performance.now() - lastStartMs < restartPauseMs ? restartPauseMs : 0;
    restartTimer = setTimeout(start, pauseMs);
  }

  function ask<Name extends QuestionName>(name: Name, ask: Ask<Name>): Promise<AnswerTo<Name>> {
    const current = worker;
    if (current === null)
      return Promise.reject(
        new MatcherFailedError(isClosed ? "closed" : "crashed", "The match worker is not running"),
      );
    if (pending.size >= options.pendingMax)
      return Promise.reject(
        new MatcherFailedError("busy", `${options.pendingMax} questions are waiting already`),
      );
    const id = nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        lose(current, "timeout", `No answer to "${name}" within ${options.requestTimeoutMs} ms`);
      }, options.requestTimeoutMs);
      pending.set(id, { resolve: resolve as (answer: unknown) => void, reject, timer });
      const message: RequestMessage = { id, name, ask };
      current.postMessage(message);
    });
  }

  start();
  return {
    ask,
    restartCount: () => restartCount,
    pendingCount: () => pending.size,
    close: async () => {
      isClosed = true;
      if (restartTimer !== null) clearTimeout(restartTimer);
      const last = worker;
      worker = null;
      failAll(new MatcherFailedError("closed", "The match worker was closed"));
      await last?.terminate();
    },
  };
}
