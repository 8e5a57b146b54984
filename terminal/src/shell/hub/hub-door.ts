import { HUB_ANSWER_SIZE_MAX, HUB_ASK_SIZE_MAX } from "@saku/protocol";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import type { HubReply } from "./hub-desk.ts";
import type { HubPost } from "./hub-line.ts";

/** The only thing that the hub's port serves (H8). */
export const HUB_PATH = "/saku/hub/v1/ask";
const CBOR_TYPE = "application/cbor";

/** The first address of this machine on a private network; null when it has none. */
export function lanAddress(): string | null {
  for (const addresses of Object.values(networkInterfaces()))
    for (const { family, internal, address } of addresses ?? [])
      if (family === "IPv4" && !internal) return address;
  return null;
}

/** Where this terminal would be found, were it the hub; null when the configuration keeps the door shut. */
export function lanUrl(host: string, port: number): string | null {
  if (host === "none" || port === 0) return null;
  const address = host === "auto" ? lanAddress() : host;
  return address === null ? null : `http://${address}:${port}`;
}

/** Questions from one address: this many at once, and then this many a second. */
const BURST_MAX = 20;
const PER_SECOND = 10;
const ADDRESSES_MAX = 256;

/** Lets an address ask at a bounded rate; strangers cannot make the table grow. */
export function createTurnstile(nowMs: () => number): (address: string) => boolean {
  const tokens = new Map<string, { count: number; atMs: number }>();
  return (address) => {
    const now = nowMs();
    const before = tokens.get(address) ?? { count: BURST_MAX, atMs: now };
    const count = Math.min(BURST_MAX, before.count + ((now - before.atMs) / 1_000) * PER_SECOND);
    tokens.delete(address);
    if (tokens.size >= ADDRESSES_MAX) {
      const oldest = tokens.keys().next();
      if (oldest.done !== true) tokens.delete(oldest.value);
    }
    tokens.set(address, { count: count < 1 ? count : count - 1, atMs: now });
    return count >= 1;
  };
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > HUB_ASK_SIZE_MAX) return null;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function reply(response: ServerResponse, status: number, body: Uint8Array | null): void {
  const headers = { "cache-control": "no-store", connection: "close" };
  response.writeHead(status, body === null ? headers : { ...headers, "content-type": CBOR_TYPE });
  response.end(body ?? undefined);
}

export type HubDoor = { close(): Promise<void> };

export type HubDoorParts = {
  readonly answer: (bytes: Uint8Array) => Promise<HubReply>;
  readonly nowMs: () => number;
  readonly onFault: (error: unknown) => void;
};

/** Opens the hub's door on the school's network: one path, one method, small bodies, few connections, short patience. */
export function openHubDoor(
  parts: HubDoorParts,
  at: { readonly host: string; readonly port: number },
): Promise<HubDoor> {
  const mayAsk = createTurnstile(parts.nowMs);
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST" || request.url !== HUB_PATH) return reply(response, 404, null);
    if (!mayAsk(request.socket.remoteAddress ?? "")) return reply(response, 429, null);
    const body = await readBody(request);
    if (body === null) return reply(response, 413, null);
    const answer = await parts.answer(body);
    return reply(response, answer.status, answer.body);
  }
  const server: Server = createServer(
    { requestTimeout: 5_000, headersTimeout: 5_000, maxHeaderSize: 4_096 },
    (request, response) => {
      serve(request, response).catch((error: unknown) => {
        parts.onFault(error);
        response.destroy();
      });
    },
  );
  server.maxConnections = 64;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(at.port, at.host, () => {
      server.off("error", reject);
      server.on("error", parts.onFault);
      resolve({
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** The school's own network as the hub's two sides use it. */
export type HubNetwork = {
  /** Where this terminal answers, were it the hub; null = nowhere. */
  readonly url: string | null;
  openDoor(parts: HubDoorParts): Promise<HubDoor>;
  readonly post: HubPost;
  probe(url: string): Promise<boolean>;
};

export function openHubNetwork(lan: {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}): HubNetwork {
  const url = lanUrl(lan.host, lan.port);
  return {
    url,
    openDoor: (parts) =>
      openHubDoor(parts, { host: new URL(url ?? "http://127.0.0.1").hostname, port: lan.port }),
    post: createHubPost(lan.timeoutMs),
    probe: (at) => probeHub(at, lan.timeoutMs),
  };
}

/** Asks over HTTP. Whatever goes wrong is no answer: the sale goes on to the cloud. */
export function createHubPost(timeoutMs: number): HubPost {
  return async (url, bytes) => {
    try {
      const response = await fetch(new URL(HUB_PATH, url), {
        method: "POST",
        headers: { "content-type": CBOR_TYPE },
        body: Buffer.from(bytes),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: "error",
      });
      return response.status === 200 ? await readAnswer(response) : null;
    } catch {
      return null;
    }
  };
}

/** What is longer than any answer is not one, and is not read to its end. */
async function readAnswer(response: Response): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > HUB_ANSWER_SIZE_MAX) return null;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Whether something listens there; says nothing of who it is. */
export function probeHub(url: string, timeoutMs: number): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: timeoutMs });
    const finish = (isUp: boolean): void => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once("connect", () => {
      finish(true);
    });
    socket.once("timeout", () => {
      finish(false);
    });
    socket.once("error", () => {
      finish(false);
    });
  });
}
