import type { Faults } from "./faults.ts";
import type { PtyPort } from "./pty.ts";
import type { Random } from "./random.ts";

/** The module's UART: bytes leave at the line's speed, and a host at another speed sees and sends garbage. */
export interface SerialLine {
  /** Resolves when the last byte has left. */
  send(packet: Uint8Array): Promise<void>;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  setBaudRate(baudRate: number): void;
  /** Forgets what still waits to leave: power cut or reset. */
  discard(): void;
  readonly counters: LineCounters;
}

export type LineCounters = {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Packets that met a host at another speed, either way. */
  readonly mismatchedPackets: number;
};

/** A host changes its speed while nothing is in flight, so one look after a pause is enough. */
const baudCheckQuietMs = 250;
const baudCheckMaxAgeMs = 3000;
/** Pace in small steps: a 57600 line carries about 29 bytes in 5 ms. */
const paceStepMs = 5;
/** Packets closer together than timers can tell count as back to back. */
const seamlessMs = 40;

export function createSerialLine(options: {
  readonly port: PtyPort;
  readonly faults: Faults;
  readonly random: Random;
  readonly isPaced: boolean;
}): SerialLine {
  const { port, faults, random } = options;
  const counters = { sentBytes: 0, receivedBytes: 0, mismatchedPackets: 0 };
  let baudRate = 57_600;
  let generation = 0;
  /** When the last byte handed over so far is off the wire: packets follow each other without a gap. */
  let freeAt = 0;
  let tail: Promise<void> = Promise.resolve();
  const host = createHostSpeed(port);

  const transmit = async (bytes: Uint8Array, sentIn: number): Promise<void> => {
    const now = performance.now();
    const startedAt = now - freeAt < seamlessMs ? freeAt : now;
    freeAt = startedAt + (options.isPaced ? (bytes.length * 10_000) / baudRate : 0);
    let sent = 0;
    while (sent < bytes.length && generation === sentIn) {
      const elapsedMs = performance.now() - startedAt;
      const due = options.isPaced ? Math.floor((elapsedMs * baudRate) / 10_000) : bytes.length;
      if (due > sent) sent += port.write(bytes.subarray(sent, Math.min(due, bytes.length)));
      if (sent < bytes.length) await pause(paceStepMs);
    }
    counters.sentBytes += sent;
  };
  const sendPacket = async (packet: Uint8Array, sentIn: number): Promise<void> => {
    const isMismatched = host.baudRate !== null && host.baudRate !== baudRate;
    if (isMismatched) counters.mismatchedPackets++;
    for (const piece of faults.apply(packet)) {
      if (piece.delayMs > 0) await pause(piece.delayMs);
      await transmit(isMismatched ? garbage(piece.bytes.length, random) : piece.bytes, sentIn);
    }
  };
  return {
    send: (packet) => {
      const sentIn = generation;
      tail = tail.then(async () => {
        if (sentIn === generation) await sendPacket(packet, sentIn);
      });
      return tail;
    },
    onBytes: (listener) => {
      host.onBytes((bytes) => {
        counters.receivedBytes += bytes.length;
        const isMismatched = host.baudRate !== null && host.baudRate !== baudRate;
        if (isMismatched) counters.mismatchedPackets++;
        listener(isMismatched ? garbage(bytes.length, random) : bytes);
      });
    },
    setBaudRate: (next) => {
      baudRate = next;
      host.expire();
    },
    discard: () => {
      generation++;
      freeAt = 0;
    },
    counters,
  };
}

/** Knows the host's speed; holds arriving bytes back while it looks. */
function createHostSpeed(port: PtyPort): {
  readonly baudRate: number | null;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  expire(): void;
} {
  let baudRate: number | null = null;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let lastByteAt = Number.NEGATIVE_INFINITY;
  let isChecking = false;
  const held: Uint8Array[] = [];
  return {
    get baudRate() {
      return baudRate;
    },
    expire: () => {
      checkedAt = Number.NEGATIVE_INFINITY;
    },
    onBytes: (listener) => {
      port.onData((bytes) => {
        const now = performance.now();
        const isStale = now - checkedAt > baudCheckMaxAgeMs;
        const wasQuiet = now - lastByteAt > baudCheckQuietMs;
        lastByteAt = now;
        if (!isChecking && !isStale && !wasQuiet) {
          listener(bytes);
          return;
        }
        held.push(bytes);
        if (isChecking) return;
        isChecking = true;
        void port.readHostBaudRate().then((speed) => {
          baudRate = speed;
          checkedAt = performance.now();
          isChecking = false;
          for (const waiting of held.splice(0)) listener(waiting);
        });
      });
    },
  };
}

function garbage(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
