import { createRandom } from "@saku/hardware-sim/random";
import { copyLedger } from "@saku/cloud-broker/shell/store/ledger-copy";
import { clientOf, connectionOf } from "@saku/cloud-broker/shell/store/postgres-connection";
import { openStore } from "@saku/cloud-broker/shell/store/store";
import { createAgenda, settled } from "./agenda.ts";
import { SimulatedDisk } from "./disk.ts";
import { createDrivers, type Drivers } from "./drivers.ts";
import { commitMs, marksOf, type Footing, type Ground, type LookRow } from "./ground.ts";
import { startMachine, type Machine } from "./machine.ts";
import { found, LEDGER_FILE, START_MS, type SchoolSize } from "./school.ts";
import { openWasm } from "./wasm-sqlite.ts";
import { ProcessWire, Wire } from "./wire.ts";
import type { World } from "./world.ts";

// The cloud's ledger on a real PostgreSQL. Its server never falls: that PostgreSQL keeps what it promised is not in question
// here, only what our programs make of it.

type Client = ReturnType<typeof clientOf>;

/** What must not depend on when the server finds time for it: plans, and the order of rows that nobody ordered. */
export const SERVER_SETTINGS: readonly string[] = [
  "autovacuum=off",
  "max_parallel_workers_per_gather=0",
  "synchronize_seqscans=off",
  "jit=off",
];

const LOCK_WAIT_MS = 5_000;
const DEAD_WAIT_MS = 30_000;

async function connected(url: string): Promise<Client> {
  const client = clientOf({ url }, "read-write");
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** A server on which schools are founded, and one connection to it that belongs to no school. */
export class PostgresServer {
  readonly wire: Wire = new Wire();
  readonly #url: string;
  readonly #clerk: Client;
  readonly #templates = new Map<string, string>();
  #count = 0;

  private constructor(url: string, clerk: Client) {
    this.#url = url;
    this.#clerk = clerk;
  }

  /** `url` is that of the database that every server has. */
  static async reach(url: string): Promise<PostgresServer> {
    return new PostgresServer(url, await connected(url));
  }

  urlOf(database: string): string {
    const url = new URL(this.#url);
    url.pathname = `/${database}`;
    return url.href;
  }

  /** Nobody is connected any more: what was open is rolled back, and the writer's lock is free. */
  async clear(database: string): Promise<void> {
    await this.#clerk.query(
      "SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity WHERE datname = $1",
      [database, DEAD_WAIT_MS],
    );
  }

  async create(database: string, template = "template0"): Promise<void> {
    await this.#clerk.query(`CREATE DATABASE ${database} TEMPLATE ${template}`);
  }

  async drop(database: string): Promise<void> {
    await this.#clerk.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  }

  /** A school's database on its first morning. */
  async founded(size: SchoolSize): Promise<string> {
    const template = await this.#templateOf(size);
    const database = this.#nameNext("school");
    await this.create(database, template);
    return database;
  }

  #nameNext(kind: string): string {
    this.#count += 1;
    return `${kind}_${process.pid}_${this.#count}`;
  }

  async #templateOf(size: SchoolSize): Promise<string> {
    const key = `${size.terminals}/${size.children}`;
    const known = this.#templates.get(key);
    if (known !== undefined) return known;
    const database = this.#nameNext("template");
    await this.create(database);
    await this.#found(database, size);
    await this.clear(database);
    this.#templates.set(key, database);
    return database;
  }

  async #found(database: string, size: SchoolSize): Promise<void> {
    const random = createRandom(1);
    const agenda = createAgenda(random, this.wire.stillness);
    const machine = startMachine(agenda, random);
    const { timers, entropy } = machine;
    const wire = new ProcessWire(this.wire, machine, { commitMs: () => 0, copyMs: () => 0 });
    const url = this.urlOf(database);
    const clock = (): number => START_MS - 3_600_000;
    const store = await settled(agenda, openStore({ url, wire, clock, timers, entropy }));
    await settled(
      agenda,
      store.commit(async (work) => {
        await found(work, size);
        // Each school's database is made from this one and is the first of its lineage, not a copy.
        await work.db.deleteFrom("meta").where("key", "in", ["home", "term"]).execute();
      }),
    );
    await settled(agenda, store.close());
  }

  async close(): Promise<void> {
    for (const template of this.#templates.values()) await this.drop(template);
    await this.#clerk.end();
  }
}

class PostgresGround implements Ground {
  readonly isOff = false;
  readonly #world: World;
  readonly #server: PostgresServer;
  readonly #database: string;
  /** Nothing lies on it: copies have a disk of their own. */
  readonly #disk: SimulatedDisk;
  #drivers: Drivers | null = null;
  #process: ProcessWire | null = null;
  #onlooker: Client | null = null;

  constructor(world: World, server: PostgresServer, database: string) {
    this.#world = world;
    this.#server = server;
    this.#database = database;
    this.#disk = new SimulatedDisk(world.random.fork("cloud-disk"));
  }

  boot(machine: Machine): ReturnType<Ground["boot"]> {
    const pace = { commitMs: commitMs(this.#world) };
    const drivers = createDrivers(machine, this.#disk, pace);
    const copyMs = (): number => this.#world.random.below(3);
    const wire = new ProcessWire(this.#server.wire, machine, { ...pace, copyMs });
    this.#drivers = drivers;
    this.#process = wire;
    const openCopy = drivers.openCloud;
    const url = this.#server.urlOf(this.#database);
    return { place: { url, wire, openCopy, lockWaitMs: LOCK_WAIT_MS }, openCopy };
  }

  peek(sql: string): Promise<readonly LookRow[] | null> {
    return this.#server.wire.run(async () => {
      if (this.#process === null) return null;
      this.#onlooker ??= await connected(this.#server.urlOf(this.#database));
      return (await this.#onlooker.query<Record<string, unknown>>(sql)).rows;
    });
  }

  heldBy(copy: string): ReadonlyMap<string, number> {
    const file = openWasm(copy);
    file.exec("PRAGMA locking_mode=EXCLUSIVE");
    const statement = file.prepare("SELECT inc, ack FROM incarnation");
    const marks = marksOf(statement.all([]));
    statement.finalize();
    file.close();
    return marks;
  }

  kill(): void {
    this.#process?.kill();
    this.#process = null;
    this.#drivers?.drop();
    this.#drivers = null;
    this.#onlooker = null;
    this.#asked(() => this.#server.clear(this.#database));
  }

  restore(copy: Uint8Array): void {
    const { random, agenda } = this.#world;
    this.#asked(async () => {
      await this.#server.drop(this.#database);
      await this.#server.create(this.#database);
      const disk = new SimulatedDisk(random.fork("restored"), new Map([[LEDGER_FILE, copy]]));
      const drivers = createDrivers(startMachine(agenda, random.fork("restored")), disk, {
        commitMs: () => 0,
      });
      // Not as a reader: a reader here waits for the end of a transaction, and the copy is read in one.
      const from = await drivers.openCloud(drivers.path(LEDGER_FILE), "read-write");
      const client = await connected(this.#server.urlOf(this.#database));
      await copyLedger(from, connectionOf(client));
      await client.end();
      await from.close();
    });
  }

  /** In its turn, before whoever comes next asks anything. */
  #asked(work: () => Promise<void>): void {
    this.#server.wire.run(work).catch((error: unknown) => {
      this.#world.broken("Q-fault", `the server: ${String(error)}`);
    });
  }
}

export async function postgresFooting(server: PostgresServer, size: SchoolSize): Promise<Footing> {
  const database = await server.founded(size);
  const { stillness } = server.wire;
  return {
    stillness,
    stand: (world) => new PostgresGround(world, server, database),
    leave: async () => {
      await stillness();
      await server.drop(database);
    },
  };
}
