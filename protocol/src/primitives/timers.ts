/** Takes back what was asked of a timer; harmless when it has fired. */
export type Cancel = () => void;

/**
 * Where waiting comes from. Whatever touches money takes its time from here and never from the machine, so that a whole
 * school can be run again, to the millisecond, on a clock that is only counted.
 */
export interface Timers {
  /** Milliseconds of a clock that never jumps; its zero means nothing. */
  nowMs(): number;
  after(delayMs: number, fire: () => void): Cancel;
  every(periodMs: number, fire: () => void): Cancel;
  /** Resolves once everything that is ready now has had its turn. */
  turn(): Promise<void>;
}

/** Where chance comes from: identities, questions and jitter. */
export interface Entropy {
  /** In [0, 1); for jitter only. */
  random(): number;
  /** Unpredictable bytes. */
  bytes(count: number): Uint8Array;
}
