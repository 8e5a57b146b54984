import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { Config } from "./config.ts";
import { createEvents } from "./events.ts";
import { nodeTimers as timers } from "./shell/clock/node-timers.ts";
import { createNonces } from "./shell/devices/nonces.ts";
import { deviceRoutes } from "./shell/http/device-routes.ts";
import { logRoutes } from "./shell/http/log-routes.ts";
import { healthRoutes } from "./shell/http/health-routes.ts";
import { createWeb } from "./shell/http/web.tsx";
import { startBackups } from "./shell/jobs/backup-job.ts";
import { startJobs } from "./shell/jobs/jobs.ts";
import { loadCloudKey } from "./shell/keys/cloud-key.ts";
import { verifyOnThreads as verify } from "./shell/keys/ed25519.ts";
import { nodeEntropy as entropy } from "./shell/keys/node-entropy.ts";
import { loadOrMakeSecret } from "./shell/keys/secret-file.ts";
import type { Log } from "./shell/log/log.ts";
import { createMetrics } from "./shell/log/metrics.ts";
import { startBroker } from "./shell/mqtt/broker.ts";
import { createConnections, type Connections } from "./shell/mqtt/connections.ts";
import { createAwaited } from "./shell/mqtt/up-context.ts";
import { drainAll } from "./shell/mqtt/drain.ts";
import { createUpDesk } from "./shell/mqtt/up-desk.ts";
import { createChanges } from "./shell/office/changes.ts";
import type { Cloud } from "./shell/office/cloud.ts";
import { createOffice } from "./shell/office/office.ts";
import { createPeople } from "./shell/office/people.ts";
import { loadSetupToken } from "./shell/office/setup-token.ts";
import { isOffBox } from "./shell/store/off-box.ts";
import { openStore } from "./shell/store/store.ts";

export type RunningCloud = {
  readonly httpPort: number;
  readonly mqttPort: number;
  close(): Promise<void>;
};

/** A line of things to close, in reverse. */
function createClosers(): { add(close: () => Promise<void>): void; closeAll(): Promise<void> } {
  const closers: (() => Promise<void>)[] = [];
  return {
    add: (close) => void closers.push(close),
    closeAll: async () => {
      for (const close of closers.toReversed()) await close();
    },
  };
}

function listenHttp(
  app: Hono,
  at: { readonly port: number; readonly host: string },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port: at.port, hostname: at.host }, ({ port }) =>
      resolve({
        port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            // Live pages hold their connection open for ever; they come back by themselves.
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      }),
    );
    server.once("error", reject);
  });
}

/** Composes the cloud by hand: store, office, broker, pages, jobs. Closed in reverse. */
export async function startCloud(config: Config, log: Log): Promise<RunningCloud> {
  const closers = createClosers();
  try {
    return await compose(config, log, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

/** Machines' routes first; everything else is the pages', with their own 404 and headers. */
function composeHttp(parts: {
  readonly health: Hono;
  readonly devices: Hono;
  readonly web: ReturnType<typeof createWeb>;
}): Hono {
  const app = new Hono();
  app.route("/", parts.health);
  app.route("/", parts.devices);
  app.all("*", (c) => parts.web.fetch(c.req.raw, c.env));
  return app;
}

function createCloud(
  parts: Pick<
    Cloud,
    "store" | "tokenSecret" | "clock" | "key" | "timers" | "entropy" | "verify"
  > & {
    readonly connections: Connections;
  },
): Cloud {
  const { connections, ...rest } = parts;
  return {
    ...rest,
    outbox: { sign: parts.key.sign, onQueued: (device) => void connections.pump(device) },
    changes: createChanges(),
    isOnline: (device) => connections.of(device) !== null,
    stop: (device) => void connections.stop(device, "revoked"),
  };
}

async function compose(
  config: Config,
  log: Log,
  closers: ReturnType<typeof createClosers>,
): Promise<RunningCloud> {
  const clock = (): number => Date.now();
  const world = { clock, timers, entropy, verify };
  const events = createEvents(log);
  const metrics = createMetrics();
  mkdirSync(config.directory, { recursive: true, mode: 0o700 });
  const cloudKey = loadCloudKey(join(config.directory, "cloud-key"));
  const tokenSecret = loadOrMakeSecret(join(config.directory, "token-secret"), () =>
    Buffer.from(entropy.bytes(32)),
  );
  const store = await openStore({ ...config.ledger, ...world });
  closers.add(() => store.close());
  const connections = createConnections(store, (error) => events.failed({ where: "send", error }));
  const cloud = createCloud({ ...world, store, connections, key: cloudKey, tokenSecret });
  const people = createPeople(cloud, await loadSetupToken(store, config.directory));
  const nonces = createNonces(clock, entropy);
  const upContext = { cloud, connections, metrics, events, awaited: createAwaited() };
  const host = hostOf(config);
  const broker = await startBroker(
    {
      ...upContext,
      login: { store, nonces, host, verify },
      upDesk: createUpDesk(upContext),
    },
    { port: config.mqttPort, host: config.host },
  );
  closers.add(() => drainAll(cloud, connections).then(() => broker.close()));
  const mqttUrl = config.publicMqttUrl ?? `mqtt://${config.host}:${broker.port}`;
  const state = { isReady: false };
  const offBox = offBoxOf(config);
  const app = composeHttp({
    web: createWeb({ office: createOffice(cloud), people, config, log }),
    health: healthRoutes({ store, metrics, isReady: () => state.isReady, isOffBox: offBox }),
    devices: deviceRoutes({
      cloud,
      nonces,
      cloudKey: cloudKey.publicKey,
      host,
      mqttUrl: () => mqttUrl,
    }).route("/", logRoutes(cloud, cloudKey.publicKey)),
  });
  const http = await listenHttp(app, { port: config.httpPort, host: config.host });
  closers.add(() => http.close());
  state.isReady = true;
  events.ready({ httpUrl: `http://${config.host}:${http.port}`, mqttUrl, term: store.term });
  const jobs = startJobs({ cloud, nonces, metrics, events });
  closers.add(() => jobs.close());
  const backups = startBackups({
    cloud,
    connections,
    metrics,
    events,
    directory: config.backupDirectory,
    everyMs: config.backupEveryMs,
    isOffBox: offBox,
  });
  closers.add(() => backups.close());
  return {
    httpPort: http.port,
    mqttPort: broker.port,
    close: async () => {
      state.isReady = false;
      await closers.closeAll();
    },
  };
}

/** Whether `safe` may follow a copy that is made now. */
const offBoxOf = (config: Config) => (): boolean =>
  config.isSafeOnLedgerDisk ||
  isOffBox(config.backupDirectory, {
    place: config.ledger,
    cloudDirectory: config.directory,
  });

/** The name terminals sign is the one they are told to connect to. */
function hostOf(config: Config): string {
  return config.publicMqttUrl === null ? config.host : new URL(config.publicMqttUrl).hostname;
}
