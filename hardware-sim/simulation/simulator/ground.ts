import { must } from "@saku/protocol";
import type { LedgerPlace } from "@saku/cloud-broker/shell/store/store";
import type { OpenSqliteConnection } from "@saku/cloud-broker/shell/store/sqlite-connection";
import { SimulatedDisk, type DiskImage } from "./disk.ts";
import { createDrivers, type Drivers } from "./drivers.ts";
import type { Machine } from "./machine.ts";
import { foundedLedger, LEDGER_FILE, type SchoolSize } from "./school.ts";
import type { World } from "./world.ts";

export type LookRow = Readonly<Record<string, unknown>>;
type Looked = readonly LookRow[] | null;

/** What the cloud's ledger stands on: it outlives the processes that use it. */
export interface Ground {
  readonly isOff: boolean;
  /** A process begins to use it; what it opens dies with it. */
  boot(machine: Machine): { readonly place: LedgerPlace; readonly openCopy: OpenSqliteConnection };
  /** Committed rows for an onlooker; null while nobody can say. */
  peek(sql: string): Looked | Promise<Looked>;
  /** The acknowledged mark of every incarnation in a copy that was written. */
  heldBy(copy: string): ReadonlyMap<string, number>;
  kill(how: "power" | "process"): void;
  /** All of it is gone; a finished copy takes its place. */
  restore(copy: Uint8Array): void;
}

/** Where a school's ledger begins, one for each run. */
export interface Footing {
  /** Until all is still; unset = as soon as no promise moves. */
  readonly stillness?: () => Promise<void>;
  stand(world: World): Ground;
  /** After the run. */
  leave(): Promise<void>;
}

export const commitMs = (world: World) => (): number => 1 + world.random.below(4);

export const marksOf = (rows: readonly LookRow[]): ReadonlyMap<string, number> =>
  new Map(rows.map(({ inc, ack }) => [String(inc), Number(ack)]));

/** A file of SQLite on a simulated disk. */
class SqliteGround implements Ground {
  readonly #world: World;
  readonly #disk: SimulatedDisk;
  #drivers: Drivers | null = null;
  #held: { readonly copy: string; readonly marks: ReadonlyMap<string, number> } | null = null;

  constructor(world: World, image: DiskImage) {
    this.#world = world;
    this.#disk = new SimulatedDisk(world.random.fork("cloud-disk"), image);
  }

  get isOff(): boolean {
    return this.#disk.isOff;
  }

  boot(machine: Machine): ReturnType<Ground["boot"]> {
    const drivers = createDrivers(machine, this.#disk, {
      commitMs: commitMs(this.#world),
      onCopied: (copy) => this.#noteHeld(copy),
    });
    this.#drivers = drivers;
    const open = drivers.openCloud;
    return { place: { file: drivers.path(LEDGER_FILE), open }, openCopy: open };
  }

  peek(sql: string): ReturnType<Drivers["peek"]> {
    return this.#drivers?.peek(LEDGER_FILE, sql) ?? null;
  }

  /** What a copy holds, read by us and not by the product at the instant that is copied. */
  #noteHeld(copy: string): void {
    const rows = must(this.peek("SELECT inc, ack FROM incarnation"), "Committed rows");
    this.#held = { copy, marks: marksOf(rows) };
  }

  heldBy(copy: string): ReadonlyMap<string, number> {
    const held = must(this.#held, "A copy that was begun");
    if (held.copy !== copy) throw new Error("Another copy was finished");
    return held.marks;
  }

  kill(how: "power" | "process"): void {
    if (how === "power") this.#disk.cut();
    this.#drivers?.drop();
    this.#drivers = null;
    this.#disk.powerOn();
  }

  restore(copy: Uint8Array): void {
    this.#disk.restore(new Map([[LEDGER_FILE, copy]]));
  }
}

export async function sqliteFooting(size: SchoolSize): Promise<Footing> {
  const image = await foundedLedger(size);
  return { stand: (world) => new SqliteGround(world, image), leave: async () => undefined };
}
