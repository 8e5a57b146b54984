import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";
import { NO_FAULTS, type Faults } from "./faults.ts";

/** A stretch of "internet": a TCP port on loopback that leads to another one, through whatever faults are set. */
export interface FaultProxy {
  readonly port: number;
  readonly isUp: boolean;
  /** Connections taken since it was opened, and bytes that came out on either side. */
  readonly counts: { readonly connections: number; readonly bytes: number };
  set(faults: Faults): void;
  /** Ends every connection at once with a reset and refuses new ones. */
  cut(): void;
  /** Lets connections in again. */
  restore(): void;
  close(): Promise<void>;
}

export type FaultProxyOptions = {
  readonly targetPort: number;
  /** 0 = any. */
  readonly listenPort: number;
  readonly random: Random;
};

const HOST = "127.0.0.1";
/** More than this in flight and the sender is held back, as a full window would. */
const IN_FLIGHT_MAX = 256 * 1024;

type Line = {
  readonly faults: () => Faults;
  readonly random: Random;
  readonly note: (bytes: number) => void;
};

/** One connection: two sockets that end together, and how much has passed between them. */
type Pair = { readonly near: Socket; readonly far: Socket; carried: number };

/**
 * RST and nothing before it. `resetAndDestroy` says FIN first and lets what was written through; Node's own flag for the
 * reset, set before `destroy`, does not (the test of resets would notice if Node forgot the flag).
 */
function reset(socket: Socket): void {
  Object.assign(socket, { resetAndClosing: true }).destroy();
}

/** Carries one direction of a connection. Resolves nothing: its end is the end of the sockets. */
function carry(line: Line, pair: Pair, direction: "up" | "down"): void {
  const [source, sink] = direction === "up" ? [pair.near, pair.far] : [pair.far, pair.near];
  let queue: Promise<void> = Promise.resolve();
  let inFlight = 0;
  let isBlack = false;

  async function deliver(chunk: Buffer, dueMs: number): Promise<void> {
    const waitMs = dueMs - Date.now();
    if (waitMs > 0) await sleep(waitMs);
    const { sliceBytes, bytesPerSecond, drop } = line.faults();
    isBlack ||= drop === direction || drop === "both";
    if (isBlack) return;
    const size = sliceBytes === 0 ? chunk.length : sliceBytes;
    for (let start = 0; start < chunk.length && !sink.destroyed; start += size) {
      const slice = chunk.subarray(start, start + size);
      if (bytesPerSecond > 0) await sleep((slice.length / bytesPerSecond) * 1_000);
      sink.write(slice);
      line.note(slice.length);
      pair.carried += slice.length;
      if (isSpent(line.faults(), pair)) return;
      // A turn of the loop keeps slices apart on the wire.
      if (sliceBytes > 0) await sleep(0);
    }
  }

  source.on("data", (chunk: Buffer) => {
    const { latencyMs, jitterMs } = line.faults();
    const dueMs = Date.now() + latencyMs + Math.floor(line.random.next() * jitterMs);
    inFlight += chunk.length;
    if (inFlight > IN_FLIGHT_MAX) source.pause();
    queue = queue
      .then(() => deliver(chunk, dueMs))
      .then(() => {
        inFlight -= chunk.length;
        if (inFlight <= IN_FLIGHT_MAX) source.resume();
      });
  });
  // What was sent before the end arrives before the end.
  source.on("end", () => void queue.then(() => (isBlack ? undefined : sink.end())));
}

/** Ends a connection that has carried all that its faults let through. */
function isSpent(
  { resetAfterBytes, closeAfterBytes }: Faults,
  { near, far, carried }: Pair,
): boolean {
  if (resetAfterBytes > 0 && carried >= resetAfterBytes) {
    reset(near);
    reset(far);
    return true;
  }
  if (closeAfterBytes > 0 && carried >= closeAfterBytes) {
    near.end();
    far.end();
    return true;
  }
  return false;
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      if (address === null || typeof address === "string")
        reject(new Error("No port to listen on"));
      else resolve(address.port);
    });
  });
}

/** Opens a way to `targetPort`, whether or not somebody listens there now. */
export async function openFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const counts = { connections: 0, bytes: 0 };
  let faults = NO_FAULTS;
  let isUp = true;
  const track = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
    // A cut line resets; both ends learn of it by themselves, so there is nothing to do here.
    socket.on("error", () => socket.destroy());
  };
  const line: Line = {
    faults: () => faults,
    random: options.random,
    note: (bytes) => {
      counts.bytes += bytes;
    },
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (!isUp) {
      reset(near);
      return;
    }
    counts.connections += 1;
    const far = connect({ port: options.targetPort, host: HOST, allowHalfOpen: true });
    track(near, far);
    track(far, near);
    const pair: Pair = { near, far, carried: 0 };
    carry(line, pair, "up");
    carry(line, pair, "down");
  });
  const port = await listening(server, options.listenPort);
  return {
    port,
    counts,
    get isUp() {
      return isUp;
    },
    set: (next) => {
      faults = next;
    },
    cut: () => {
      isUp = false;
      for (const socket of sockets) reset(socket);
    },
    restore: () => {
      isUp = true;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
