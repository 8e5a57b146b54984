/** Runs a pure machine: one event at a time, in order, its effects after the state is in place. */
export interface Machine<State, Event> {
  state(): State;
  /** True when the event changed anything or ordered anything. */
  send(event: Event): boolean;
}

export type MachineParts<State, Event, Effect> = {
  readonly start: State;
  readonly step: (state: State, event: Event) => { state: State; effects: readonly Effect[] };
  /** What counts as a change, apart from effects. */
  readonly face: (state: State) => unknown;
  readonly perform: (effect: Effect) => void;
  readonly changed: (before: State, after: State, event: Event) => void;
};

export function runMachine<State, Event, Effect>(
  parts: MachineParts<State, Event, Effect>,
): Machine<State, Event> {
  let state = parts.start;
  const waiting: Event[] = [];
  let isRunning = false;

  function take(event: Event): boolean {
    const before = state;
    const next = parts.step(state, event);
    state = next.state;
    parts.changed(before, state, event);
    for (const effect of next.effects) parts.perform(effect);
    return next.effects.length > 0 || parts.face(before) !== parts.face(state);
  }

  return {
    state: () => state,
    send: (event) => {
      if (isRunning) {
        waiting.push(event);
        return true;
      }
      isRunning = true;
      try {
        const isAccepted = take(event);
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) take(next);
        return isAccepted;
      } finally {
        isRunning = false;
      }
    },
  };
}
