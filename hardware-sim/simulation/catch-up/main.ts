// `npm run bench:catchup`: one terminal that was away for a year delivers its journal through the real broker into a real
// SQLite file, frame after frame as the credit of the signed acknowledgements lets it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { typed } from "../command-line.ts";
import mqtt, { type MqttClient } from "mqtt";
import {
  authMessage,
  downTopic,
  encodeAuthPassword,
  mqttClientId,
  must,
  openObject,
  parseAck,
  parseDownFrame,
  upTopic,
  type Ack,
} from "@saku/protocol";
import { createEvents } from "@saku/cloud-broker/events";
import { nodeTimers } from "@saku/cloud-broker/shell/clock/node-timers";
import { createNonces, type Nonces } from "@saku/cloud-broker/shell/devices/nonces";
import { nodeSigningKey, verifyOnThreads } from "@saku/cloud-broker/shell/keys/ed25519";
import { nodeEntropy } from "@saku/cloud-broker/shell/keys/node-entropy";
import { createLog } from "@saku/cloud-broker/shell/log/log";
import { createMetrics } from "@saku/cloud-broker/shell/log/metrics";
import { startBroker, type Broker } from "@saku/cloud-broker/shell/mqtt/broker";
import { createConnections } from "@saku/cloud-broker/shell/mqtt/connections";
import { createAwaited } from "@saku/cloud-broker/shell/mqtt/up-context";
import { createUpDesk } from "@saku/cloud-broker/shell/mqtt/up-desk";
import { createChanges } from "@saku/cloud-broker/shell/office/changes";
import type { Cloud } from "@saku/cloud-broker/shell/office/cloud";
import { openStore, type Store } from "@saku/cloud-broker/shell/store/store";
import {
  benchTerminals,
  enterSchool,
  enterTerminal,
  MORNING_MS,
  SCHOOL,
  signedFrames,
  type BenchTerminal,
} from "@saku/cloud-broker/shell/bench/ingest-school";

const HOST = "bench.test";
/** As many sales as fit the 48 kB of a frame. */
const FRAME = 100;
const MEGABYTE = 1_048_576;

async function openBroker(store: Store): Promise<{ broker: Broker; nonces: Nonces }> {
  const key = nodeSigningKey(nodeEntropy.bytes(32));
  const connections = createConnections(store, (error) => {
    throw error;
  });
  const cloud: Cloud = {
    store,
    outbox: { sign: key.sign, onQueued: () => undefined },
    changes: createChanges(),
    isOnline: () => true,
    key,
    stop: () => undefined,
    tokenSecret: new Uint8Array(32),
    clock: Date.now,
    timers: nodeTimers,
    entropy: nodeEntropy,
    verify: verifyOnThreads,
  };
  const metrics = createMetrics();
  const events = createEvents(createLog("silent"));
  const nonces = createNonces(Date.now, nodeEntropy);
  const upDesk = createUpDesk({ cloud, connections, metrics, events, awaited: createAwaited() });
  const login = { store, nonces, host: HOST, verify: verifyOnThreads };
  const broker = await startBroker(
    { login, upDesk, connections, metrics, events },
    { port: 0, host: "127.0.0.1" },
  );
  return { broker, nonces };
}

async function connect(port: number, nonces: Nonces, terminal: BenchTerminal): Promise<MqttClient> {
  const { device, inc, key } = terminal;
  const clientId = mqttClientId(SCHOOL, device);
  const nonce = nonces.issue(device);
  const signature = key.sign(authMessage({ host: HOST, clientId, nonce, inc }));
  const client = await mqtt.connectAsync({
    host: "127.0.0.1",
    port,
    protocol: "mqtt",
    protocolVersion: 4,
    clientId,
    username: clientId,
    password: encodeAuthPassword(nonce, inc, signature),
    clean: true,
    reconnectPeriod: 0,
  });
  await client.subscribeAsync(downTopic(SCHOOL, device), { qos: 1 });
  return client;
}

function ackOf(payload: Uint8Array): Ack {
  const frame = parseDownFrame(payload);
  if (!frame.ok || frame.value.t !== "ack") throw new Error("The cloud did not acknowledge");
  const opened = openObject("saku.ack.v1", frame.value.ack);
  const parsed = parseAck(must(opened.ok ? opened.value : null, "An ack opens").payload);
  return must(parsed.ok ? parsed.value : null, "An ack parses");
}

/** Delivers all frames in the window that the cloud allows; resolves when the last event is committed. */
function deliver(
  client: MqttClient,
  terminal: BenchTerminal,
  frames: readonly Uint8Array[],
  total: number,
): Promise<void> {
  const topic = upTopic(SCHOOL, terminal.device);
  let sent = 0;
  let credit = 1;
  return new Promise((resolve, reject) => {
    const pump = (acked: number): void => {
      while (sent < frames.length && sent - Math.ceil(acked / FRAME) < credit) {
        client.publish(topic, Buffer.from(must(frames[sent], "a frame")), { qos: 1 });
        sent += 1;
      }
    };
    client.on("message", (_, payload) => {
      try {
        const ack = ackOf(new Uint8Array(payload));
        const acked = ack.incs[0]?.ack ?? 0;
        credit = Math.max(1, ack.credit);
        if (acked >= total) resolve();
        else nodeTimers.after(ack.delayMs, () => pump(acked));
      } catch (error) {
        reject(error);
      }
    });
    client.on("close", () => reject(new Error("The connection closed")));
    pump(0);
  });
}

async function main(): Promise<void> {
  const values = typed("npm run bench:catchup -- [--events N] [--directory DIR]", {
    options: { events: { type: "string", default: "100000" }, directory: { type: "string" } },
  });
  const total = Number(values.events);
  if (!Number.isSafeInteger(total) || total < 1) {
    process.stderr.write("bench:catchup [--events N] [--directory DIR]\n");
    process.exit(2);
  }
  const directory = mkdtempSync(join(values.directory ?? tmpdir(), "saku-catch-up-"));
  const store = await openStore({
    file: join(directory, "ledger.sqlite"),
    clock: () => MORNING_MS,
  });
  const [terminal] = benchTerminals(1);
  if (terminal === undefined) throw new Error("No terminal");
  await store.commit((work) => enterSchool(work));
  await store.commit((work) => enterTerminal(work, terminal));
  const frames = signedFrames(terminal, total, FRAME);
  const { broker, nonces } = await openBroker(store);
  const client = await connect(broker.port, nonces, terminal);
  let peakBytes = 0;
  const stop = nodeTimers.every(100, () => {
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  });
  const beforeBytes = process.memoryUsage().rss;
  const startMs = nodeTimers.nowMs();
  const cpuBefore = process.cpuUsage();
  await deliver(client, terminal, frames, total);
  const elapsedMs = nodeTimers.nowMs() - startMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  stop();
  const { count } = await store.read
    .selectFrom("sale")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  if (Number(count) !== total) throw new Error(`${count} sales were booked`);
  await client.endAsync(true);
  await broker.close();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
  const minutes = (elapsedMs / 60_000).toFixed(1);
  const perSecond = Math.round((total / elapsedMs) * 1_000);
  const cpuMs = ((user + system) / 1_000 / total).toFixed(2);
  const memory = `${Math.round(beforeBytes / MEGABYTE)} → ${Math.round(peakBytes / MEGABYTE)} MB`;
  process.stdout.write(
    `catch-up events ${total} minutes ${minutes} events/s ${perSecond} ms CPU each ${cpuMs} memory ${memory}\n`,
  );
}

await main();
