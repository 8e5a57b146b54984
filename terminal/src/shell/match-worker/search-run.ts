import type { Identification, Search } from "../../biometrics/engine-api.ts";
import type { StopReason } from "./messages.ts";

/** What a search that runs between other messages needs to know of its thread. */
export type SearchRun = {
  readonly nowMs: () => number;
  /** Lets the messages that have arrived be read. */
  readonly breathe: () => Promise<void>;
  readonly isCancelled: () => boolean;
  /** Time from the first step after which there is no answer; Infinity for one that may take as long as it takes. */
  readonly budgetMs: number;
};

export type SearchEnd =
  | { readonly kind: "done"; readonly identification: Identification }
  | { readonly kind: "stopped"; readonly reason: StopReason };

/** A search holds the thread this long before it listens for its cancellation. */
const SLICE_MS = 10;

/** Drives a search to its end, or to nothing: a search that was stopped has seen some children and must not name one. */
export async function runSearch(search: Search, run: SearchRun): Promise<SearchEnd> {
  const startMs = run.nowMs();
  let breathMs = -Infinity;
  for (;;) {
    const nowMs = run.nowMs();
    if (nowMs - startMs > run.budgetMs) return { kind: "stopped", reason: "out-of-time" };
    if (nowMs - breathMs > SLICE_MS) {
      await run.breathe();
      breathMs = run.nowMs();
      if (run.isCancelled()) return { kind: "stopped", reason: "cancelled" };
    }
    const step = search.next();
    if (step.done === true) return { kind: "done", identification: step.value };
  }
}
