import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { openFaultProxy, type FaultProxy } from "./fault-proxy.ts";
import { drawFaults, FAULT_NAMES, NO_FAULTS } from "./faults.ts";

let server: Server;
let proxy: FaultProxy;
/** Sizes of the pieces in which the echo server got its data. */
let pieces: number[];

beforeEach(async () => {
  pieces = [];
  server = createServer((socket) => {
    socket.on("data", (data: Buffer) => {
      pieces.push(data.length);
      socket.write(data);
    });
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const targetPort = (server.address() as AddressInfo).port;
  proxy = await openFaultProxy({ targetPort, listenPort: 0, random: createRandom(1) });
});

afterEach(async () => {
  await proxy.close();
  server.close();
});

async function call(): Promise<Socket> {
  const socket = connect(proxy.port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** Everything that comes until the other side ends ("closed") or resets (the error's code), or `enough` bytes are there. */
function heard(
  socket: Socket,
  enough = Infinity,
): Promise<{ readonly bytes: Buffer; readonly end: string }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const give = (end: string): void => resolve({ bytes: Buffer.concat(chunks), end });
    socket.on("data", (data: Buffer) => {
      chunks.push(data);
      if (Buffer.concat(chunks).length >= enough) give("enough");
    });
    socket.on("end", () => give("closed"));
    socket.on("error", (error) => give("code" in error ? String(error.code) : error.message));
  });
}

const MESSAGE = Buffer.from("a message of forty bytes, neither longer");

describe("the fault proxy before a plain echo server", () => {
  it("carries everything unchanged without faults, also much at once", async () => {
    const socket = await call();
    const much = Buffer.alloc(2_000_000, "x");
    const echo = heard(socket, much.length);
    socket.end(much);
    expect((await echo).bytes.equals(much)).toBe(true);
    expect(proxy.counts).toEqual({ connections: 1, bytes: 2 * much.length });
  });

  it("delays by at least the latency, and keeps the order under jitter", async () => {
    proxy.set({ ...NO_FAULTS, latencyMs: 60, jitterMs: 40 });
    const socket = await call();
    const startMs = performance.now();
    const sent = Array.from({ length: 20 }, (_, index) => `${index};`);
    const echo = heard(socket, sent.join("").length);
    for (const word of sent) socket.write(word);
    expect((await echo).bytes.toString()).toBe(sent.join(""));
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(118);
    socket.destroy();
  });

  it("cuts pieces to slices that arrive whole and in order", async () => {
    proxy.set({ ...NO_FAULTS, sliceBytes: 7 });
    const socket = await call();
    const echo = heard(socket, MESSAGE.length);
    socket.write(MESSAGE);
    expect((await echo).bytes.equals(MESSAGE)).toBe(true);
    expect(pieces.length).toBeGreaterThan(1);
    socket.destroy();
  });

  it("drops in silence, and a connection that lost a byte delivers no later one when the fault is gone", async () => {
    proxy.set({ ...NO_FAULTS, drop: "down" });
    const lost = await call();
    let heardBytes = 0;
    lost.on("data", (data: Buffer) => {
      heardBytes += data.length;
    });
    lost.write(MESSAGE);
    // The echo has been swallowed once the server has seen the message and a later connection has had its answer.
    while (pieces.length === 0) await new Promise(setImmediate);
    const probe = await call();
    probe.write("?");
    while (pieces.length < 2) await new Promise(setImmediate);
    proxy.set(NO_FAULTS);
    lost.write(MESSAGE);
    while (pieces.length < 3) await new Promise(setImmediate);
    const fresh = await call();
    const echo = heard(fresh, MESSAGE.length);
    fresh.write(MESSAGE);
    expect((await echo).bytes.equals(MESSAGE)).toBe(true);
    expect(heardBytes).toBe(0);
    for (const one of [lost, probe, fresh]) one.destroy();
  });

  it("resets a connection once it has carried its bytes, and closes politely when asked so", async () => {
    proxy.set({ ...NO_FAULTS, resetAfterBytes: 1 });
    const first = await call();
    const end = heard(first);
    first.write(MESSAGE);
    expect((await end).end).toBe("ECONNRESET");
    proxy.set({ ...NO_FAULTS, closeAfterBytes: MESSAGE.length * 2 });
    const second = await call();
    const polite = heard(second);
    second.write(MESSAGE);
    expect(await polite).toEqual({ bytes: MESSAGE, end: "closed" });
    second.destroy();
  });

  it("limits bytes a second", async () => {
    proxy.set({ ...NO_FAULTS, bytesPerSecond: 1_000 });
    const socket = await call();
    const startMs = performance.now();
    const echo = heard(socket, MESSAGE.length);
    socket.write(MESSAGE);
    await echo;
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(2 * MESSAGE.length - 2);
    socket.destroy();
  });

  it("cuts: every connection is reset and new ones are refused until it is restored", async () => {
    const socket = await call();
    const first = heard(socket, 1);
    socket.write("?");
    await first;
    const end = heard(socket);
    proxy.cut();
    expect((await end).end).toBe("ECONNRESET");
    const refused = connect(proxy.port, "127.0.0.1");
    expect((await heard(refused)).end).not.toBe("enough");
    proxy.restore();
    const again = await call();
    const echo = heard(again, MESSAGE.length);
    again.write(MESSAGE);
    expect((await echo).end).toBe("enough");
    again.destroy();
  });
});

describe("faults drawn by seed", () => {
  it("repeat for the same seed, and every fault is drawn sometimes", () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 60 }, () => drawFaults(random));
    };
    expect(draw(3)).toEqual(draw(3));
    expect(new Set(draw(3).flatMap(({ names }) => names))).toEqual(new Set(FAULT_NAMES));
  });
});
