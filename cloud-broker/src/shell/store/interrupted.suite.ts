// A store whose readers are interrupted: between two questions of a view something is committed.
import type { KyselyPlugin } from "kysely";
import type { Store } from "./store.ts";

export type Interruption = {
  readonly store: Store;
  /** Questions that were answered so far. */
  questionCount(): number;
};

/** Commits once, after the answer of one question and before whoever asked has heard it. */
export function interrupted(
  store: Store,
  after: number,
  commit: () => Promise<void>,
): Interruption {
  let count = 0;
  const between: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      count += 1;
      if (count === after) await commit();
      return result;
    },
  };
  return {
    store: {
      ...store,
      read: store.read.withPlugin(between),
      snapshot: (look) => store.snapshot((db) => look(db.withPlugin(between))),
    },
    questionCount: () => count,
  };
}
