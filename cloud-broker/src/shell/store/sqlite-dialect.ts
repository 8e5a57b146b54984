import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from "kysely";
import type { SqliteConnection } from "./sqlite-connection.ts";

const isWriteWithoutRows = ({ query }: CompiledQuery): boolean =>
  (query.kind === "InsertQueryNode" ||
    query.kind === "UpdateQueryNode" ||
    query.kind === "DeleteQueryNode") &&
  query.returning === undefined;

function kyselyConnection(connection: SqliteConnection): DatabaseConnection {
  let isInside = false;
  let isBroken = false;
  const ask = async <Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> => {
    if (isWriteWithoutRows(compiled)) {
      const { changes } = await connection.run(compiled.sql, compiled.parameters);
      return { rows: [], numAffectedRows: BigInt(changes) };
    }
    const rows = await connection.all(compiled.sql, compiled.parameters);
    return { rows: rows as readonly unknown[] as Row[] };
  };
  return {
    /**
     * As PostgreSQL does: after an error nothing but going back is heard, so that a unit of work that swallowed one cannot
     * commit its other half.
     */
    async executeQuery<Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> {
      if (compiled.sql.startsWith("ROLLBACK")) isBroken = false;
      if (isBroken) throw new Error("The transaction failed before; only ROLLBACK is heard");
      try {
        const result = await ask<Row>(compiled);
        if (compiled.sql.startsWith("BEGIN")) isInside = true;
        if (compiled.sql === "COMMIT" || compiled.sql === "ROLLBACK") isInside = false;
        return result;
      } catch (error) {
        isBroken = isInside;
        throw error;
      }
    },
    streamQuery(): AsyncIterableIterator<never> {
      throw new Error("Streaming is not supported");
    },
  };
}

/**
 * Each connection has one user at a time: a shared sqlite3 connection has no safe transactions, because another flow's
 * statement would land inside this one's BEGIN … ROLLBACK. Who finds none free waits, in order.
 */
function driver(connections: readonly SqliteConnection[], begin: string): Driver {
  const free = connections.map(kyselyConnection);
  const waiting: ((connection: DatabaseConnection) => void)[] = [];
  const say = (sql: string) => async (to: DatabaseConnection) => {
    await to.executeQuery(CompiledQuery.raw(sql));
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () =>
      new Promise((resolve) => {
        const connection = free.shift();
        if (connection === undefined) waiting.push(resolve);
        else resolve(connection);
      }),
    beginTransaction: say(begin),
    commitTransaction: say("COMMIT"),
    rollbackTransaction: say("ROLLBACK"),
    releaseConnection: (connection) => {
      const next = waiting.shift();
      if (next === undefined) free.push(connection);
      else next(connection);
      return Promise.resolve();
    },
    destroy: async () => {
      for (const connection of connections) await connection.close();
    },
  };
}

/** Kysely over connections of ours; the writer begins with IMMEDIATE, so that it never fails half way for a lock. */
export function sqliteDialect(
  connections: readonly SqliteConnection[],
  mode: "read-write" | "read-only",
): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driver(connections, mode === "read-write" ? "BEGIN IMMEDIATE" : "BEGIN"),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
