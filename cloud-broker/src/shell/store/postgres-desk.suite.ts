// One PostgreSQL for a whole run of the tests, started when the first test file asks for it. Vitest's global set-up: it lives
// in the process that starts the workers, which ask through a socket.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPrivatePostgres, type PrivatePostgres } from "./private-postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly postgresDesk: string;
  }
}

/** What a worker is answered: a server to make databases on, or why there is none. */
export type DeskAnswer = { readonly url: string } | { readonly problem: string };

async function answer(server: Promise<PrivatePostgres>): Promise<DeskAnswer> {
  try {
    return { url: (await server).urlOf("postgres") };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

let close = (): Promise<void> => Promise.resolve();

/** Vitest calls it once before the workers start. */
export async function setup(project: {
  provide(key: "postgresDesk", value: string): void;
}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "saku-desk-"));
  const path = join(folder, "socket");
  let server: Promise<PrivatePostgres> | null = null;
  const desk = createServer((socket) => {
    server ??= startPrivatePostgres();
    socket.on("error", () => undefined);
    void answer(server).then((said) => socket.end(JSON.stringify(said)));
  });
  await new Promise<void>((resolve) => desk.listen(path, resolve));
  desk.unref();
  project.provide("postgresDesk", path);
  close = async () => {
    desk.close();
    if (server !== null) await server.then((started) => started.stop()).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  };
}

/** And once after them. */
export const teardown = (): Promise<void> => close();

/** Runs one statement on the server itself. */
export async function onServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
