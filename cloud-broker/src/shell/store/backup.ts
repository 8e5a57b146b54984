import { join } from "node:path";
import { toHex, type DeviceId, type Incarnation } from "@saku/protocol";
import { realCopyDrive, type CopyDrive } from "./copy-drive.ts";
import { markCopy } from "./lineage.ts";
import type { Store } from "./store.ts";

const KEPT_COUNT = 5;
const NAME = /^ledger-\d{13}\.sqlite$/;
const UNFINISHED = ".unfinished-";

export type BackupOutcome = {
  readonly file: string;
  /** Terminals with a watermark that rose; none when the copy is not off the box. */
  readonly devices: readonly DeviceId[];
};

async function writeCopy(store: Store, drive: CopyDrive, file: string): Promise<void> {
  await store.copyTo(file);
  await drive.restrict(file);
  const copy = await drive.open(file, "read-write");
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
function nameTimeMs(names: readonly string[], nowMs: number): number {
  const newest = names
    .filter((name) => NAME.test(name))
    .toSorted()
    .at(-1);
  return newest === undefined ? nowMs : Math.max(nowMs, Number(newest.slice(7, 20)) + 1);
}

/**
 * Writes a whole copy beside the ledger, and only when it is on disk under its name lets `safe` rise to what it holds: the
 * watermarks are read before the copy begins, so the copy holds at least that much [N9].
 */
export async function backUp(
  store: Store,
  directory: string,
  nowMs: number,
  how: { readonly isOffBox?: () => boolean; readonly drive?: CopyDrive } = {},
): Promise<BackupOutcome> {
  const { isOffBox = () => true, drive = realCopyDrive } = how;
  await drive.makeFolder(directory);
  const booked = await store.read
    .selectFrom("incarnation")
    .select(["device", "inc", "ack"])
    .whereRef("safe", "<", "ack")
    .execute();
  const names = await drive.names(directory);
  // What a crash left: nobody else writes here, and each is as large as the ledger.
  for (const name of names)
    if (name.startsWith(UNFINISHED)) await drive.remove(join(directory, name));
  const file = join(directory, nameOf(nameTimeMs(names, nowMs)));
  const unfinished = join(directory, `${UNFINISHED}${toHex(drive.entropy.bytes(6))}`);
  try {
    await writeCopy(store, drive, unfinished);
    await drive.sync(unfinished);
    await drive.rename(unfinished, file);
    await drive.sync(directory);
  } catch (error) {
    await drive.remove(unfinished);
    throw error;
  }
  const devices = isOffBox() ? await raiseSafe(store, booked) : [];
  const copies = (await drive.names(directory)).filter((name) => NAME.test(name)).toSorted();
  for (const name of copies.slice(0, -KEPT_COUNT)) await drive.remove(join(directory, name));
  return { file, devices };
}
