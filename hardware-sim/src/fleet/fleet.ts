import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFaultProxy, type FaultProxy } from "../fault-proxy/fault-proxy.ts";
import { createRandom } from "../random.ts";
import { createSensorModule, type SimulatedModule } from "../sensor-module.ts";
import { freePort } from "./free-port.ts";
import { createDaemon, type Daemon, type DaemonOptions } from "./daemon.ts";

/** Which ports the fleet listens on, all on loopback. */
export type FleetPorts = {
  readonly cloudHttp: number;
  readonly cloudMqtt: number;
  /** The terminals' way to the cloud: ports that can be cut. 0 = any. */
  readonly internetHttp: number;
  readonly internetMqtt: number;
  /** One counter page a stall. */
  readonly counters: readonly number[];
};

export type StallSpec = { readonly name: string; readonly model: "R503" | "R307" };

export type FleetOptions = {
  /** Where every process keeps its state; made when missing. */
  readonly directory: string;
  readonly ports: FleetPorts;
  readonly stalls: readonly StallSpec[];
  readonly seed: number;
  /** Origins that may show the pages in a frame (the stage). */
  readonly frameAncestors: readonly string[];
  readonly backupEverySeconds: number;
  /** Words before a process's program, by the folder that keeps its state; asked at every start. */
  readonly launcher?: (directory: string) => readonly string[];
};

export type Stall = {
  readonly name: string;
  readonly module: SimulatedModule;
  readonly daemon: Daemon;
  readonly counterUrl: string;
  /** The terminal's state directory. */
  readonly directory: string;
};

export type Internet = { readonly http: FaultProxy; readonly mqtt: FaultProxy };

/** One school's machines, each a real process, with simulated sensors on real ptys. */
export interface Fleet {
  readonly cloud: Daemon;
  readonly cloudUrl: string;
  /** The cloud as terminals reach it. */
  readonly terminalCloudUrl: string;
  readonly cloudDirectory: string;
  readonly stalls: readonly Stall[];
  /** The terminals' two ways to the cloud. */
  readonly internet: Internet;
  readonly isInternetUp: boolean;
  cutInternet(): void;
  restoreInternet(): void;
  /** From now on serial lines and modules take as long as real ones; until then they are instant. */
  keepRealTime(): void;
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 30_000;
const HOST = "127.0.0.1";

/** Where a terminal keeps its journal, and the cloud its ledger. */
export const terminalJournalFile = (directory: string): string => join(directory, "journal.db");
export const cloudLedgerFile = (directory: string): string => join(directory, "ledger.sqlite");

/** The compiled program of a package, beside our own `dist` or `src`. */
export function programPath(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

/** Whether serial lines and modules take as long as real ones. */
type Pace = { isReal: boolean };

function launcherOf({ launcher }: FleetOptions, directory: string): Partial<DaemonOptions> {
  return launcher === undefined ? {} : { launcher: () => launcher(directory) };
}

async function openStall(options: FleetOptions, index: number, pace: Pace): Promise<Stall> {
  const spec = options.stalls[index];
  const port = options.ports.counters[index];
  if (spec === undefined || port === undefined)
    throw new RangeError(`No stall ${index} or no port for it`);
  const directory = join(options.directory, `terminal-${index + 1}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const module = createSensorModule({
    model: spec.model,
    directory: options.directory,
    name: `sensor-${index + 1}`,
    seed: options.seed + index,
    get paced() {
      return pace.isReal;
    },
  });
  const daemon = createDaemon({
    name: spec.name,
    program: programPath("terminal/dist/main.js"),
    env: {
      SAKU_TERMINAL_DIR: directory,
      SAKU_SENSOR_PORT: module.path,
      // An R307 does not tell its geometry (it has no ReadProdInfo), so its profile is configured, as on a real Pi.
      SAKU_SENSOR_MODEL: spec.model === "R307" ? "R307" : "auto",
      SAKU_COUNTER_PORT: String(port),
      SAKU_COLD_BOOT_MAX_MS: "0",
      // Nobody in front of a demonstration waits the two minutes that spare a real cloud.
      SAKU_RECONNECT_MAX_MS: "5000",
      SAKU_GPIO: "log",
      SAKU_HUB_HOST: HOST,
      SAKU_HUB_PORT: String(await freePort()),
      SAKU_FRAME_ANCESTORS: options.frameAncestors.join(" "),
    },
    ...launcherOf(options, directory),
    readyEvent: "terminal-ready",
    logFile: join(options.directory, `terminal-${index + 1}.log`),
    readyTimeoutMs: READY_TIMEOUT_MS,
  });
  return { name: spec.name, module, daemon, counterUrl: `http://${HOST}:${port}`, directory };
}

function cloudDaemon(options: FleetOptions, internet: Internet): Daemon {
  return createDaemon({
    name: "cloud",
    program: programPath("cloud-broker/dist/main.js"),
    env: {
      SAKU_CLOUD_DIR: join(options.directory, "cloud"),
      SAKU_HOST: HOST,
      SAKU_HTTP_PORT: String(options.ports.cloudHttp),
      SAKU_MQTT_PORT: String(options.ports.cloudMqtt),
      SAKU_PUBLIC_MQTT_URL: `mqtt://${HOST}:${internet.mqtt.port}`,
      SAKU_BACKUP_DIR: join(options.directory, "backup"),
      // One box plays all of them.
      SAKU_BACKUP_ON_LEDGER_DISK: "1",
      SAKU_BACKUP_EVERY_S: String(options.backupEverySeconds),
      SAKU_FRAME_ANCESTORS: options.frameAncestors.join(" "),
    },
    ...launcherOf(options, join(options.directory, "cloud")),
    readyEvent: "cloud-ready",
    logFile: join(options.directory, "cloud.log"),
    readyTimeoutMs: READY_TIMEOUT_MS,
  });
}

/** Starts the cloud and every terminal; nobody is founded, claimed or enrolled yet. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  await mkdir(join(options.directory, "cloud"), { recursive: true, mode: 0o700 });
  await mkdir(join(options.directory, "backup"), { recursive: true, mode: 0o700 });
  const { ports } = options;
  const random = createRandom(options.seed);
  const way = (targetPort: number, listenPort: number, name: string): Promise<FaultProxy> =>
    openFaultProxy({ targetPort, listenPort, random: random.fork(name) });
  const internet = {
    http: await way(ports.cloudHttp, ports.internetHttp, "http"),
    mqtt: await way(ports.cloudMqtt, ports.internetMqtt, "mqtt"),
  };
  const cloud = cloudDaemon(options, internet);
  const pace: Pace = { isReal: false };
  const stalls: Stall[] = [];
  for (let index = 0; index < options.stalls.length; index++)
    stalls.push(await openStall(options, index, pace));

  const close = async (): Promise<void> => {
    await Promise.all(stalls.map((stall) => stall.daemon.stop()));
    for (const stall of stalls) stall.module.close();
    await cloud.stop();
    await internet.http.close();
    await internet.mqtt.close();
  };
  try {
    await cloud.start();
    await Promise.all(stalls.map((stall) => stall.daemon.start()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    cloud,
    cloudUrl: `http://${HOST}:${ports.cloudHttp}`,
    terminalCloudUrl: `http://${HOST}:${internet.http.port}`,
    cloudDirectory: join(options.directory, "cloud"),
    stalls,
    internet,
    get isInternetUp() {
      return internet.http.isUp;
    },
    cutInternet: () => {
      internet.http.cut();
      internet.mqtt.cut();
    },
    restoreInternet: () => {
      internet.http.restore();
      internet.mqtt.restore();
    },
    keepRealTime: () => {
      pace.isReal = true;
    },
    close,
  };
}
