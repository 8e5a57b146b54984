import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DeviceId, Incarnation } from "@saku/protocol";
import { markCopy } from "./lineage.ts";
import { openSqlite } from "./sqlite-connection.ts";
import type { Store } from "./store.ts";

const KEPT_COUNT = 5;
const NAME = /^ledger-\d{13}\.sqlite$/;
const UNFINISHED = ".unfinished-";

export type BackupOutcome = {
  readonly file: string;
  /** Terminals with a watermark that rose. */
  readonly devices: readonly DeviceId[];
};

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeCopy(store: Store, file: string): Promise<void> {
  await store.copyTo(file);
  await chmod(file, 0o600);
  const copy = await openSqlite(file, "read-write");
  try {
    const [check] = await copy.all("PRAGMA integrity_check(1)");
    if (check?.["integrity_check"] !== "ok") throw new Error("The backup is damaged");
    await markCopy(copy);
  } finally {
    await copy.close();
  }
}

type Booked = { device: DeviceId; inc: Incarnation; ack: number };

async function raiseSafe(store: Store, booked: readonly Booked[]): Promise<readonly DeviceId[]> {
  if (booked.length === 0) return [];
  return store.commit(async ({ db }) => {
    for (const { device, inc, ack } of booked)
      await db
        .updateTable("incarnation")
        .set({ safe: ack })
        .where("device", "=", device)
        .where("inc", "=", inc)
        .where("safe", "<", ack)
        .execute();
    return [...new Set(booked.map(({ device }) => device))];
  });
}

const nameOf = (atMs: number): string => `ledger-${String(atMs).padStart(13, "0")}.sqlite`;

/**
 * When this copy is said to be of: later than every copy there is. Copies sort by their names, and a clock that was set back
 * would let the newest be taken for the oldest and thrown away, after `safe` had risen to it.
 */
async function nameTimeMs(directory: string, nowMs: number): Promise<number> {
  const newest = (await readdir(directory, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && NAME.test(entry.name))
    .map(({ name }) => name)
    .toSorted()
    .at(-1);
  return newest === undefined ? nowMs : Math.max(nowMs, Number(newest.slice(7, 20)) + 1);
}

/** What a crash left: nobody else writes here, and each is as large as the ledger. */
async function clearUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (name.startsWith(UNFINISHED)) await rm(join(directory, name), { force: true });
}

/**
 * Writes a whole copy beside the ledger, and only when it is on disk under its name lets `safe` rise to what it holds: the
 * watermarks are read before the copy begins, so the copy holds at least that much [N9].
 */
export async function backUp(
  store: Store,
  directory: string,
  nowMs: number,
): Promise<BackupOutcome> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const booked = await store.read
    .selectFrom("incarnation")
    .select(["device", "inc", "ack"])
    .whereRef("safe", "<", "ack")
    .execute();
  await clearUnfinished(directory);
  const file = join(directory, nameOf(await nameTimeMs(directory, nowMs)));
  const unfinished = join(directory, `${UNFINISHED}${randomBytes(6).toString("hex")}`);
  try {
    await writeCopy(store, unfinished);
    await syncPath(unfinished);
    await rename(unfinished, file);
    await syncPath(directory);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  const devices = await raiseSafe(store, booked);
  const copies = (await readdir(directory)).filter((name) => NAME.test(name)).toSorted();
  for (const name of copies.slice(0, -KEPT_COUNT)) await rm(join(directory, name));
  return { file, devices };
}
