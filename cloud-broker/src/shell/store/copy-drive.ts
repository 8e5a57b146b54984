import { chmod, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import type { Entropy } from "@saku/protocol";
import { nodeEntropy } from "../keys/node-entropy.ts";
import { openSqlite, type OpenSqliteConnection } from "./sqlite-connection.ts";

/** Where finished copies of the ledger lie: a real folder, or a simulated one. */
export interface CopyDrive {
  makeFolder(path: string): Promise<void>;
  /** Names of the files in a folder. */
  names(path: string): Promise<readonly string[]>;
  /** What was written under this path, a file or a folder, is on disk from then on. */
  sync(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Nobody but the owner reads it. */
  restrict(path: string): Promise<void>;
  readonly open: OpenSqliteConnection;
  readonly entropy: Entropy;
}

export const realCopyDrive: CopyDrive = {
  makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  names: async (path) =>
    (await readdir(path, { withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name),
  sync: async (path) => {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  restrict: (path) => chmod(path, 0o600),
  open: openSqlite,
  entropy: nodeEntropy,
};
