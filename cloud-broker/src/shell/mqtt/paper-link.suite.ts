// Real Aedes and real clients on loopback ports over a school on paper.
import { randomBytes } from "node:crypto";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import {
  authMessage,
  downTopic,
  encodeAuthPassword,
  encodeUpFrame,
  mqttClientId,
  must,
  parseAck,
  parseCommand,
  parseDownFrame,
  upTopic,
  verifyObject,
  type Ack,
  type Command,
  type DownFrame,
  type UpFrame,
} from "@saku/protocol";
import { createEvents, type CloudEvents } from "../../events.ts";
import { nodeTimers } from "../clock/node-timers.ts";
import { createNonces, type Nonces } from "../devices/nonces.ts";
import { verifyOnThreads, verifyWithNode } from "../keys/ed25519.ts";
import { nodeEntropy } from "../keys/node-entropy.ts";
import { createLog } from "../log/log.ts";
import { createMetrics, type Metrics } from "../log/metrics.ts";
import { createChanges } from "../office/changes.ts";
import type { Cloud } from "../office/cloud.ts";
import {
  paperSchool,
  SCHOOL,
  type PaperSchool,
  type PaperTerminal,
} from "../paper-school.suite.ts";
import { startBroker } from "./broker.ts";
import { createConnections, type Connections } from "./connections.ts";
import { createAwaited } from "./up-context.ts";
import { createUpDesk } from "./up-desk.ts";

const HOST = "cloud.test";

export type PaperCloud = {
  readonly school: PaperSchool;
  readonly cloud: Cloud;
  readonly connections: Connections;
  readonly nonces: Nonces;
  readonly metrics: Metrics;
  readonly events: CloudEvents;
  readonly port: number;
  close(): Promise<void>;
};

export async function paperCloud(
  counts: { readonly terminals: number; readonly students: number },
  clock?: () => number,
): Promise<PaperCloud> {
  const school = await paperSchool(counts, clock);
  const metrics = createMetrics();
  const events = createEvents(createLog("silent"));
  const connections = createConnections(school.store, (error) => {
    throw error;
  });
  const now = clock ?? (() => Date.UTC(2026, 10, 23, 1));
  const cloud: Cloud = {
    store: school.store,
    outbox: {
      sign: school.cloudKey.sign,
      onQueued: (device) => void connections.pump(device),
    },
    changes: createChanges(),
    isOnline: (device) => connections.of(device) !== null,
    stop: (device) => void connections.stop(device, "revoked"),
    tokenSecret: randomBytes(32),
    key: school.cloudKey,
    clock: now,
    timers: nodeTimers,
    entropy: nodeEntropy,
    verify: verifyOnThreads,
  };
  const nonces = createNonces(now, nodeEntropy);
  const upDesk = createUpDesk({ cloud, connections, metrics, events, awaited: createAwaited() });
  const broker = await startBroker(
    {
      login: { store: school.store, nonces, host: HOST, verify: verifyOnThreads },
      upDesk,
      connections,
      metrics,
      events,
    },
    { port: 0, host: "127.0.0.1" },
  );
  return {
    school,
    cloud,
    connections,
    nonces,
    metrics,
    events,
    port: broker.port,
    close: async () => {
      await broker.close();
      await school.close();
    },
  };
}

export type PaperLink = {
  readonly client: MqttClient;
  readonly frames: readonly DownFrame[];
  send(frame: UpFrame): Promise<void>;
  /** The first frame from now on (or not yet taken) that fits. */
  next<T extends DownFrame["t"]>(t: T): Promise<Extract<DownFrame, { t: T }>>;
  ack(): Promise<Ack>;
  commands(): Promise<readonly Command[]>;
  closed: Promise<void>;
  close(): Promise<void>;
};

export function passwordFor(
  paper: PaperCloud,
  terminal: PaperTerminal,
  nonce?: Uint8Array,
): string {
  const question = {
    host: HOST,
    clientId: mqttClientId(SCHOOL, terminal.device),
    nonce: nonce ?? paper.nonces.issue(terminal.device),
    inc: terminal.inc,
  };
  return encodeAuthPassword(question.nonce, terminal.inc, terminal.key.sign(authMessage(question)));
}

export function optionsFor(paper: PaperCloud, terminal: PaperTerminal): IClientOptions {
  const clientId = mqttClientId(SCHOOL, terminal.device);
  return {
    host: "127.0.0.1",
    port: paper.port,
    protocol: "mqtt",
    protocolVersion: 4,
    clientId,
    username: clientId,
    password: passwordFor(paper, terminal),
    clean: true,
    reconnectPeriod: 0,
    keepalive: 60,
    connectTimeout: 5_000,
  };
}

export async function paperLink(
  paper: PaperCloud,
  terminal: PaperTerminal,
  options: IClientOptions = {},
): Promise<PaperLink> {
  const client = await mqtt.connectAsync({ ...optionsFor(paper, terminal), ...options });
  const frames: DownFrame[] = [];
  const waiting: ((frame: DownFrame) => boolean)[] = [];
  const cloudKey = () => paper.school.cloudKey.publicKey;
  client.on("message", (_topic, payload) => {
    const parsed = parseDownFrame(new Uint8Array(payload));
    const frame = must(parsed.ok ? parsed.value : null, "the cloud speaks the protocol");
    const taker = waiting.findIndex((takes) => takes(frame));
    if (taker >= 0) waiting.splice(taker, 1);
    else frames.push(frame);
  });
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  await client.subscribeAsync(downTopic(SCHOOL, terminal.device), { qos: 1 });
  const next: PaperLink["next"] = (t) =>
    new Promise((resolve) => {
      type Wanted = Extract<DownFrame, { t: typeof t }>;
      const found = frames.findIndex((frame) => frame.t === t);
      if (found >= 0) return resolve(frames.splice(found, 1)[0] as Wanted);
      waiting.push((frame) => {
        if (frame.t !== t) return false;
        resolve(frame as Wanted);
        return true;
      });
    });
  return {
    client,
    frames,
    next,
    closed,
    send: async (frame) => {
      const payload = Buffer.from(encodeUpFrame(frame));
      await client.publishAsync(upTopic(SCHOOL, terminal.device), payload, { qos: 1 });
    },
    ack: async () => {
      const { ack } = await next("ack");
      const signed = verifyObject("saku.ack.v1", ack, cloudKey, verifyWithNode);
      const parsed = parseAck(must(signed.ok ? signed.value : null, "a good signature").payload);
      return must(parsed.ok ? parsed.value : null, "an ack parses");
    },
    commands: async () => {
      const { commands } = await next("cmd");
      return commands.map((bytes) => {
        const signed = verifyObject("saku.command.v1", bytes, cloudKey, verifyWithNode);
        const { payload } = must(signed.ok ? signed.value : null, "a good signature");
        const parsed = parseCommand(payload);
        return must(parsed.ok ? parsed.value : null, "a command parses");
      });
    },
    close: () => client.endAsync(true),
  };
}

export function helloOf(terminal: PaperTerminal, have = 0): UpFrame {
  return {
    t: "hello",
    v: 1,
    term: 0,
    have,
    incs: [{ inc: terminal.inc, from: 1, to: Math.max(1, terminal.n), tip: terminal.parent }],
    software: "paper",
    roster: 0,
    lan: null,
    log: null,
    metrics: {},
  };
}
