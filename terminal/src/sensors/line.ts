export type LineEvent =
  { readonly kind: "bytes"; readonly bytes: Uint8Array } | { readonly kind: "closed" };

/**
 * A line of bytes to one sensor module, and the time its flows need. Chunks have arbitrary sizes; nothing is framed.
 * The shell makes one over a serial port, a test over memory.
 */
export interface SensorLine {
  /** False on bridges (TCP, BLE) that cannot change the far UART: then no baud command may be sent, ever. */
  readonly canSetBaud: boolean;
  readonly baudRate: number;
  /** Resolves when the bytes have left. Throws `SensorGoneError` when the line is closed. */
  write(bytes: Uint8Array): Promise<void>;
  /** Both queues are flushed: a reply still on its way is lost. */
  setBaud(baudRate: number): Promise<void>;
  /** Returns the way to stop listening. After `closed` nothing follows. */
  onEvent(listener: (event: LineEvent) => void): () => void;
  /** Milliseconds of a clock that never goes back; only differences mean something. */
  nowMs(): number;
  /** Calls `fire` once after `delayMs`; returns the way to cancel. */
  after(delayMs: number, fire: () => void): () => void;
}

/** Resolves after `delayMs` of the line's own time. */
export function pauseOn(line: SensorLine, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    line.after(delayMs, resolve);
  });
}

/** What happened on a line since it was opened; all counts only rise. */
export type LineCounters = {
  /** Bytes that belonged to no valid packet. */
  readonly discardedByteCount: number;
  /** Commands that got no answer in time. */
  readonly silentCount: number;
  /** Images that came up damaged or not whole. */
  readonly brokenTransferCount: number;
};
