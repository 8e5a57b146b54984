import { migrate } from "@saku/terminal/shell/store/schema";
import { openDatabase, DiskFailedError, type Database } from "@saku/terminal/shell/store/sqlite";
import { readHead } from "@saku/terminal/shell/store/journal-store";
import { createClock } from "@saku/terminal/shell/clock/clock";
import type { DeviceKeys } from "@saku/terminal/shell/keys/device-keys";
import { openDuty, type Duty } from "@saku/terminal/shell/service/duty";
import { DEFAULT_TIMING, type Timing } from "@saku/terminal/core/sync/timing";
import type { SaleOrder } from "@saku/terminal/core/wallet/sale-desk";
import { createRandom } from "@saku/hardware-sim/random";
import { createAgenda, settled } from "./agenda.ts";
import type { CloudHost } from "./cloud-host.ts";
import { SimulatedDisk, type DiskImage } from "./disk.ts";
import { createDrivers, type Drivers } from "./drivers.ts";
import { startMachine, type Machine } from "./machine.ts";
import type { SchoolLan } from "./lan.ts";
import type { Line } from "./network.ts";
import { CLOUD_KEY, HOST, SCHOOL, SCHOOL_ROOT } from "./school.ts";
import { verifyKnown } from "./keys.ts";
import { errorText, wordOf } from "./shapes.ts";
import { terminalLog } from "./witness.ts";
import type { World } from "./world.ts";

const JOURNAL_FILE = "journal.db";
const ASK_TIMEOUT_MS = 2_500;
/** Days are a quarter of an hour here: a little more patience keeps the talk in proportion to the sales. */
const TIMING: Timing = { ...DEFAULT_TIMING, coldBootMaxMs: 3_000, retryBaseMs: 8_000 };

let freshImage: DiskImage | null = null;

/** A card with an empty store of the newest schema. Made once a process. */
export async function freshCard(): Promise<DiskImage> {
  if (freshImage !== null) return freshImage;
  const random = createRandom(2);
  const agenda = createAgenda(random);
  const machine = startMachine(agenda, random);
  const disk = new SimulatedDisk(random);
  const drivers = createDrivers(machine, disk, { commitMs: () => 0 });
  const opened = openDatabase(drivers.path(JOURNAL_FILE), {
    openDriver: drivers.openTerminal,
    timers: machine.timers,
  }).then(async (database) => {
    await migrate(database);
    await database.close();
  });
  await settled(agenda, opened);
  freshImage = disk.image();
  return freshImage;
}

/** A terminal: a card, a clock without a battery, a line to the cloud, and the daemon that runs or does not. */
export class Till {
  readonly name: string;
  readonly slot: number;
  readonly keys: DeviceKeys;
  readonly disk: SimulatedDisk;
  readonly line: Line;
  readonly #world: World;
  readonly #cloud: CloudHost;
  readonly #lan: SchoolLan;
  /** How far this clock is off, until the cloud or a technician sets it. */
  clockOffMs = 0;
  hasNtp = false;
  duty: Duty | null = null;
  database: Database | null = null;
  /** It was told to run; off means that nobody works at it. */
  isOn = false;
  /** The card refused a write on purpose: the daemon must stop selling until it is started anew. */
  isDiskBad = false;
  #machine: Machine | null = null;
  #drivers: Drivers | null = null;

  constructor(
    world: World,
    parts: {
      readonly name: string;
      readonly slot: number;
      readonly keys: DeviceKeys;
      readonly cloud: CloudHost;
      readonly lan: SchoolLan;
      readonly line: Line;
      readonly image: DiskImage;
    },
  ) {
    this.#world = world;
    this.#cloud = parts.cloud;
    this.#lan = parts.lan;
    this.name = parts.name;
    this.slot = parts.slot;
    this.keys = parts.keys;
    this.line = parts.line;
    this.disk = new SimulatedDisk(world.random.fork(`card-${parts.name}`), parts.image);
    this.disk.onCut = () => {
      // The power went in the middle of a write: everything else goes with it, once SQLite has returned.
      this.#machine?.kill();
    };
  }

  get isWorking(): boolean {
    return this.isOn && this.duty !== null && this.#machine?.isAlive === true && !this.disk.isOff;
  }

  readonly wallMs = (): number => this.#world.wallMs() + this.clockOffMs;

  async boot(): Promise<void> {
    const { agenda, random, story } = this.#world;
    this.isOn = true;
    this.isDiskBad = false;
    this.disk.powerOn();
    const machine = startMachine(agenda, random.fork(`${this.name}-${agenda.nowMs}`));
    this.#machine = machine;
    const drivers = createDrivers(machine, this.disk, {
      commitMs: () => 2 + random.below(12),
    });
    this.#drivers = drivers;
    const { timers, entropy } = machine;
    try {
      const ground = { openDriver: drivers.openTerminal, timers };
      const database = await openDatabase(drivers.path(JOURNAL_FILE), ground);
      await migrate(database);
      this.database = database;
      await this.#takeUp(machine, database, { timers, entropy });
      story.tell(`${this.name} is up`);
    } catch (error) {
      if (error instanceof DiskFailedError && this.isDiskBad)
        story.tell(`${this.name} does not start: its card is bad`);
      else this.#world.broken("Q-boot", `${this.name} does not start: ${errorText(error)}`);
    }
  }

  async #takeUp(
    machine: Machine,
    database: Database,
    world: Pick<Machine, "timers" | "entropy">,
  ): Promise<void> {
    const floorMs = (await readHead(database.read)).atMs;
    const clock = createClock({
      wallMs: this.wallMs,
      isNtpSynchronised: () => this.hasNtp,
      floorMs,
    });
    this.duty = await openDuty(
      {
        ...world,
        database,
        keys: this.keys,
        clock,
        verify: verifyKnown,
        log: terminalLog((level, facts) => this.#heard(level, facts)),
        software: "sim",
        timing: TIMING,
        askTimeoutMs: ASK_TIMEOUT_MS,
        metrics: () => ({}),
        lan: this.#lan.at(machine, this.name),
        transport: (options) => (listener) =>
          this.#cloud.transport(this.line)(options)({
            onFrame: (payload) => {
              if (machine.isAlive) listener.onFrame(payload);
            },
            onClosed: () => {
              if (machine.isAlive) listener.onClosed();
            },
          }),
      },
      {
        school: SCHOOL,
        cloudUrl: "https://cloud.sim",
        host: HOST,
        cloudKey: CLOUD_KEY.publicKey,
        schoolRootKey: SCHOOL_ROOT.publicKey,
      },
      "start",
    );
  }

  #heard(level: "warn" | "error" | "fatal", facts: Readonly<Record<string, unknown>>): void {
    const { event } = facts;
    if (event === "disk-failed" && this.isDiskBad)
      this.#world.story.tell(`${this.name} says its card is bad`);
    else if (level === "error" || level === "fatal")
      this.#world.broken("Q-fault", `${this.name} failed: ${JSON.stringify(facts)}`);
    else this.#world.story.tell(`${this.name} says ${wordOf(event)} ${wordOf(facts["reason"])}`);
  }

  sell(order: SaleOrder): ReturnType<Duty["desk"]["sell"]> | null {
    return this.isWorking && this.duty !== null ? this.duty.desk.sell(order) : null;
  }

  peek(sql: string): ReturnType<Drivers["peek"]> {
    return this.#drivers?.peek(JOURNAL_FILE, sql) ?? null;
  }

  /** Nothing of the daemon runs any more; with `power` the card loses what was not synced. */
  stop(how: "power" | "process"): void {
    this.isOn = false;
    this.#machine?.kill();
    if (how === "power") this.disk.cut();
    this.#drivers?.drop();
    this.#drivers = null;
    this.duty = null;
    this.database = null;
  }

  /** Another card is put in. */
  insertCard(image: DiskImage): void {
    this.disk.restore(image);
  }
}
