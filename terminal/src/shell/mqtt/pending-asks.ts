import {
  askId,
  idText,
  type AskId,
  type Cancel,
  type DownFrame,
  type Entropy,
  type Timers,
} from "@saku/protocol";
import type { AskAnswer } from "../sale-desk/ask-line.ts";

/** Questions to the cloud that a customer waits for. */
export interface PendingAsks {
  open(timeoutMs: number): { readonly ask: AskId; readonly answer: Promise<AskAnswer> };
  answered(frame: Extract<DownFrame, { t: "answer" }>): void;
  /** Revisions up to `have` are applied: grants among them are on disk. */
  applied(have: number): void;
  /** The connection is gone, and with it every answer. */
  dropAll(): void;
}

type Waiting = {
  readonly resolve: (answer: AskAnswer) => void;
  readonly stopTimer: Cancel;
  /** The revision that carries the grant, once the cloud has named it. */
  rev: number | null;
};

export function createPendingAsks({
  timers,
  entropy,
}: {
  readonly timers: Timers;
  readonly entropy: Entropy;
}): PendingAsks {
  const waiting = new Map<AskId, Waiting>();
  let appliedRev = 0;

  function settle(ask: AskId, answer: AskAnswer): void {
    const entry = waiting.get(ask);
    if (entry === undefined) return;
    waiting.delete(ask);
    entry.stopTimer();
    entry.resolve(answer);
  }

  return {
    open(timeoutMs) {
      const ask = askId(idText("ask", entropy.bytes(10)));
      const answer = new Promise<AskAnswer>((resolve) => {
        const stopTimer = timers.after(timeoutMs, () => {
          settle(ask, { kind: "no-answer" });
        });
        waiting.set(ask, { resolve, stopTimer, rev: null });
      });
      return { ask, answer };
    },
    answered(frame) {
      if (frame.outcome === "refused") {
        settle(frame.ask, { kind: "refused", reason: frame.reason });
        return;
      }
      const entry = waiting.get(frame.ask);
      if (entry !== undefined) entry.rev = frame.rev;
      if (frame.rev <= appliedRev) settle(frame.ask, { kind: "granted" });
    },
    applied(have) {
      appliedRev = Math.max(appliedRev, have);
      for (const [ask, { rev }] of waiting)
        if (rev !== null && rev <= appliedRev) settle(ask, { kind: "granted" });
    },
    dropAll() {
      for (const ask of waiting.keys()) settle(ask, { kind: "no-answer" });
    },
  };
}
