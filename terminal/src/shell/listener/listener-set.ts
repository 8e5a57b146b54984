/** Those who want to hear of one kind of news, and the way to tell them all. */
export type ListenerSet<Args extends readonly unknown[]> = {
  readonly tell: (...args: Args) => void;
  /** Returns the way to stop listening. */
  readonly add: (listener: (...args: Args) => void) => () => void;
};

export function createListenerSet<Args extends readonly unknown[]>(): ListenerSet<Args> {
  const listeners = new Set<(...args: Args) => void>();
  return {
    tell: (...args) => {
      for (const listener of listeners) listener(...args);
    },
    add: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
