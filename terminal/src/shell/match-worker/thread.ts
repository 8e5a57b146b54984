import { Worker } from "node:worker_threads";
import type {
  AnswerMessage,
  AnswerTo,
  Ask,
  CancelMessage,
  QuestionName,
  RequestMessage,
  ThreadSettings,
} from "./messages.ts";

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
  readonly settings: ThreadSettings;
  /** A thread that lived shorter than this waits as long before the next start. */
  readonly restartPauseMs: number;
  /** A new thread is empty: called before any other question reaches it. */
  readonly onStart: () => void;
  readonly onCrash: (sentence: string) => void;
};

export type Thread = {
  /** A signal that is aborted tells the thread; the answer still comes, and says what was stopped. */
  ask<Name extends QuestionName>(
    name: Name,
    ask: Ask<Name>,
    signal?: AbortSignal,
  ): Promise<AnswerTo<Name>>;
  restartCount(): number;
  pendingCount(): number;
  close(): Promise<void>;
};

type Pending = {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: MatcherFailedError) => void;
  /** Ends its timer and its listening. */
  readonly done: () => void;
};

/** One worker thread that is started again when it dies or hangs; questions wait in a bounded queue. */
export function startThread(options: ThreadOptions): Thread {
  const thread = new RestartingThread(options);
  thread.start();
  return thread;
}

class RestartingThread implements Thread {
  readonly #options: ThreadOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null = null;
  #nextId = 1;
  #restartCount = 0;
  #lastStartMs = 0;
  #restartTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lastStartMs = performance.now();
    // The engine needs nothing of how this process was started.
    const worker = new Worker(this.#options.workerUrl, {
      execArgv: [],
      workerData: this.#options.settings,
    });
    this.#worker = worker;
    worker.on("message", (message: AnswerMessage) => this.#settle(message));
    worker.on("error", (error) => {
      this.#lose(worker, "crashed", error instanceof Error ? error.message : String(error));
    });
    worker.on("exit", (code) => {
      this.#lose(worker, "crashed", `The match worker ended with code ${code}`);
    });
    this.#options.onStart();
  }

  ask<Name extends QuestionName>(
    name: Name,
    ask: Ask<Name>,
    signal?: AbortSignal,
  ): Promise<AnswerTo<Name>> {
    const worker = this.#worker;
    if (worker === null)
      return refused(this.#isClosed ? "closed" : "crashed", "The match worker is not running");
    const { pendingMax, requestTimeoutMs } = this.#options;
    if (this.#pending.size >= pendingMax)
      return refused("busy", `${pendingMax} questions are waiting already`);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#lose(worker, "timeout", `No answer to "${name}" within ${requestTimeoutMs} ms`);
      }, requestTimeoutMs);
      const stopListening = onAbort(signal, () => {
        const message: CancelMessage = { cancelledId: id };
        worker.postMessage(message);
      });
      this.#pending.set(id, {
        resolve: resolve as (answer: unknown) => void,
        reject,
        done: () => {
          clearTimeout(timer);
          stopListening();
        },
      });
      const message: RequestMessage = { id, name, ask, isCancelled: signal?.aborted === true };
      worker.postMessage(message);
    });
  }

  restartCount(): number {
    return this.#restartCount;
  }

  pendingCount(): number {
    return this.#pending.size;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restartTimer);
    const last = this.#worker;
    this.#worker = null;
    this.#failAll(new MatcherFailedError("closed", "The match worker was closed"));
    await last?.terminate();
  }

  #settle(message: AnswerMessage): void {
    const waiting = this.#pending.get(message.id);
    if (waiting === undefined) return;
    this.#pending.delete(message.id);
    waiting.done();
    if (message.isOk) waiting.resolve(message.answer);
    else waiting.reject(new MatcherFailedError("refused", message.sentence));
  }

  #failAll(error: MatcherFailedError): void {
    for (const waiting of this.#pending.values()) {
      waiting.done();
      waiting.reject(error);
    }
    this.#pending.clear();
  }

  #lose(lost: Worker, code: "crashed" | "timeout", sentence: string): void {
    if (this.#worker !== lost || this.#isClosed) return;
    this.#worker = null;
    void lost.terminate();
    this.#failAll(new MatcherFailedError(code, sentence));
    this.#restartCount += 1;
    this.#options.onCrash(sentence);
    const { restartPauseMs } = this.#options;
    const livedMs = performance.now() - this.#lastStartMs;
    this.#restartTimer = setTimeout(
      () => this.start(),
      livedMs < restartPauseMs ? restartPauseMs : 0,
    );
  }
}

/** Calls once when the signal is aborted from now on; answers the way to stop listening. */
function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  signal?.addEventListener("abort", listener, { once: true });
  return () => signal?.removeEventListener("abort", listener);
}

function refused(code: MatcherFailedError["code"], sentence: string): Promise<never> {
  return Promise.reject(new MatcherFailedError(code, sentence));
}
