import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedBind } from "./bind.ts";
import { migrate, SCHEMA_VERSION } from "./schema.ts";
import { countOf, DiskFailedError, isGoodSqlite, openDatabase, type Database } from "./sqlite.ts";

let folder: string;
const opened: Database[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "saku-store-"));
});

afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
  await rm(folder, { recursive: true });
});

async function open(name = "journal.db"): Promise<Database> {
  const database = await openDatabase(join(folder, name));
  opened.push(database);
  return database;
}

async function withTable(): Promise<Database> {
  const database = await open();
  await database.transaction((tx) =>
    tx.run("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c BLOB) STRICT"),
  );
  return database;
}

describe("the store's connection", () => {
  it("runs on a SQLite that may carry money", async () => {
    expect(isGoodSqlite((await open()).version)).toBe(true);
    expect(["3.51.3", "3.53.2", "4.0.0"].map(isGoodSqlite)).toEqual([true, true, true]);
    expect(["3.52.0", "3.51.2", "3.44.2", "2.99.0"].map(isGoodSqlite)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("flushes every commit and writes ahead", async () => {
    const database = await open();
    const [journal, synchronous] = await database.transaction(async (tx) => [
      await tx.get("PRAGMA journal_mode"),
      await tx.get("PRAGMA synchronous"),
    ]);
    expect(journal).toEqual({ journal_mode: "wal" });
    expect(synchronous).toEqual({ synchronous: 2 });
  });

  it("keeps large integers, texts and bytes exactly", async () => {
    const database = await withTable();
    const bytes = Uint8Array.from([0, 1, 255]);
    await database.transaction((tx) =>
      tx.run("INSERT INTO t VALUES (?, ?, ?)", 1_763_800_000_000, "jajan", bytes),
    );
    const row = await database.read.get("SELECT *, typeof(a) AS type FROM t");
    expect(row?.["a"]).toBe(1_763_800_000_000);
    expect(row?.["type"]).toBe("integer");
    expect(row?.["c"]).toEqual(Buffer.from(bytes));
  });

  it.each([[undefined], [1n], [1.5], [Number.NaN], [2 ** 53], [true], [{}]])(
    "refuses to bind %s",
    (value) => {
      expect(() => checkedBind([value])).toThrow("cannot be bound");
    },
  );

  it("runs transactions one after another and hides them from readers until they are committed", async () => {
    const database = await withTable();
    const seen: number[] = [];
    const insert = (a: number) =>
      database.transaction(async (tx) => {
        await tx.run("INSERT INTO t (a) VALUES (?)", a);
        seen.push(await countOf(database.read, "SELECT count(*) AS n FROM t"));
      });
    await Promise.all([insert(1), insert(2), insert(3)]);
    expect(seen).toEqual([0, 1, 2]);
  });

  it("takes everything back when the work throws, and goes on", async () => {
    const database = await withTable();
    const failing = database.transaction(async (tx) => {
      await tx.run("INSERT INTO t (a) VALUES (1)");
      throw new RangeError("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(database.isFailed).toBe(false);
    await database.transaction((tx) => tx.run("INSERT INTO t (a) VALUES (1)"));
    expect(await countOf(database.read, "SELECT count(*) AS n FROM t")).toBe(1);
  });

  it("stops for good when the disk is full, and keeps what was committed", async () => {
    const database = await withTable();
    await database.transaction((tx) => tx.run("INSERT INTO t (a) VALUES (1)"));
    const pages = await database.transaction((tx) => tx.get("PRAGMA page_count"));
    await database.transaction((tx) =>
      tx.all(`PRAGMA max_page_count = ${String(pages?.["page_count"])}`),
    );
    const big = database.transaction((tx) =>
      tx.run("INSERT INTO t (a, c) VALUES (2, ?)", new Uint8Array(100_000)),
    );
    await expect(big).rejects.toBeInstanceOf(DiskFailedError);
    expect(database.isFailed).toBe(true);
    const small = database.transaction((tx) => tx.run("INSERT INTO t (a) VALUES (3)"));
    await expect(small).rejects.toBeInstanceOf(DiskFailedError);
    expect(await countOf(database.read, "SELECT count(*) AS n FROM t")).toBe(1);
  });

  it("refuses a file that is not a store", async () => {
    await writeFile(
      join(folder, "journal.db"),
      "this is not a database, it is a text of some length".repeat(40),
    );
    await expect(openDatabase(join(folder, "journal.db"))).rejects.toBeInstanceOf(DiskFailedError);
  });
});

describe("the schema", () => {
  it("is made once, and opening again changes nothing", async () => {
    const database = await open();
    await migrate(database);
    await migrate(database);
    const row = await database.read.get("PRAGMA user_version");
    expect(row).toEqual({ user_version: SCHEMA_VERSION });
  });

  it("has strict tables only", async () => {
    const database = await open();
    await migrate(database);
    const loose = await database.read.all(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
    );
    expect(loose).toEqual([]);
  });

  it("refuses a store of a newer program", async () => {
    const database = await open();
    await migrate(database);
    await database.transaction((tx) => tx.run(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`));
    await expect(migrate(database)).rejects.toThrow("schema");
  });

  it("refuses a lease that gave more than it had", async () => {
    const database = await open();
    await migrate(database);
    const insert = database.transaction((tx) =>
      tx.run(
        "INSERT INTO lease (lease, student, purse, day, amount, spent, returned, state) VALUES ('l', 's', 'snack', 1, 10, 6, 5, 'active')",
      ),
    );
    await expect(insert).rejects.toThrow("CHECK");
  });
});
