import {
  askId,
  authMessage,
  incarnation,
  parseAuthPassword,
  parseUpFrame,
  schoolId,
  signingKeyFromSeed,
  deviceId,
  toBase64Url,
  verifyWithTweetnacl,
  type SchoolDay,
  type StudentId,
  type Rupiah,
} from "@saku/protocol";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LinkError, openMqttTransport, type Transport } from "./transport.ts";

// A broker of few lines that reads the packets themselves (MQTT 3.1.1 §2, §3), so that what is claimed about them is seen.
type Packet = { readonly type: number; readonly flags: number; readonly body: Buffer };

class PaperBroker {
  readonly packets: Packet[] = [];
  socket: Socket | null = null;
  subAckCode = 1;
  readonly server: TcpServer = createServer((socket) => {
    this.socket = socket;
    let buffer = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      buffer = Buffer.concat([buffer, chunk]);
      for (;;) {
        const size = buffer[1];
        // The packets of this test are shorter than 128 bytes, or carry a two-byte length.
        if (size === undefined) return;
        const isLong = size > 127;
        const length = isLong ? (size & 127) + (buffer[2] ?? 0) * 128 : size;
        const start = isLong ? 3 : 2;
        if (buffer.length < start + length) return;
        const head = buffer[0] ?? 0;
        this.#take(socket, {
          type: head >> 4,
          flags: head & 15,
          body: buffer.subarray(start, start + length),
        });
        buffer = buffer.subarray(start + length);
      }
    });
  });

  of(type: number): Packet | undefined {
    return this.packets.find((packet) => packet.type === type);
  }

  #take(socket: Socket, packet: Packet): void {
    this.packets.push(packet);
    if (packet.type === 1) socket.write(Buffer.from([0x20, 2, 0, 0]));
    if (packet.type === 8)
      socket.write(
        Buffer.from([0x90, 3, packet.body[0] ?? 0, packet.body[1] ?? 0, this.subAckCode]),
      );
  }
}

/** The length-prefixed fields of a packet's body from `at` on. */
function fieldsOf(body: Buffer, at: number): readonly Buffer[] {
  const fields: Buffer[] = [];
  for (let offset = at; offset + 2 <= body.length;) {
    const size = body.readUInt16BE(offset);
    fields.push(body.subarray(offset + 2, offset + 2 + size));
    offset += 2 + size;
  }
  return fields;
}

const KEY = signingKeyFromSeed(new Uint8Array(32).fill(3));
const NONCE = new Uint8Array(32).fill(5);
const INC = incarnation("00000000000000aa");
const SCHOOL = schoolId("sch-1");
const DEVICE = deviceId("trm-1");
const TOPIC = "saku/v1/sch-1/trm-1";

let broker: PaperBroker;
let door: Server;
let challenge: () => readonly [number, object];
let transport: Transport | null = null;
const onFrame = vi.fn<(payload: Uint8Array) => void>();
const onClosed = vi.fn<() => void>();

function portOf(server: Server | TcpServer): number {
  return (server.address() as AddressInfo).port;
}

beforeEach(async () => {
  onFrame.mockReset();
  onClosed.mockReset();
  broker = new PaperBroker();
  await new Promise<void>((resolve) => broker.server.listen(0, "127.0.0.1", resolve));
  challenge = () => [200, good()];
  door = createHttpServer((request, response) => {
    request.resume();
    const [status, body] = challenge();
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  transport?.close();
  transport = null;
  broker.socket?.destroy();
  broker.server.close();
  door.close();
  door.closeAllConnections();
});

function good() {
  return {
    nonce: toBase64Url(NONCE),
    term: 1,
    host: "cloud.test",
    mqttUrl: `mqtt://127.0.0.1:${portOf(broker.server)}`,
  };
}

async function open(cloudUrl = `http://127.0.0.1:${portOf(door)}`): Promise<Transport> {
  const options = {
    cloudUrl,
    host: "cloud.test",
    school: SCHOOL,
    device: DEVICE,
    inc: INC,
    sign: KEY.sign,
  };
  transport = await openMqttTransport(options)({ onFrame, onClosed });
  return transport;
}

describe("the connection to the cloud", () => {
  it("proves the terminal's key for this cloud and this incarnation", async () => {
    await open();
    const connect = broker.of(1);
    if (connect === undefined) throw new Error("No CONNECT came");
    const [clientId, username, password] = fieldsOf(connect.body, 10).map((field) =>
      field.toString(),
    );
    expect([clientId, username]).toEqual(["sch-1.trm-1", "sch-1.trm-1"]);
    const proof = parseAuthPassword(password ?? "");
    if (proof === null) throw new Error("The password cannot be read");
    const message = authMessage({
      host: "cloud.test",
      clientId: "sch-1.trm-1",
      nonce: NONCE,
      inc: INC,
    });
    expect(proof.inc).toBe(INC);
    expect(verifyWithTweetnacl(KEY.publicKey, message, proof.signature)).toBe(true);
  });

  it("is MQTT 3.1.1, clean, without a will, and hears its own topic only", async () => {
    await open();
    const connect = broker.of(1);
    expect(connect?.body[6]).toBe(4);
    // User name, password and clean session; no will, no will-retain (§3.1.2.3).
    expect(connect?.body[7]).toBe(0b1100_0010);
    const subscribe = broker.of(8);
    expect(fieldsOf(subscribe?.body ?? Buffer.alloc(0), 2)[0]?.toString()).toBe(`${TOPIC}/dn`);
    expect(broker.packets.filter((packet) => packet.type === 8)).toHaveLength(1);
  });

  it("publishes on its own topic with QoS 1 and never retained", async () => {
    const { send } = await open();
    const question = {
      student: "stu-1" as StudentId,
      purse: "snack",
      day: 20261123 as SchoolDay,
    } as const;
    send({ t: "ask", ask: askId("ask-1"), ...question, need: 500 as Rupiah });
    await vi.waitFor(() => {
      expect(broker.of(3)).toBeDefined();
    });
    const publish = broker.of(3);
    expect(publish?.flags).toBe(0b0010);
    const body = publish?.body ?? Buffer.alloc(0);
    const topicSize = body.readUInt16BE(0);
    expect(body.subarray(2, 2 + topicSize).toString()).toBe(`${TOPIC}/up`);
    expect(parseUpFrame(new Uint8Array(body.subarray(4 + topicSize))).ok).toBe(true);
  });

  it("hands on what comes, and says once that it ended", async () => {
    await open();
    const topic = Buffer.from(`${TOPIC}/dn`);
    const body = Buffer.concat([Buffer.from([0, topic.length]), topic, Buffer.from("hello")]);
    broker.socket?.write(Buffer.concat([Buffer.from([0x30, body.length]), body]));
    await vi.waitFor(() => {
      expect(onFrame).toHaveBeenCalledWith(new Uint8Array(Buffer.from("hello")));
    });
    broker.socket?.destroy();
    await vi.waitFor(() => {
      expect(onClosed).toHaveBeenCalledTimes(1);
    });
  });

  it.each([
    ["a cloud of another name than at the claim", () => [200, { ...good(), host: "evil.test" }]],
    ["a nonce that is none", () => [200, { ...good(), nonce: "AAAA" }]],
    ["an address that is not MQTT", () => [200, { ...good(), mqttUrl: "file:///etc/passwd" }]],
    ["an answer that is none", () => [200, ["?"]]],
    ["a broken cloud", () => [500, {}]],
  ] as const)("gives no proof to %s", async (_, answer) => {
    challenge = answer as unknown as typeof challenge;
    await expect(open()).rejects.toBeInstanceOf(LinkError);
    expect(broker.packets).toEqual([]);
  });

  it("hands on the cloud's own word when it refuses", async () => {
    challenge = () => [403, { error: "revoked", detail: "This terminal was revoked." }];
    await expect(open()).rejects.toMatchObject({
      code: "revoked",
      message: "This terminal was revoked.",
    });
  });

  it("says when nobody is there, or the subscription is refused", async () => {
    await expect(open("http://127.0.0.1:1")).rejects.toThrow("cannot be reached");
    broker.subAckCode = 128;
    await expect(open()).rejects.toThrow("refused the subscription");
    expect(onClosed).not.toHaveBeenCalled();
  });
});
