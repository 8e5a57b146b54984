import {
  authMessage,
  encodeAuthPassword,
  encodeUpFrame,
  mqttClientId,
  must,
  type DeviceId,
} from "@saku/protocol";
import { createEvents, type CloudEvents } from "@saku/cloud-broker/events";
import { createNonces, type Nonces } from "@saku/cloud-broker/shell/devices/nonces";
import { startBackups } from "@saku/cloud-broker/shell/jobs/backup-job";
import { grantMorning } from "@saku/cloud-broker/shell/jobs/morning-grant";
import { createConnections, type Connections } from "@saku/cloud-broker/shell/mqtt/connections";
import { checkLogin } from "@saku/cloud-broker/shell/mqtt/login";
import { createAwaited } from "@saku/cloud-broker/shell/mqtt/up-context";
import { createUpDesk, type UpDesk } from "@saku/cloud-broker/shell/mqtt/up-desk";
import { createChanges } from "@saku/cloud-broker/shell/office/changes";
import type { Cloud } from "@saku/cloud-broker/shell/office/cloud";
import { createOffice } from "@saku/cloud-broker/shell/office/office";
import type { CopyDrive } from "@saku/cloud-broker/shell/store/copy-drive";
import type { OpenSqliteConnection } from "@saku/cloud-broker/shell/store/sqlite-connection";
import { openStore, type Store } from "@saku/cloud-broker/shell/store/store";
import {
  LinkError,
  type OpenTransport,
  type TransportOptions,
} from "@saku/terminal/shell/mqtt/transport";
import { SimulatedDisk } from "./disk.ts";
import type { Footing, Ground } from "./ground.ts";
import { CLOUD_KEY, HOST, SCHOOL, ZONE } from "./school.ts";
import { seedBytes, verifyKnown } from "./keys.ts";
import { startMachine, type Machine } from "./machine.ts";
import type { Line } from "./network.ts";
import { errorText, wordOf } from "./shapes.ts";
import { BrokenRule } from "./story.ts";
import type { World } from "./world.ts";
import { mount } from "./wasm-sqlite.ts";
import { cloudLog, noMetrics } from "./witness.ts";

type Parts = {
  readonly store: Store;
  readonly cloud: Cloud;
  readonly connections: Connections;
  readonly nonces: Nonces;
  readonly upDesk: UpDesk;
  readonly office: ReturnType<typeof createOffice>;
  readonly events: CloudEvents;
};

type CloudClient = Parameters<Connections["opened"]>[0]["client"];

/** The cloud: one process on one machine, what its ledger stands on, and its copies elsewhere. */
export class CloudHost {
  readonly #world: World;
  readonly #ground: Ground;
  machine: Machine | null = null;
  parts: Parts | null = null;
  /** Another machine's disk, with the finished copies. */
  readonly copies: SimulatedDisk;
  readonly #copiesPath: string;
  /** Highest copied watermark of every incarnation, of copies that were finished: the truth that `safe` may tell. */
  readonly safeTruth: Map<string, number> = new Map();

  constructor(world: World, footing: Footing) {
    this.#world = world;
    this.#ground = footing.stand(world);
    this.copies = new SimulatedDisk(world.random.fork("copies"));
    this.#copiesPath = mount(this.copies);
  }

  get isUp(): boolean {
    return this.parts !== null && this.machine?.isAlive === true && !this.#ground.isOff;
  }

  readonly wallMs = (): number => this.#world.wallMs();

  async boot(): Promise<void> {
    const { agenda, random, story } = this.#world;
    const machine = startMachine(agenda, random.fork(`cloud-${agenda.nowMs}`));
    this.machine = machine;
    const { place, openCopy } = this.#ground.boot(machine);
    const { timers, entropy } = machine;
    const clock = this.wallMs;
    const store = await openStore({ ...place, clock, timers, entropy });
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
      events,
    };
    story.tell(`the cloud is up, term ${store.term}`);
    this.#startJobs(machine, openCopy);
  }

  #heard(level: "warn" | "error" | "fatal", facts: Readonly<Record<string, unknown>>): void {
    const { event } = facts;
    if (event === "failed" || event === "job-failed" || event === "check-failed")
      this.#world.broken(
        "Q-fault",
        `the cloud failed: ${JSON.stringify(facts)} ${errorText(facts["err"])}`,
      );
    else if (level !== "fatal")
      this.#world.story.tell(`the cloud says ${wordOf(event)} ${wordOf(facts["reason"])}`);
  }

  #startJobs(machine: Machine, openCopy: OpenSqliteConnection): void {
    const { parts } = this;
    if (parts === null) return;
    const { cloud, connections } = parts;
    startBackups({
      cloud,
      connections,
      metrics: noMetrics,
      events: parts.events,
      directory: this.#copiesPath,
      everyMs: this.#world.backupEveryMs,
      drive: this.#copyDrive(openCopy, machine),
      isOffBox: () => true,
    });
    const guarded = (run: () => Promise<void>) => (): void => {
      run().catch((error: unknown) =>
        this.#world.broken("Q-fault", `a job of the cloud failed: ${errorText(error)}`),
      );
    };
    guarded(() => this.grant())();
  }

  async grant(): Promise<void> {
    const { parts } = this;
    if (parts === null) return;
    for (const { outcome } of await grantMorning(parts.cloud, ZONE))
      this.#world.story.tell(`the morning grant: ${outcome}`);
  }

  #copyDrive(open: OpenSqliteConnection, machine: Machine): CopyDrive {
    const { copies } = this;
    const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
    const alive = (): Promise<void> | undefined =>
      machine.isAlive ? undefined : new Promise<void>(() => undefined);
    return {
      makeFolder: async () => undefined,
      names: async () => copies.names(),
      sync: async (path) => {
        await alive();
        if (copies.has(nameOf(path))) copies.sync(nameOf(path));
      },
      rename: async (from, to) => {
        await alive();
        const held = this.#ground.heldBy(from);
        copies.rename(nameOf(from), nameOf(to));
        this.#noteCopy(held);
      },
      remove: async (path) => {
        await alive();
        if (copies.has(nameOf(path))) copies.remove(nameOf(path));
      },
      restrict: async () => undefined,
      open,
      entropy: machine.entropy,
    };
  }

  /** A finished copy is where `safe` gets its truth from. */
  #noteCopy(held: ReadonlyMap<string, number>): void {
    for (const [inc, ack] of held)
      this.safeTruth.set(inc, Math.max(ack, this.safeTruth.get(inc) ?? 0));
    this.#world.story.tell("a copy of the ledger is finished");
  }

  /** The process dies; with `power` the machine too. */
  kill(how: "power" | "process"): void {
    if (this.machine === null) return;
    this.machine.kill();
    // Sockets of a dead process are dead too; who keeps silent notices it by the keep-alive.
    const { agenda, random } = this.#world;
    for (const close of this.#open) agenda.at(agenda.nowMs + random.below(45_000), close);
    this.#open.clear();
    this.parts = null;
    this.#ground.kill(how);
  }

  /** The ledger is gone; the newest finished copy takes its place. */
  restore(): void {
    const newest = must(this.#newestCopy(), "A copy to restore");
    const bytes = must(this.copies.image().get(newest) ?? null, "A copy that is there");
    this.#ground.restore(bytes);
  }

  #newestCopy(): string | null {
    const names = this.copies.names().filter((name) => name.startsWith("ledger-"));
    return names.toSorted().at(-1) ?? null;
  }

  get hasCopy(): boolean {
    return this.#newestCopy() !== null;
  }

  peek(sql: string): ReturnType<Ground["peek"]> {
    return this.#ground.peek(sql);
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
      agenda.at(agenda.nowMs + line.delayMs(), () => listener.onClosed());
    };
    // A connection that lost a frame does not live long: TCP gives nothing up but itself.
    let isDoomed = false;
    const doom = (): void => {
      if (isDoomed) return;
      isDoomed = true;
      agenda.at(agenda.nowMs + line.noticeMs(), closeBoth);
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
          line.carry(
            new Uint8Array(packet.payload),
            (payload) => {
              if (isOpen) listener.onFrame(payload);
            },
            doom,
          );
        done();
      },
    };
    const asClient = client as unknown as CloudClient;
    const connection = parts.connections.opened({ school: SCHOOL, device, client: asClient });
    this.#open.add(closeBoth);
    return {
      send: (frame) => {
        if (!isOpen) return;
        line.carry(
          encodeUpFrame(frame),
          (payload) => {
            if (isOpen && machine.isAlive) void parts.upDesk.take(connection, payload);
          },
          doom,
        );
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
