// The two databases for tests: the same tests run on both.
import { randomBytes } from "node:crypto";
import { createConnection } from "node:net";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, inject, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.suite.ts";
import type { LedgerConnection } from "./ledger-connection.ts";
import type { Database } from "./migrations/render.ts";
import { openPostgres } from "./postgres-connection.ts";
import { onServer, type DeskAnswer } from "./postgres-desk.suite.ts";
import { openSqlite } from "./sqlite-connection.ts";
import { openStore, type LedgerPlace, type Store } from "./store.ts";

function askDesk(): Promise<DeskAnswer> {
  return new Promise((resolve) => {
    const socket = createConnection(inject("postgresDesk"));
    let said = "";
    socket.on("data", (part) => (said += part.toString()));
    socket.on("error", (error) => resolve({ problem: error.message }));
    socket.on("end", () => resolve(JSON.parse(said) as DeskAnswer));
  });
}

const desk = await askDesk();

/** A place for one ledger, empty until it is opened. */
export type LedgerHome = {
  readonly database: Database;
  readonly place: LedgerPlace;
  open(clock: () => number): Promise<Store>;
  /** Somebody with the database and none of our code: not even the pragmas. */
  raw(): Promise<LedgerConnection>;
};

let count = 0;
const madeOnServer: string[] = [];
/** A migrated database that others are copied from: migrations are slower than copies. */
let template: Promise<string> | null = null;

const urlOf = (database: string): string => {
  if ("problem" in desk) throw new Error(desk.problem);
  return desk.url.replace("/postgres?", `/${database}?`);
};

async function makeDatabase(from?: string): Promise<string> {
  if ("problem" in desk) throw new Error(desk.problem);
  const name = `t${process.pid}_${randomBytes(4).toString("hex")}_${count++}`;
  await onServer(
    desk.url,
    `CREATE DATABASE ${name}${from === undefined ? "" : ` TEMPLATE ${from}`}`,
  );
  madeOnServer.push(name);
  return name;
}

async function makeTemplate(): Promise<string> {
  const { migrate } = await import("./migrations/migrate.ts");
  const name = await makeDatabase();
  const connection = await openPostgres({ url: urlOf(name) });
  await migrate(connection);
  await connection.close();
  return name;
}

/** A place without any table. */
export async function emptyHome(
  database: Database,
  directory: string = temporaryFolder("ledger"),
): Promise<LedgerHome> {
  if (database === "sqlite") {
    const file = join(directory, "ledger.sqlite");
    return homeAt(database, { file }, async () => {
      const raw = await openSqlite(file, "read-write");
      await raw.exec("PRAGMA foreign_keys=ON;");
      return raw;
    });
  }
  const url = urlOf(await makeDatabase());
  return homeAt(database, { url, lockWaitMs: 100 }, () => openPostgres({ url }));
}

function homeAt(
  database: Database,
  place: LedgerPlace,
  raw: () => Promise<LedgerConnection>,
): LedgerHome {
  return { database, place, open: (clock) => openStore({ ...place, clock }), raw };
}

/** A place that may have the tables already. */
export async function ledgerHome(database: Database, directory?: string): Promise<LedgerHome> {
  if (database === "sqlite") return emptyHome(database, directory);
  template ??= makeTemplate();
  const url = urlOf(await makeDatabase(await template));
  return homeAt(database, { url, lockWaitMs: 100 }, () => openPostgres({ url }));
}

afterAll(async () => {
  if ("problem" in desk || madeOnServer.length === 0) return;
  for (const name of madeOnServer.splice(0))
    await onServer(desk.url, `DROP DATABASE ${name} WITH (FORCE)`);
}, 60_000);

const DATABASES: readonly Database[] = "problem" in desk ? ["sqlite"] : ["sqlite", "postgresql"];

const PROBLEMS: readonly string[] = "problem" in desk ? [desk.problem] : [];

let current: Database = "sqlite";

/** The database that the running test is about. */
export const databaseOfTest = (): Database => current;

/** The same tests on each database; where PostgreSQL cannot start, the report says why they are missing. */
export function describeOnBoth(title: string, tests: (database: Database) => void): void {
  describe.each(DATABASES)(`${title} (%s)`, (database) => {
    beforeEach(() => {
      current = database;
    });
    tests(database);
  });
  sayWhyNot(title);
}

/** Tests of what only PostgreSQL has. */
export function describeOnPostgres(title: string, tests: () => void): void {
  describe.each(DATABASES.filter((each) => each === "postgresql"))(`${title} (%s)`, (database) => {
    beforeEach(() => {
      current = database;
    });
    tests();
  });
  sayWhyNot(title);
}

function sayWhyNot(title: string): void {
  it.each(PROBLEMS)(`${title} was not run on PostgreSQL, which did not start: %s`, (problem) => {
    expect(problem).not.toBe("");
  });
}
