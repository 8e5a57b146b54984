import { askId, idText, type AskId, type DownFrame } from "@saku/protocol";
import { randomBytes } from "node:crypto";
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
  readonly timer: NodeJS.Timeout;
  /** The revision that carries the grant, once the cloud has named it. */
  rev: number | null;
};

export function createPendingAsks(): PendingAsks {
  const waiting = new Map<AskId, Waiting>();
  let appliedRev = 0;

  function settle(ask: AskId, answer: AskAnswer): void {
    const entry = waiting.get(ask);
    if (entry === undefined) return;
    waiting.delete(ask);
    clearTimeout(entry.timer);
    entry.resolve(answer);
  }

  return {
    open(timeoutMs) {
      const ask = askId(idText("ask", randomBytes(10)));
      const answer = new Promise<AskAnswer>((resolve) => {
        const timer = setTimeout(() => {
          settle(ask, { kind: "no-answer" });
        }, timeoutMs);
        waiting.set(ask, { resolve, timer, rev: null });
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
