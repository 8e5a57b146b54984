/** What the counter tells with lamps and the buzzer; the words are on the screen. */
export type IndicatorSignal = "idle" | "waiting" | "approved" | "retry" | "not-this-time";

export type Lamp = "ok" | "attention";

export type Pattern = {
  /** Lit until the next signal. */
  readonly lamps: readonly Lamp[];
  /** Milliseconds of sound and pause in turn, sound first; empty = quiet. */
  readonly beepsMs: readonly number[];
};

/**
 * An on/off pin drives an active buzzer of one pitch, so the signals differ by rhythm: a short and a long rise for
 * "approved", one blip for "again", two soft ticks for "not this time". Nothing sounds like an alarm at a child.
 */
export function patternOf(signal: IndicatorSignal): Pattern {
  switch (signal) {
    case "idle":
      return { lamps: [], beepsMs: [] };
    case "waiting":
      return { lamps: ["attention"], beepsMs: [] };
    case "approved":
      return { lamps: ["ok"], beepsMs: [90, 50, 140] };
    case "retry":
      return { lamps: ["attention"], beepsMs: [60] };
    case "not-this-time":
      return { lamps: [], beepsMs: [30, 130, 30] };
  }
}
