import { SensorGoneError } from "../sensor.ts";
import { pauseOn, type LineCounters, type SensorLine } from "../line.ts";
import {
  NEW_LINK,
  stepLink,
  type Answer,
  type Ask,
  type LinkEvent,
  type LinkState,
} from "./link.ts";

/** Runs the link machine over a line: one question in flight, the others wait in order. */
export interface Exchange {
  readonly line: SensorLine;
  /** Throws `SensorGoneError("unplugged")` when the line is or gets closed. */
  ask(ask: Ask): Promise<Answer>;
  counters(): LineCounters;
  /** Stops listening; a question in flight is refused. */
  close(): void;
}

/** A line counts as quiet after this long without a byte (pyfingerprint #71, #99: stale bytes break the next answer). */
const QUIET_MS = 20;
/** A line that never becomes quiet is used anyway: the splitter will find the answer in the noise. */
const DRAIN_MAX_MS = 500;

type Waiting = { readonly resolve: (answer: Answer) => void; readonly reject: (e: Error) => void };

function unplugged(): SensorGoneError {
  return new SensorGoneError("unplugged", "The line to the sensor is closed");
}

class GrowExchange implements Exchange {
  readonly line: SensorLine;
  #state: LinkState = NEW_LINK;
  #waiting: Waiting | null = null;
  #disarm: () => void = () => undefined;
  #isClosed = false;
  #lastByteAtMs: number;
  #queue: Promise<unknown> = Promise.resolve();
  #silentCount = 0;
  #brokenTransferCount = 0;
  readonly #stopListening: () => void;

  constructor(line: SensorLine) {
    this.line = line;
    this.#lastByteAtMs = line.nowMs();
    this.#stopListening = line.onEvent((event) => {
      if (event.kind === "closed") return this.#gone();
      this.#lastByteAtMs = line.nowMs();
      this.#take({ kind: "bytes", bytes: event.bytes, nowMs: this.#lastByteAtMs });
    });
  }

  ask(ask: Ask): Promise<Answer> {
    const turn = this.#queue.then(() => this.#askNow(ask));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  counters(): LineCounters {
    return {
      discardedByteCount: this.#state.splitter.discardedByteCount,
      silentCount: this.#silentCount,
      brokenTransferCount: this.#brokenTransferCount,
    };
  }

  close(): void {
    this.#gone();
    this.#stopListening();
  }

  async #askNow(ask: Ask): Promise<Answer> {
    const { phase } = this.#state;
    if (phase.kind === "idle" && phase.isDirty) await this.#drain();
    if (this.#isClosed) throw unplugged();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#take({ kind: "ask", ask });
    });
  }

  async #drain(): Promise<void> {
    const giveUpAtMs = this.line.nowMs() + DRAIN_MAX_MS;
    for (;;) {
      const nowMs = this.line.nowMs();
      const quietAtMs = this.#lastByteAtMs + QUIET_MS;
      if (this.#isClosed || nowMs >= quietAtMs || nowMs >= giveUpAtMs) return;
      await pauseOn(this.line, quietAtMs - nowMs);
    }
  }

  #take(event: LinkEvent): void {
    const step = stepLink(this.#state, event);
    this.#state = step.state;
    for (const effect of step.effects) {
      switch (effect.kind) {
        case "send":
          this.line.write(effect.bytes).catch(() => {
            this.#gone();
          });
          break;
        case "arm":
          this.#disarm();
          this.#disarm = this.line.after(effect.delayMs, () => {
            this.#take({ kind: "timeout" });
          });
          break;
        case "answer":
          this.#answer(effect.answer);
          break;
      }
    }
  }

  #answer(answer: Answer): void {
    this.#disarm();
    if (answer.kind === "silent") this.#silentCount++;
    if (answer.kind === "broken") this.#brokenTransferCount++;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(answer);
  }

  #gone(): void {
    this.#isClosed = true;
    this.#disarm();
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(unplugged());
  }
}

export function openExchange(line: SensorLine): Exchange {
  return new GrowExchange(line);
}
