import { realpath, stat } from "node:fs/promises";
import { SerialPort } from "serialport";
import type { LineEvent, SensorLine } from "../../sensors/line.ts";
import { SensorGoneError } from "../../sensors/sensor.ts";

/** A `SensorLine` over a serial port of this machine. */
export interface SerialLine extends SensorLine {
  /** Frees the port; `closed` is told if it was still open. */
  close(): Promise<void>;
}

/** Modules say 0x55 after power-up, an old process may have left half an answer: nobody listens this long. */
const DRAIN_MS = 50;
/** A pulled cable that serialport does not report is noticed within this. */
const PRESENCE_PERIOD_MS = 500;

function gone(error: Error): SensorGoneError {
  const isLocked = error.message.includes("Cannot lock port");
  const sentence = isLocked ? "Another process holds the sensor's port" : error.message;
  return new SensorGoneError("unplugged", sentence);
}

/** Resolves with the outcome of one call of serialport's callback style. */
function settled(call: (done: (error: Error | null | undefined) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => {
      if (error) reject(gone(error));
      else resolve();
    });
  });
}

/**
 * Opens `path` at `baudRate`, 8N1, with an exclusive lock. Modem lines are never touched: a pty and most UARTs of a Pi
 * have none. Throws `SensorGoneError("unplugged")` when the port is missing or taken.
 */
export async function openSerialLine(path: string, baudRate: number): Promise<SerialLine> {
  const port = new SerialPort({ path, baudRate, autoOpen: false, lock: true, hupcl: false });
  // Every failure also comes as `close` or as a callback; without a listener it would end the process.
  port.on("error", () => undefined);
  await settled((done) => {
    port.open(done);
  });
  port.resume();
  await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
  await watchPresence(port, path);
  return lineOf(port, baudRate);
}

/**
 * A hang-up that meets a read in flight gives it 0 bytes, and serialport 13 reads again for ever: no `close`, a busy
 * thread. The device node tells the truth: it goes with a USB adapter and with a pty's master. A soldered UART stays.
 */
async function watchPresence(port: SerialPort, path: string): Promise<void> {
  const device = await realpath(path).catch(() => path);
  const opened = await stat(device).catch(() => null);
  const timer = setInterval(() => {
    void stat(device)
      .catch(() => null)
      .then((now) => {
        if (port.isOpen && (now === null || now.rdev !== opened?.rdev)) port.close(() => undefined);
      });
  }, PRESENCE_PERIOD_MS);
  timer.unref();
  port.once("close", () => {
    clearInterval(timer);
  });
}

function lineOf(port: SerialPort, openedBaudRate: number): SerialLine {
  const listeners = new Set<(event: LineEvent) => void>();
  let baudRate = openedBaudRate;
  const tell = (event: LineEvent): void => {
    for (const listener of listeners) listener(event);
  };
  // serialport reads into one pool for many chunks: a copy keeps ours.
  port.on("data", (chunk: Buffer) => {
    tell({ kind: "bytes", bytes: Uint8Array.from(chunk) });
  });
  port.on("close", () => {
    tell({ kind: "closed" });
  });
  return {
    canSetBaud: true,
    get baudRate() {
      return baudRate;
    },
    write: async (bytes) => {
      if (!port.isOpen) throw new SensorGoneError("unplugged", "The sensor's port is closed");
      await settled((done) => port.write(Buffer.from(bytes), done));
    },
    setBaud: async (next) => {
      if (!port.isOpen) throw new SensorGoneError("unplugged", "The sensor's port is closed");
      await settled((done) => {
        port.update({ baudRate: next }, done);
      });
      baudRate = next;
    },
    onEvent: (listener) => {
      listeners.add(listener);
      // The cable may have come out while nobody listened.
      if (!port.isOpen) queueMicrotask(() => tell({ kind: "closed" }));
      return () => void listeners.delete(listener);
    },
    nowMs: () => performance.now(),
    after: (delayMs, fire) => {
      const timer = setTimeout(fire, delayMs);
      return () => {
        clearTimeout(timer);
      };
    },
    close: async () => {
      if (!port.isOpen) return;
      await settled((done) => {
        port.close(done);
      }).catch(() => undefined);
    },
  };
}
