import { checkedBind } from "@saku/terminal/shell/store/bind";
import type { OpenSqliteDriver, SqliteDriver } from "@saku/terminal/shell/store/sqlite-driver";
import type {
  OpenSqliteConnection,
  SqliteConnection,
} from "@saku/cloud-broker/shell/store/sqlite-connection";
import { bindable } from "@saku/cloud-broker/shell/store/bindable";
import type { Machine } from "./machine.ts";
import type { SimulatedDisk } from "./disk.ts";
import {
  copyDatabase,
  mount,
  openWasm,
  type WasmDatabase,
  type WasmRow,
  type WasmStatement,
} from "./wasm-sqlite.ts";

type Values = readonly (number | string | Uint8Array | null)[];

function codeOf(sentence: string): string {
  if (/disk I\/O error/.test(sentence)) return "SQLITE_IOERR";
  if (/database or disk is full/.test(sentence)) return "SQLITE_FULL";
  if (/malformed|not a database/.test(sentence)) return "SQLITE_CORRUPT";
  if (/locked/.test(sentence)) return "SQLITE_BUSY";
  if (/unable to open/.test(sentence)) return "SQLITE_CANTOPEN";
  if (/constraint failed/.test(sentence)) return "SQLITE_CONSTRAINT";
  return "SQLITE_ERROR";
}

const forEver = <T>(): Promise<T> => new Promise<T>(() => undefined);

const columnNames = new WeakMap<WasmStatement, readonly string[]>();

/** As the package reads rows, but the names of the columns are asked for once. */
function allRows(statement: WasmStatement, values: Values): WasmRow[] {
  statement._reset();
  statement._bindArray(values);
  let names = columnNames.get(statement);
  if (names === undefined) {
    names = statement._getColumnNames();
    columnNames.set(statement, names);
  }
  const rows: WasmRow[] = [];
  while (statement._step()) rows.push(statement._getRow(names, false));
  return rows;
}

/** SQLite repeats a statement's last error when it is let go. */
function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** How long a commit takes here, and who is told of a copy at the instant it holds. */
export type Pace = {
  readonly commitMs: () => number;
  readonly onCopied?: (path: string) => void;
};

/** One open file of one machine. Every connection to it is this one, and reads beside a transaction wait for its end. */
class OpenFile {
  readonly #path: string;
  readonly #machine: Machine;
  readonly #disk: SimulatedDisk;
  readonly #commitMs: () => number;
  readonly #onCopied: (path: string) => void;
  readonly #statements = new Map<string, WasmStatement>();
  readonly #database: WasmDatabase;
  #waiting: (() => void)[] = [];
  #lookCount = 0;
  userCount = 0;

  constructor(
    path: string,
    ground: { readonly machine: Machine; readonly disk: SimulatedDisk },
    pace: Pace,
  ) {
    this.#path = path;
    this.#machine = ground.machine;
    this.#disk = ground.disk;
    this.#commitMs = pace.commitMs;
    this.#onCopied = pace.onCopied ?? (() => undefined);
    this.#database = openWasm(path);
    // Without shared memory the log's index lives in the heap of the one connection there is.
    // Pages of two sectors: whatever copies, checks or tears a file has a quarter of the bytes to do it on.
    this.#database.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=1024");
  }

  /** Does something in the very moment in which what it waits for is true. */
  async #once<T>(isTrue: () => boolean, work: () => T | Promise<T>): Promise<T> {
    if (!this.#isUp) return forEver();
    while (!isTrue()) {
      await new Promise<void>((go) => this.#waiting.push(go));
      if (!this.#isUp) return forEver();
    }
    return work();
  }

  settled(): Promise<void> {
    return this.#once(
      () => !this.#database.inTransaction,
      () => undefined,
    );
  }

  /**
   * A reader's transaction. The one connection cannot have a second, so it is none, and until it is over no writer begins:
   * what the reader sees is of one instant, as it is on a disk with several connections.
   */
  beginLook(): Promise<void> {
    return this.#once(
      () => !this.#database.inTransaction,
      () => void (this.#lookCount += 1),
    );
  }

  endLook(): void {
    this.#lookCount -= 1;
    this.#letGo();
  }

  /** Begins to write once nobody looks. */
  beginWriting(sql: string): Promise<WasmRow[]> {
    return this.#once(
      () => this.#lookCount === 0,
      () => this.ask(sql, (statement) => allRows(statement, [])),
    );
  }

  async ask<T>(sql: string, run: (statement: WasmStatement) => T): Promise<T> {
    if (sql === "COMMIT") await this.#machine.sleep(this.#commitMs());
    if (!this.#isUp) return forEver();
    try {
      return this.#now(sql, run);
    } catch (error) {
      if (!this.#isUp) return forEver();
      const sentence = error instanceof Error ? error.message : String(error);
      throw Object.assign(new Error(sentence), { code: codeOf(sentence) });
    } finally {
      this.#letGo();
    }
  }

  get #isUp(): boolean {
    return this.#machine.isAlive && !this.#disk.isOff;
  }

  #now<T>(sql: string, run: (statement: WasmStatement) => T): T {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    try {
      const value = run(statement);
      // A cut in the middle: what was asked may have happened, and nobody is there to hear of it.
      if (!this.#isUp) throw new Error("The power went");
      return value;
    } finally {
      statement._reset();
    }
  }

  /** Committed rows at once, for an onlooker; null while a transaction is open. */
  peek(sql: string): readonly WasmRow[] | null {
    if (!this.#isUp || this.#database.inTransaction) return null;
    return this.#now(sql, (statement) => allRows(statement, []));
  }

  /** What VACUUM INTO gives, at a tenth of its price: every copy would parse the whole schema anew. */
  async copyTo(path: string): Promise<void> {
    await this.settled();
    copyDatabase(this.#path, path);
    this.#onCopied(path);
  }

  async script(sql: string): Promise<void> {
    if (!this.#isUp) return forEver();
    try {
      this.#database.exec(sql);
    } catch (error) {
      if (!this.#isUp) return forEver();
      throw error;
    } finally {
      this.#letGo();
    }
  }

  #letGo(): void {
    if (this.#waiting.length === 0 || !this.#isUp || this.#database.inTransaction) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  close(): void {
    for (const statement of this.#statements.values()) quietly(() => statement.finalize());
    this.#statements.clear();
    quietly(() => this.#database.close());
  }
}

function terminalDriver(file: OpenFile, isReader: boolean, leave: () => void): SqliteDriver {
  const all = async (sql: string, values: readonly unknown[]): Promise<WasmRow[]> => {
    if (isReader) await file.settled();
    return file.ask(sql, (statement) => allRows(statement, checkedBind(values)));
  };
  return {
    all: (sql, ...values) => all(sql, values),
    get: async (sql, ...values) => (await all(sql, values))[0],
    run: (sql, ...values) =>
      file.ask(sql, (statement) => statement.run(checkedBind(values)).changes),
    close: async () => leave(),
  };
}

function cloudConnection(file: OpenFile, isReader: boolean, leave: () => void): SqliteConnection {
  return {
    database: "sqlite",
    all: async (sql, values = []) => {
      if (sql === "BEGIN IMMEDIATE") return file.beginWriting(sql);
      if (isReader) {
        if (sql === "BEGIN") await file.beginLook();
        if (sql === "COMMIT" || sql === "ROLLBACK") file.endLook();
        if (/^(BEGIN|COMMIT|ROLLBACK)$/.test(sql)) return [];
        await file.settled();
      }
      return file.ask(sql, (statement) => allRows(statement, values.map(bindable)));
    },
    run: async (sql, values = []) => {
      if (isReader) await file.settled();
      if (sql === "VACUUM INTO ?") {
        await file.copyTo(String(values[0]));
        return { changes: 0 };
      }
      return file.ask(sql, (statement) => ({
        changes: statement.run(values.map(bindable)).changes,
      }));
    },
    // One connection is both: a reader must not close it for writing.
    exec: (sql) => file.script(isReader ? sql.replaceAll("PRAGMA query_only=ON;", "") : sql),
    close: async () => leave(),
  };
}

/** SQL on a simulated disk, for one process. */
export interface Drivers {
  readonly openTerminal: OpenSqliteDriver;
  readonly openCloud: OpenSqliteConnection;
  path(name: string): string;
  /** Committed rows of an open file at once; null while nobody can say. */
  peek(name: string, sql: string): readonly WasmRow[] | null;
  /** Frees memory after the process is dead; the disk keeps what it has. */
  drop(): void;
}

export function createDrivers(machine: Machine, disk: SimulatedDisk, pace: Pace): Drivers {
  const files = new Map<string, OpenFile>();
  const folder = mount(disk);

  function use(path: string): OpenFile {
    let file = files.get(path);
    if (file === undefined) {
      file = new OpenFile(path, { machine, disk }, pace);
      files.set(path, file);
    }
    file.userCount += 1;
    return file;
  }

  function leave(path: string, file: OpenFile): void {
    file.userCount -= 1;
    if (file.userCount > 0) return;
    files.delete(path);
    file.close();
  }

  const openTerminal: OpenSqliteDriver = async (path, mode) => {
    const file = use(path);
    return terminalDriver(file, mode === "read-only", () => leave(path, file));
  };
  const openCloud: OpenSqliteConnection = async (path, mode) => {
    const file = use(path);
    return cloudConnection(file, mode === "read-only", () => leave(path, file));
  };

  return {
    openTerminal,
    openCloud,
    path: (name) => `${folder}/${name}`,
    peek: (name, sql) => files.get(`${folder}/${name}`)?.peek(sql) ?? null,
    drop() {
      disk.sealed(() => {
        for (const file of files.values()) file.close();
      });
      files.clear();
    },
  };
}
