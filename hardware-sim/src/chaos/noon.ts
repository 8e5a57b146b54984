import { copyFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cloudLedgerFile, type Fleet } from "../fleet/fleet.ts";
import { until } from "../fleet/until.ts";
import { readLedger, sqliteQuery, type Ledger } from "./books.ts";

const BACKUP = /^ledger-(\d{13})\.sqlite$/;
const WAIT = { timeoutMs: 120_000, everyMs: 250 };

/** What stood on the books before the database was destroyed, and after it was rebuilt. */
export type Rebuilt = {
  readonly before: Ledger;
  readonly after: Ledger;
  /** Sales that the backup did not hold and the terminals gave back. */
  readonly recoveredSales: number;
  /** Rupiah by which the two trial balances differ. */
  readonly difference: number;
};

async function newestBackup(directory: string): Promise<string | null> {
  const names = (await readdir(directory)).filter((name) => BACKUP.test(name)).toSorted();
  const newest = names.at(-1);
  return newest === undefined ? null : join(directory, newest);
}

/** Waits for a backup that was finished after now. */
export async function nextBackup(directory: string): Promise<string> {
  const known = await newestBackup(directory);
  return until(
    "the next finished backup",
    async () => {
      const newest = await newestBackup(directory);
      return newest === known ? null : newest;
    },
    WAIT,
  );
}

/**
 * The trial balance in figures that no clock moves: what children have, wherever it lies (a lease may be granted at any
 * moment), and every other kind of account.
 */
export function settledTrial({ trial }: Ledger): ReadonlyMap<string, number> {
  const settled = new Map<string, number>();
  for (const [kind, balance] of trial) {
    const name = kind === "student" || kind === "escrow" ? "children" : kind;
    settled.set(name, (settled.get(name) ?? 0) + balance);
  }
  return settled;
}

export function trialDifference(one: Ledger, other: Ledger): number {
  const [a, b] = [settledTrial(one), settledTrial(other)];
  return [...new Set([...a.keys(), ...b.keys()])].reduce(
    (sum, kind) => sum + Math.abs((a.get(kind) ?? 0) - (b.get(kind) ?? 0)),
    0,
  );
}

/**
 * Deletes the cloud's database, puts the newest finished backup in its place and starts the cloud as ever. Everything must be
 * drained before, so that what stood on the books is known; terminals bring the rest by themselves.
 */
export async function destroyLedger(fleet: Fleet, backupDirectory: string): Promise<Rebuilt> {
  const file = cloudLedgerFile(fleet.cloudDirectory);
  const books = sqliteQuery(file);
  const before = await readLedger(books);
  await fleet.cloud.kill();
  for (const suffix of ["", "-wal", "-shm"]) await rm(file + suffix, { force: true });
  const backup = await newestBackup(backupDirectory);
  if (backup === null) throw new Error("There is no finished backup to rebuild the ledger from");
  await copyFile(backup, file);
  const held = await readLedger(sqliteQuery(backup));
  await fleet.cloud.start();
  const after = await until(
    "the terminals to give back what the backup did not hold",
    async () => {
      const now = await readLedger(books);
      const isWhole = now.sales.size >= before.sales.size && now.voided.size >= before.voided.size;
      return isWhole ? now : null;
    },
    WAIT,
  );
  return {
    before,
    after,
    recoveredSales: before.sales.size - held.sales.size,
    difference: trialDifference(before, after),
  };
}
