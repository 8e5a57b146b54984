import { setImmediate } from "node:timers";
import { SensorGoneError } from "./sensor.ts";
import type { LineEvent, SensorLine } from "./line.ts";

/** Time that jumps to the next thing to happen as soon as nobody has anything left to do: no test waits. */
export type VirtualClock = {
  nowMs(): number;
  after(delayMs: number, fire: () => void): () => void;
};

type Due = { readonly atMs: number; readonly fire: () => void; isCancelled: boolean };

export function createVirtualClock(): VirtualClock {
  let nowMs = 0;
  let isPumping = false;
  let queue: Due[] = [];
  function pump(): void {
    queue = queue.filter((due) => !due.isCancelled);
    const next = queue.reduce<Due | null>(
      (first, due) => (first === null || due.atMs < first.atMs ? due : first),
      null,
    );
    if (next === null) {
      isPumping = false;
      return;
    }
    queue.splice(queue.indexOf(next), 1);
    nowMs = Math.max(nowMs, next.atMs);
    next.fire();
    setImmediate(pump);
  }
  return {
    nowMs: () => nowMs,
    after: (delayMs, fire) => {
      const due: Due = { atMs: nowMs + Math.max(0, delayMs), fire, isCancelled: false };
      queue.push(due);
      if (!isPumping) {
        isPumping = true;
        setImmediate(pump);
      }
      return () => {
        due.isCancelled = true;
      };
    },
  };
}

export type MemoryLine = {
  readonly line: SensorLine;
  /** Bytes from the module to the host, now. */
  deliver(bytes: Uint8Array): void;
  unplug(): void;
};

/** The far end hears what the host writes together with the rate the host has. */
export function createMemoryLine(
  clock: VirtualClock,
  hear: (bytes: Uint8Array, baudRate: number) => void,
  options: { readonly canSetBaud?: boolean; readonly baudRate?: number } = {},
): MemoryLine {
  const listeners = new Set<(event: LineEvent) => void>();
  let baudRate = options.baudRate ?? 57_600;
  let isOpen = true;
  const tell = (event: LineEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const line: SensorLine = {
    canSetBaud: options.canSetBaud ?? true,
    get baudRate() {
      return baudRate;
    },
    write: (bytes) => {
      if (!isOpen) return Promise.reject(new SensorGoneError("unplugged", "closed"));
      hear(bytes.slice(), baudRate);
      return Promise.resolve();
    },
    setBaud: (rate) => {
      baudRate = rate;
      return Promise.resolve();
    },
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    nowMs: () => clock.nowMs(),
    after: (delayMs, fire) => clock.after(delayMs, fire),
  };
  return {
    line,
    deliver: (bytes) => {
      if (isOpen) tell({ kind: "bytes", bytes });
    },
    unplug: () => {
      isOpen = false;
      tell({ kind: "closed" });
    },
  };
}
