import pg from "pg";
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import { bindable } from "./bindable.ts";
import type { LedgerConnection } from "./ledger-connection.ts";

/** Where the ledger is, when it is a PostgreSQL database. */
export type PostgresTarget = {
  readonly url: string;
  /** Instead of one in the URL, so that the URL may be shown. */
  readonly password?: string;
};

const INT8 = 20;
const NUMERIC = 1700;

/** Sums come as NUMERIC and whole numbers as text, because both may be larger than a number; ours never are. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`Not a whole number: ${text}`);
  return value;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    (oid === INT8 || oid === NUMERIC) && format !== "binary"
      ? wholeNumber
      : (pg.types.getTypeParser(oid, format) as unknown)) as pg.CustomTypesConfig["getTypeParser"],
};

/** A host that died is noticed in half a minute on either side, and its lock is given back. */
const KEEPALIVE =
  "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

export type PostgresMode = "read-write" | "read-only";

/** What is asked of a connection. */
export interface PostgresClient {
  query(
    text: string,
    parameters?: unknown[],
  ): Promise<{
    readonly command: string;
    readonly rowCount: number | null;
    readonly rows: Record<string, unknown>[];
  }>;
}
export interface PooledClient extends PostgresClient {
  /** Back to the pool, or away with it. */
  release(isBroken?: boolean): void;
}
export interface ClientPool {
  connect(): Promise<PooledClient>;
  end(): Promise<void>;
}

/** The lowest call of the store on PostgreSQL: how its connections come about. */
export interface PostgresWire {
  pool(target: PostgresTarget, mode: PostgresMode, max: number): ClientPool;
  /** A single connection outside the pools, for copies. */
  single(target: PostgresTarget): Promise<LedgerConnection>;
}

/** What every connection of ours says of itself. */
function configOf({ url, password }: PostgresTarget, mode: PostgresMode): pg.ClientConfig {
  return {
    connectionString: url,
    ...(password === undefined ? {} : { password }),
    types,
    keepAlive: true,
    application_name: "saku-cloud",
    options: mode === "read-only" ? `${KEEPALIVE} -c default_transaction_read_only=on` : KEEPALIVE,
  };
}

/** One client that is not connected yet and waits for its answers without a clock. */
export const clientOf = (target: PostgresTarget, mode: PostgresMode): pg.Client =>
  new pg.Client(configOf(target, mode));

function poolOf(target: PostgresTarget, mode: PostgresMode, max: number): ClientPool {
  const pool = new pg.Pool({
    ...configOf(target, mode),
    max,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 10_000,
  });
  // A server that restarts breaks idle connections; without a listener that would end the process. The next use of the
  // pool makes a new one, or says why it cannot.
  pool.on("error", () => undefined);
  return pool;
}

async function ask<R>(
  client: PostgresClient,
  text: string,
  parameters: readonly unknown[],
): Promise<PostgresQueryResult<R>> {
  const result = await client.query(text, parameters.map(bindable));
  // A transaction that failed before is rolled back by COMMIT without an error.
  if (/^commit\b/i.test(text) && result.command !== "COMMIT")
    throw new Error("The transaction was rolled back");
  return {
    command: result.command as PostgresQueryResult<R>["command"],
    rowCount: result.rowCount ?? 0,
    rows: result.rows as R[],
  };
}

/** What Kysely is given: parameters are checked, and a new connection is prepared before its first statement. */
export function guardedPool(
  pool: ClientPool,
  prepare: (connection: LedgerConnection) => Promise<void>,
): PostgresPool {
  const known = new WeakMap<PooledClient, PostgresPoolClient>();
  return {
    connect: async () => {
      const client = await pool.connect();
      const found = known.get(client);
      if (found !== undefined) return found;
      try {
        await prepare(connectionOf(client));
      } catch (error) {
        client.release(true);
        throw error;
      }
      const guarded = {
        query: <R>(text: unknown, parameters: readonly unknown[]) =>
          ask<R>(client, String(text), parameters),
        release: () => client.release(),
      } as PostgresPoolClient;
      known.set(client, guarded);
      return guarded;
    },
    end: () => pool.end(),
  };
}

export function connectionOf(
  client: PostgresClient,
  close?: () => Promise<void>,
): LedgerConnection {
  return {
    database: "postgresql",
    all: async (text, parameters = []) => (await client.query(text, parameters.map(bindable))).rows,
    exec: async (text) => void (await client.query(text)),
    close: close ?? (() => Promise.resolve()),
  };
}

/** A single connection outside the pools, for copies. */
export async function openPostgres({ url, password }: PostgresTarget): Promise<LedgerConnection> {
  const client = new pg.Client({
    connectionString: url,
    ...(password === undefined ? {} : { password }),
    types,
    connectionTimeoutMillis: 10_000,
    application_name: "saku-copy",
  });
  client.on("error", () => undefined);
  await client.connect();
  return connectionOf(client, () => client.end());
}

/** Connections over the network. */
export const realWire: PostgresWire = { pool: poolOf, single: openPostgres };

const OLDEST = 14;

async function settingOf(connection: LedgerConnection, name: string): Promise<string> {
  const [row] = await connection.all("SELECT current_setting($1) AS value", [name]);
  return String(row?.["value"]);
}

/** What durability rests on; throws unless it holds. */
export async function assertDurable(connection: LedgerConnection): Promise<void> {
  const version = Number(await settingOf(connection, "server_version_num"));
  if (version < OLDEST * 10_000)
    throw new Error(`PostgreSQL ${OLDEST} or newer is needed; this one is ${version}`);
  if ((await settingOf(connection, "synchronous_commit")) !== "remote_apply")
    await connection.exec("SET synchronous_commit = on");
  const wanted: readonly (readonly [string, readonly string[]])[] = [
    ["fsync", ["on"]],
    ["full_page_writes", ["on"]],
    ["synchronous_commit", ["on", "remote_apply"]],
    ["server_encoding", ["UTF8"]],
  ];
  for (const [name, good] of wanted) {
    const found = await settingOf(connection, name);
    if (!good.includes(found)) throw new Error(`PostgreSQL ${name} is ${found}, not ${good[0]}`);
  }
}
