import { createServer, type Server, type Socket } from "node:net";
import { downTopic, upTopic } from "@saku/protocol";
import { Aedes, type AuthenticateError, type Client, type ConnectPacket } from "aedes";
import type { CloudEvents } from "../../events.ts";
import type { Metrics } from "../log/metrics.ts";
import type { Connection, Connections } from "./connections.ts";
import { checkLogin, type LoginDesk } from "./login.ts";
import { guardSocket } from "./size-guard.ts";
import type { UpDesk } from "./up-desk.ts";

export type Broker = { readonly port: number; close(): Promise<void> };

export type BrokerParts = {
  readonly login: LoginDesk;
  readonly upDesk: UpDesk;
  readonly connections: Connections;
  readonly metrics: Metrics;
  readonly events: CloudEvents;
};

const CONNECTIONS_MAX = 20_000;
/** CONNACK "not authorized" (MQTT 3.1.1 §3.2.2.3). */
const NOT_AUTHORIZED = 5;

function notAuthorized(reason: string): AuthenticateError {
  return Object.assign(new Error(reason), { returnCode: NOT_AUTHORIZED });
}

/** Nothing we do not use is let in: no will, no kept session, no other version. */
function connectFault(packet: ConnectPacket): string | null {
  if (packet.protocolVersion !== 4) return "protocol-version";
  if (packet.will !== undefined && packet.will !== null) return "will";
  if (packet.clean !== true) return "kept-session";
  return null;
}

type Refuse = (reason: string, device: string | null) => Error;

function refusing({ metrics, events }: BrokerParts): Refuse {
  return (reason, device) => {
    metrics.refusedConnections.inc({ reason });
    events.connectionRefused({ reason, device });
    return new Error(reason);
  };
}

async function logIn(
  parts: BrokerParts,
  client: Client,
  said: { readonly username: string | undefined; readonly password: Buffer | undefined },
): Promise<Connection | AuthenticateError> {
  try {
    const outcome = await checkLogin(parts.login, {
      clientId: client.id,
      username: said.username ?? "",
      password: said.password?.toString("utf8") ?? "",
    });
    if (outcome.kind === "refused") {
      refusing(parts)(outcome.reason, null);
      return notAuthorized(outcome.reason);
    }
    const { school, device } = outcome;
    return parts.connections.opened({ school, device, client });
  } catch (error) {
    parts.events.failed({ where: "login", error });
    return notAuthorized("failed");
  }
}

function createAedes(parts: BrokerParts, logins: WeakMap<Client, Connection>): Promise<Aedes> {
  const refuse = refusing(parts);
  return Aedes.createBroker({
    concurrency: 1_000,
    connectTimeout: 10_000,
    drainTimeout: 10_000,
    keepaliveLimit: 300,
    queueLimit: 8,
    maxTopicLevels: 8,
    maxClientsIdLength: 100,
    maxInflightInbound: 8,
    preConnect: (_client, packet, done) => {
      const fault = connectFault(packet);
      if (fault === null) done(null, true);
      else done(refuse(fault, null), false);
    },
    authenticate: (client, username, password, done) => {
      void logIn(parts, client, { username, password }).then((outcome) => {
        if (outcome instanceof Error) return done(outcome, false);
        logins.set(client, outcome);
        done(null, true);
      });
    },
    authorizePublish: (client, packet, done) => {
      // The broker's own messages have no client; those from outside may never name $SYS (aedes#597).
      if (client === null) return done(null);
      const own = logins.get(client);
      if (own === undefined || packet.topic !== upTopic(own.school, own.device))
        return done(refuse("foreign-topic", own?.device ?? null));
      if (packet.qos !== 1 || packet.retain) return done(refuse("qos-or-retain", own.device));
      const payload = Buffer.isBuffer(packet.payload)
        ? packet.payload
        : Buffer.from(packet.payload);
      // PUBACK leaves after this hook: by then the events are on disk.
      void parts.upDesk.take(own, new Uint8Array(payload)).then(() => done(null));
    },
    authorizeSubscribe: (client, subscription, done) => {
      const own = logins.get(client);
      const isOwn = own !== undefined && subscription.topic === downTopic(own.school, own.device);
      if (!isOwn || subscription.qos > 1) {
        refuse("foreign-subscription", own?.device ?? null);
        return done(null, null);
      }
      done(null, subscription);
    },
    authorizeForward: (client, packet) => {
      const own = logins.get(client);
      const isOwn = own !== undefined && packet.topic === downTopic(own.school, own.device);
      return isOwn ? packet : null;
    },
  });
}

function watch(aedes: Aedes, parts: BrokerParts): void {
  const { connections, metrics, events } = parts;
  aedes.on("clientReady", (client) => {
    metrics.connectedTerminals.set(connections.count());
    const [school, device] = client.id.split(".");
    if (school !== undefined && device !== undefined)
      events.connected({ school: school as never, device: device as never });
  });
  const left = (client: Client): void => {
    const connection = connections.closed(client);
    if (connection === null) return;
    metrics.connectedTerminals.set(connections.count());
    events.disconnected({ device: connection.device });
  };
  aedes.on("clientDisconnect", left);
  aedes.on("clientError", left);
  aedes.on("connectionError", left);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** MQTT 3.1.1 for terminals; listens on plain TCP and leaves TLS to what stands in front of it. */
export async function startBroker(
  parts: BrokerParts,
  at: { readonly port: number; readonly host: string },
): Promise<Broker> {
  const aedes = await createAedes(parts, new WeakMap());
  watch(aedes, parts);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const guarded = guardSocket(socket, (fault) => {
      parts.metrics.refusedConnections.inc({ reason: fault });
      parts.events.connectionRefused({ reason: fault, device: null });
    });
    aedes.handle(guarded);
  });
  server.maxConnections = CONNECTIONS_MAX;
  const port = await listen(server, at.port, at.host);
  return {
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      // A peer that does not answer our end would hold the server open; terminals come back by themselves.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
