import {
  authMessage,
  encodeAuthPassword,
  encodeUpFrame,
  mqttClientId,
  must,
  type DeviceId,
  type Incarnation,
} from "@saku/protocol";
import { createEvents } from "@saku/cloud-broker/events";
import { createNonces, type Nonces } from "@saku/cloud-broker/shell/devices/nonces";
import { grantMorning } from "@saku/cloud-broker/shell/jobs/morning-grant";
import { createConnections, type Connections } from "@saku/cloud-broker/shell/mqtt/connections";
import { checkLogin } from "@saku/cloud-broker/shell/mqtt/login";
import { createAwaited } from "@saku/cloud-broker/shell/mqtt/up-context";
import { createUpDesk, type UpDesk } from "@saku/cloud-broker/shell/mqtt/up-desk";
import { signedAck } from "@saku/cloud-broker/shell/mqtt/watermarks";
import { createChanges } from "@saku/cloud-broker/shell/office/changes";
import type { Cloud } from "@saku/cloud-broker/shell/office/cloud";
import { createOffice } from "@saku/cloud-broker/shell/office/office";
import { markCopy } from "@saku/cloud-broker/shell/store/lineage";
import { openStore, type Store } from "@saku/cloud-broker/shell/store/store";
import {
  LinkError,
  type OpenTransport,
  type TransportOptions,
} from "@saku/terminal/shell/mqtt/transport";
import type { DiskImage } from "./disk.ts";
import { SimulatedDisk } from "./disk.ts";
import { createDrivers, type Drivers } from "./drivers.ts";
import { CLOUD_KEY, HOST, LEDGER_FILE, SCHOOL, ZONE } from "./school.ts";
import { seedBytes, verifyKnown } from "./keys.ts";
import { startMachine, type Machine } from "./machine.ts";
import type { Line } from "./network.ts";
import { errorText } from "./shapes.ts";
import { BrokenRule } from "./story.ts";
import type { World } from "./world.ts";
import { cloudLog, noMetrics } from "./witness.ts";

type Parts = {
  readonly store: Store;
  readonly cloud: Cloud;
  readonly connections: Connections;
  readonly nonces: Nonces;
  readonly upDesk: UpDesk;
  readonly office: ReturnType<typeof createOffice>;
};

type CloudClient = Parameters<Connections["opened"]>[0]["client"];

/** A finished copy, and how far it knows each incarnation. */
export type Backup = {
  readonly image: DiskImage;
  readonly marks: ReadonlyMap<string, number>;
};

/** The cloud: one process on one machine with one disk, and its copies elsewhere. */
export class CloudHost {
  readonly #world: World;
  readonly disk: SimulatedDisk;
  machine: Machine | null = null;
  #drivers: Drivers | null = null;
  parts: Parts | null = null;
  lastBackup: Backup | null = null;
  /** Highest copied watermark of every incarnation, of copies that were finished: the truth that `safe` may tell. */
  readonly safeTruth: Map<string, number> = new Map();
  #copiedAt = -1;

  constructor(world: World, image: DiskImage) {
    this.#world = world;
    this.disk = new SimulatedDisk(world.random.fork("cloud-disk"), image);
  }

  get isUp(): boolean {
    return this.parts !== null && this.machine?.isAlive === true && !this.disk.isOff;
  }

  readonly wallMs = (): number => this.#world.wallMs();

  async boot(): Promise<void> {
    const { agenda, random, story } = this.#world;
    const machine = startMachine(agenda, random.fork(`cloud-${agenda.nowMs}`));
    this.machine = machine;
    const drivers = createDrivers(machine, this.disk, () => 1 + random.below(4));
    this.#drivers = drivers;
    const { timers, entropy } = machine;
    const clock = this.wallMs;
    const store = await openStore({
      file: drivers.path(LEDGER_FILE),
      clock,
      timers,
      entropy,
      open: drivers.openCloud,
    });
    const events = createEvents(cloudLog((level, facts) => this.#heard(level, facts)));
    const connections = createConnections(store, (error) =>
      events.failed({ where: "send", error }),
    );
    const cloud: Cloud = {
      store,
      outbox: { sign: CLOUD_KEY.sign, onQueued: (device) => void connections.pump(device) },
      changes: createChanges(),
      isOnline: (device) => connections.of(device) !== null,
      key: CLOUD_KEY,
      stop: (device) => void connections.stop(device, "revoked"),
      tokenSecret: seedBytes(3),
      clock,
      timers,
      entropy,
      verify: async (key, message, signature) => verifyKnown(key, message, signature),
    };
    const context = { cloud, connections, metrics: noMetrics, events, awaited: createAwaited() };
    this.parts = {
      store,
      cloud,
      connections,
      nonces: createNonces(clock, entropy),
      upDesk: createUpDesk(context),
      office: createOffice(cloud),
    };
    story.tell(`the cloud is up, term ${store.term}`);
    this.#startJobs(machine);
  }

  #heard(level: "warn" | "error" | "fatal", facts: Readonly<Record<string, unknown>>): void {
    const { event } = facts;
    if (event === "failed" || event === "job-failed" || event === "check-failed")
      this.#world.broken(
        "Q-fault",
        `the cloud failed: ${JSON.stringify(facts)} ${errorText(facts["err"])}`,
      );
    else if (level !== "fatal")
      this.#world.story.tell(`the cloud says ${String(event)} ${String(facts["reason"] ?? "")}`);
  }

  #startJobs(machine: Machine): void {
    const guarded = (run: () => Promise<void>) => (): void => {
      run().catch((error: unknown) =>
        this.#world.broken("Q-fault", `a job of the cloud failed: ${errorText(error)}`),
      );
    };
    machine.timers.every(
      this.#world.backupEveryMs,
      guarded(() => this.backUp()),
    );
    guarded(() => this.grant())();
  }

  async grant(): Promise<void> {
    const { parts } = this;
    if (parts === null) return;
    for (const { outcome } of await grantMorning(parts.cloud, ZONE))
      this.#world.story.tell(`the morning grant: ${outcome}`);
  }

  /** One copy after another, as the product's job does it. */
  async backUp(): Promise<void> {
    const { parts } = this;
    const drivers = this.#drivers;
    if (parts === null || drivers === null) return;
    const { store } = parts;
    const count = store.commitCount();
    if (count === this.#copiedAt) return;
    const booked = await store.read
      .selectFrom("incarnation")
      .select(["device", "inc", "ack"])
      .whereRef("safe", "<", "ack")
      .execute();
    const name = "copy.sqlite";
    const source = await store.openCopyConnection();
    await source.run("VACUUM INTO ?", [drivers.path(name)]);
    await source.close();
    const copy = await drivers.openCloud(drivers.path(name), "read-write");
    await markCopy(copy);
    const rows = await copy.all("SELECT inc, ack FROM incarnation");
    await copy.close();
    const marks = new Map(rows.map((row) => [String(row["inc"]), Number(row["ack"])]));
    const bytes = must(this.disk.take(name), "A copy that was written");
    this.lastBackup = { image: new Map([[LEDGER_FILE, bytes]]), marks };
    for (const [inc, ack] of marks)
      this.safeTruth.set(inc, Math.max(ack, this.safeTruth.get(inc) ?? 0));
    const devices = await this.#raiseSafe(booked);
    this.#copiedAt = devices.length > 0 ? count + 1 : count;
    this.#world.story.tell(`a copy of the ledger is finished`);
    for (const device of devices) {
      const connection = parts.connections.of(device);
      if (connection === null) continue;
      const ack = await signedAck(parts.cloud, device, [...connection.incs]);
      await parts.connections.send(device, { t: "ack", ack });
    }
  }

  async #raiseSafe(
    booked: readonly {
      readonly device: DeviceId;
      readonly inc: Incarnation;
      readonly ack: number;
    }[],
  ): Promise<readonly DeviceId[]> {
    const { parts } = this;
    if (parts === null || booked.length === 0) return [];
    await parts.store.commit(async ({ db }) => {
      for (const { device, inc, ack } of booked)
        await db
          .updateTable("incarnation")
          .set({ safe: ack })
          .where("device", "=", device)
          .where("inc", "=", inc)
          .where("safe", "<", ack)
          .execute();
    });
    return [...new Set(booked.map(({ device }) => device))];
  }

  /** The process dies; with `power` the machine too. */
  kill(how: "power" | "process"): void {
    if (this.machine === null) return;
    this.machine.kill();
    this.parts = null;
    this.#copiedAt = -1;
    if (how === "power") this.disk.cut();
    this.#drivers?.drop();
    this.#drivers = null;
    this.disk.powerOn();
  }

  /** The disk is gone; the newest finished copy takes its place. */
  restore(): void {
    const backup = must(this.lastBackup, "A copy to restore");
    this.disk.restore(backup.image);
  }

  peek(sql: string): ReturnType<Drivers["peek"]> {
    return this.#drivers?.peek(LEDGER_FILE, sql) ?? null;
  }

  /** A terminal's way in: question, signed answer, connection. */
  transport(line: Line): (options: TransportOptions) => OpenTransport {
    return (options) => async (listener) => {
      const { agenda } = this.#world;
      const pause = (): Promise<void> =>
        new Promise((resolve) => {
          agenda.at(agenda.nowMs + line.delayMs(), resolve);
        });
      await pause();
      const { parts, machine } = this;
      if (line.isCut || parts === null || !this.isUp || machine === null) {
        await pause();
        throw new LinkError("The cloud cannot be reached");
      }
      const { device, inc } = options;
      const clientId = mqttClientId(SCHOOL, device);
      const nonce = parts.nonces.issue(device);
      const signature = options.sign(authMessage({ host: HOST, clientId, nonce, inc }));
      await pause();
      if (!machine.isAlive || line.isCut) throw new LinkError("The connection closed");
      const outcome = await checkLogin(
        {
          store: parts.store,
          nonces: parts.nonces,
          host: HOST,
          verify: parts.cloud.verify,
        },
        { clientId, username: clientId, password: encodeAuthPassword(nonce, inc, signature) },
      );
      if (outcome.kind === "refused")
        throw new LinkError(
          "The broker refused the connection",
          outcome.reason === "not-active" ? "revoked" : null,
        );
      return this.#connect(parts, machine, { line, device, listener });
    };
  }

  #connect(
    parts: Parts,
    machine: Machine,
    at: {
      readonly line: Line;
      readonly device: DeviceId;
      readonly listener: Parameters<OpenTransport>[0];
    },
  ): Awaited<ReturnType<OpenTransport>> {
    const { line, device, listener } = at;
    const { agenda } = this.#world;
    const before = parts.connections.of(device);
    // The broker lets nobody in twice: the older connection of one name goes.
    before?.client.close();
    let isOpen = true;
    const closeBoth = (): void => {
      if (!isOpen) return;
      isOpen = false;
      client.closed = true;
      parts.connections.closed(asClient);
      agenda.at(agenda.nowMs + line.delayMs(), () => {
        if (!line.isCut) listener.onClosed();
      });
    };
    const client = {
      id: mqttClientId(SCHOOL, device),
      closed: false,
      conn: { destroy: closeBoth },
      close: (done?: () => void): void => {
        closeBoth();
        done?.();
      },
      publish: (packet: { readonly payload: Uint8Array }, done: () => void): void => {
        if (isOpen)
          line.carry(new Uint8Array(packet.payload), (payload) => {
            if (isOpen) listener.onFrame(payload);
          });
        done();
      },
    };
    const asClient = client as unknown as CloudClient;
    const connection = parts.connections.opened({ school: SCHOOL, device, client: asClient });
    this.#open.add(closeBoth);
    return {
      send: (frame) => {
        if (!isOpen) return;
        line.carry(encodeUpFrame(frame), (payload) => {
          if (isOpen && machine.isAlive) void parts.upDesk.take(connection, payload);
        });
      },
      close: closeBoth,
    };
  }

  readonly #open = new Set<() => void>();

  /** What a process that is gone leaves: sockets that the other side hears of, sometimes. */
  hangUp(): void {
    for (const close of this.#open) close();
    this.#open.clear();
  }
}

export function assertUp(host: CloudHost): Parts {
  if (host.parts === null) throw new BrokenRule("Q-use", "The cloud is down");
  return host.parts;
}
