import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { migrate } from "./schema.ts";
import { openDatabase, type Database } from "./sqlite.ts";

/** Name of the journal in the state folder. */
export const JOURNAL_FILE = "journal.db";

/** Opens the terminal's store in its state folder, which is made for the daemon alone. */
export async function openStore(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const database = await openDatabase(join(folder, JOURNAL_FILE));
  await migrate(database);
  return database;
}
