import { Hono } from "hono";
import { readConfig } from "./config.ts";
import { fatal, terminalClosed, terminalReady } from "./events.ts";
import { openClock } from "./shell/clock/clock.ts";
import { nodeTimers as timers } from "./shell/clock/node-timers.ts";
import { createCounter } from "./shell/counter/counter.ts";
import { openHubNetwork } from "./shell/hub/hub-door.ts";
import { nodeEntropy as entropy } from "./shell/keys/node-entropy.ts";
import { verifyWithNode as verify } from "./shell/keys/verify.ts";
import { createLog } from "./shell/log/log.ts";
import { openDutyDesk } from "./shell/service/duty-desk.ts";
import { createFront } from "./shell/service/front.ts";
import { readHealth } from "./shell/service/health-report.ts";
import { listen } from "./shell/service/server.ts";
import { openStartKeys } from "./shell/service/key-rotation.ts";
import { createService, identityOf } from "./shell/service/service-page.ts";
import { openMqttTransport as transport } from "./shell/mqtt/transport.ts";
import * as wiring from "./shell/service/wiring.ts";
import { readHead } from "./shell/store/journal-store.ts";
import { openStore } from "./shell/store/open-store.ts";
import { openDirectory } from "./shell/vault/vault.ts";

const software = "saku-terminal 0.1.0";

process.umask(0o077);
const log = createLog();
process.on("uncaughtException", (error) => {
  fatal(log, { name: error.name, sentence: error.message, stack: error.stack ?? "" });
  process.exit(1);
});
const config = readConfig(process.env);
log.level = config.logLevel;
const { stateFolder, timing, askTimeoutMs, frameAncestors, counterHost: host } = config;
const database = await openStore(stateFolder);
const clock = openClock((await readHead(database.read)).atMs);
const keys = await openStartKeys({ database, clock, timers, entropy, software, log }, config);
const station = wiring.openStation(config, log);
const indicator = await wiring.openLamps(config, log);
const matcher = wiring.openMatcher(log);
const metrics = wiring.helloMetrics(station, matcher);
const front = createFront(database);
const lan = openHubNetwork(config.lan);
const world = { clock, timers, entropy, verify, transport };
const parts = { ...world, database, keys, log, software, timing, askTimeoutMs, lan, metrics };
const desk = await openDutyDesk(parts, front);

const directory = openDirectory(database);
const deps = { station, matcher, indicator, directory, now: clock.nowMs, frameAncestors, log };
const counter = createCounter({ ...front, ...deps });
const facts = { database, keys, clock, stateFolder, software, indicator: indicator.backendName };
const service = createService({
  ownHost: host,
  claim: (input) => desk.claim(input),
  identity: () => identityOf(keys, software, desk.duty),
  health: () =>
    readHealth({ ...facts, duty: () => desk.duty, sensor: () => wiring.sensorHealth(station) }),
});
const app = new Hono().route("/service", service).route("/", counter.app);
const server = await listen(app, { host, port: config.counterPort });
terminalReady(log, { device: keys.device, url: `http://${host}:${server.port}/` });

async function close(signal: string): Promise<void> {
  for (const part of [server, counter, desk, matcher, indicator, station, database])
    await part.close();
  terminalClosed(log, { signal });
  // A page's live stream sleeps between its heartbeats; everything that matters is closed.
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void close(signal));
