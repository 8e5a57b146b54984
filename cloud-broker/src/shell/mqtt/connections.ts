import {
  downTopic,
  encodeDownFrame,
  type DeviceId,
  type DownFrame,
  type Incarnation,
  type SchoolId,
} from "@saku/protocol";
import type { Client } from "aedes";
import type { ToldOutbox } from "../../core/ingest/missing.ts";
import { commandsAfter } from "../store/commands.ts";
import type { Store } from "../store/store.ts";

/** One terminal that is logged in. Everything sent to it goes through one line, in order. */
export type Connection = {
  readonly device: DeviceId;
  readonly school: SchoolId;
  readonly client: Client;
  /** Incarnations that this connection spoke of: their watermarks are told again when `safe` rises. */
  readonly incs: Set<Incarnation>;
  /** What it said it holds, oldest first; null while that tells nothing of lost events [N17]. */
  told: ToldOutbox;
  /** Its questions that are not answered yet. */
  askCount: number;
  /**
   * What the terminal said in this lineage that it still has to deliver, by incarnation; null while it has said nothing that
   * counts [BK8].
   */
  owed: Map<Incarnation, number> | null;
  /** Highest command sent; null until its `hello` said what it has. */
  sentRev: number | null;
  line: Promise<void>;
};

/** As many incarnations as an acknowledgement has room for. */
const INCS_MAX = 256;

/** Notes that the connection speaks of an incarnation; of too many, the one heard of longest ago is left out [B5]. */
export function noteIncarnation({ incs }: Pick<Connection, "incs">, inc: Incarnation): void {
  incs.delete(inc);
  incs.add(inc);
  const [oldest] = incs;
  if (incs.size > INCS_MAX && oldest !== undefined) incs.delete(oldest);
}

/** Would the ledger have all that the terminal spoke of, once this incarnation stands at `ack`? */
export function isAllSaid(
  { owed }: Pick<Connection, "owed">,
  of: Incarnation,
  ack: number,
): boolean {
  if (owed === null || owed.size === 0) return false;
  return [...owed].every(([inc, to]) => inc === of && to <= ack);
}

/** Incarnations that are complete are owed no longer. */
export function noteTaken({ owed }: Pick<Connection, "owed">, inc: Incarnation, ack: number): void {
  if ((owed?.get(inc) ?? Infinity) <= ack) owed?.delete(inc);
}

export type Connections = {
  /** All that are logged in now. */
  all(): readonly Connection[];
  opened(connection: Pick<Connection, "device" | "school" | "client">): Connection;
  closed(client: Client): Connection | null;
  of(device: DeviceId): Connection | null;
  count(): number;
  /** Resolves when the frame was handed to the socket, or the connection is gone. */
  send(device: DeviceId, frame: DownFrame): Promise<void>;
  /** The terminal has everything up to `have`: whatever is above goes out now. */
  helloed(device: DeviceId, have: number): void;
  /** Sends the commands that are due, in order. */
  pump(device: DeviceId): Promise<void>;
  /** No command is sent any more, and the terminal is told to stop; what it wrote it may still deliver [D3]. */
  stop(device: DeviceId, reason: string): Promise<void>;
};

function publish(connection: Connection, frame: DownFrame): Promise<void> {
  const { client, school, device } = connection;
  return new Promise((resolve) => {
    // Straight to this client: what is for one terminal never passes a subscription table.
    client.publish(
      {
        cmd: "publish",
        topic: downTopic(school, device),
        payload: Buffer.from(encodeDownFrame(frame)),
        qos: 1,
        retain: false,
        dup: false,
      },
      // A lost connection is not an error: the terminal says hello again and gets it then.
      () => resolve(),
    );
    if (client.closed) resolve();
  });
}

const STOP = { t: "error", kind: "stop", inc: null, n: null, delayMs: 0 } as const;

/** What is known of a connection before its first hello. */
const unspoken = (): Pick<
  Connection,
  "incs" | "told" | "askCount" | "owed" | "sentRev" | "line"
> => ({
  incs: new Set<Incarnation>(),
  told: null,
  askCount: 0,
  owed: null,
  sentRev: null,
  line: Promise.resolve(),
});

export function createConnections(
  store: Pick<Store, "read">,
  onError: (error: unknown) => void,
): Connections {
  const open = new Map<DeviceId, Connection>();

  function inLine(connection: Connection, work: () => Promise<void>): Promise<void> {
    connection.line = connection.line.then(() => (connection.client.closed ? undefined : work()));
    connection.line = connection.line.catch(onError);
    return connection.line;
  }

  async function sendDue(connection: Connection): Promise<void> {
    while (connection.sentRev !== null && !connection.client.closed) {
      const due = await commandsAfter({ db: store.read }, connection.device, connection.sentRev);
      const last = due.at(-1);
      if (last === undefined) return;
      await publish(connection, { t: "cmd", commands: due.map(({ bytes }) => bytes) });
      connection.sentRev = last.rev;
    }
  }

  const pump = async (device: DeviceId): Promise<void> => {
    const connection = open.get(device);
    if (connection !== undefined) await inLine(connection, () => sendDue(connection));
  };

  return {
    opened: (fresh) => {
      const connection = { ...fresh, ...unspoken() };
      open.set(fresh.device, connection);
      return connection;
    },
    closed: (client) => {
      const found = [...open.values()].find((connection) => connection.client === client);
      if (found !== undefined) open.delete(found.device);
      return found ?? null;
    },
    of: (device) => {
      const connection = open.get(device);
      return connection === undefined || connection.client.closed ? null : connection;
    },
    all: () => [...open.values()],
    count: () => open.size,
    send: async (device, frame) => {
      const connection = open.get(device);
      if (connection !== undefined) await inLine(connection, () => publish(connection, frame));
    },
    helloed: (device, have) => {
      const connection = open.get(device);
      if (connection === undefined) return;
      connection.sentRev = have;
      void pump(device);
    },
    pump,
    stop: async (device, reason) => {
      const connection = open.get(device);
      if (connection === undefined) return;
      connection.sentRev = null;
      await inLine(connection, () => publish(connection, { ...STOP, reason }));
    },
  };
}
