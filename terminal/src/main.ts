import { Hono } from "hono";
import { toBase64Url } from "@saku/protocol";
import { readConfig } from "./config.ts";
import { fatal, terminalClosed, terminalReady } from "./events.ts";
import { openClock } from "./shell/clock/clock.ts";
import { openDeviceKeys } from "./shell/keys/device-keys.ts";
import { createLog } from "./shell/log/log.ts";
import { openDutyDesk } from "./shell/service/duty-desk.ts";
import { createFront } from "./shell/service/front.ts";
import { readHealth } from "./shell/service/health-report.ts";
import { listen } from "./shell/service/server.ts";
import { createService } from "./shell/service/service.ts";
import { openLamps, openStation, sensorHealth } from "./shell/service/wiring.ts";
import { readHead } from "./shell/store/journal-store.ts";
import { openStore } from "./shell/store/open-store.ts";

const SOFTWARE = "saku-terminal 0.1.0";

process.umask(0o077);
const config = readConfig(process.env);
const log = createLog(config.logLevel);
process.on("uncaughtException", (error) => {
  fatal(log, { name: error.name, sentence: error.message, stack: error.stack ?? "" });
  process.exit(1);
});
const { stateFolder, timing, askTimeoutMs, counterHost: host } = config;

const database = await openStore(stateFolder);
const keys = await openDeviceKeys(stateFolder, config.credentialsFolder);
const clock = openClock((await readHead(database.read)).atMs);
const station = openStation(config, log);
const indicator = await openLamps(config, log);
const metrics = (): Record<string, number> => ({ sensorReopens: station.counters().reopenCount });
const parts = { database, keys, clock, log, software: SOFTWARE, timing, askTimeoutMs, metrics };
const front = createFront(database);
const desk = await openDutyDesk(parts, front);

const app = new Hono();
app.route(
  "/service",
  createService({
    ownHost: host,
    claim: (input) => desk.claim(input),
    identity: () => ({
      device: keys.device,
      signKey: toBase64Url(keys.signKey),
      boxKey: toBase64Url(keys.boxKey),
      phrase: keys.phrase,
      software: SOFTWARE,
      school: desk.duty?.membership.school ?? null,
    }),
    health: () =>
      readHealth({
        ...{ database, keys, clock, stateFolder, software: SOFTWARE },
        duty: () => desk.duty,
        sensor: () => sensorHealth(station),
        indicator: indicator.backendName,
      }),
  }),
);
const server = await listen(app, { host, port: config.counterPort });
terminalReady(log, {
  device: keys.device,
  url: `http://${host}:${server.port}/`,
  pid: process.pid,
});

async function close(signal: string): Promise<void> {
  for (const part of [server, desk, indicator, station, database]) await part.close();
  terminalClosed(log, { signal });
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void close(signal));
