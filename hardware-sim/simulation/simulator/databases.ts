import { startPrivatePostgres } from "@saku/cloud-broker/shell/store/private-postgres";
import { sqliteFooting, type Footing } from "./ground.ts";
import { postgresFooting, PostgresServer, SERVER_SETTINGS } from "./postgres-ground.ts";
import type { SchoolSize } from "./school.ts";

/** What the cloud's ledger may stand on, as it is typed. */
export const DATABASES = ["sqlite", "postgres"] as const;
export type DatabaseName = (typeof DATABASES)[number];

export const isDatabase = (text: string): text is DatabaseName =>
  DATABASES.some((name) => name === text);

/** What a whole run needs of a database: a server for all its processes, or nothing. */
export type RunDatabase = {
  /** Of the server; null = none is needed. */
  readonly url: string | null;
  stop(): Promise<void>;
};

/** A server of the run's own, which ends with it, however it ends. */
export async function startDatabase(name: DatabaseName): Promise<RunDatabase> {
  if (name === "sqlite") return { url: null, stop: async () => undefined };
  const server = await startPrivatePostgres(undefined, SERVER_SETTINGS);
  const stopAndLeave = (): void => void server.stop().then(() => process.exit(130));
  process.once("SIGINT", stopAndLeave).once("SIGTERM", stopAndLeave);
  return {
    url: server.urlOf("postgres"),
    stop: async () => {
      process.off("SIGINT", stopAndLeave).off("SIGTERM", stopAndLeave);
      await server.stop();
    },
  };
}

/** What one process makes its schools with. */
export type Founder = {
  readonly foot: (size: SchoolSize) => Promise<Footing>;
  close(): Promise<void>;
};

export async function founderAt(url: string | null): Promise<Founder> {
  if (url === null) return { foot: sqliteFooting, close: async () => undefined };
  const server = await PostgresServer.reach(url);
  return { foot: (size) => postgresFooting(server, size), close: () => server.close() };
}
