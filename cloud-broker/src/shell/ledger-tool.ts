import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { readLedgerDirectory, readLedgerPlace } from "../config.ts";
import { backUp } from "./store/backup.ts";
import { failedChecks } from "./store/checks.ts";
import { grantTo } from "./store/grants.ts";
import { restoreLedger } from "./store/restore.ts";
import { openStore, type Store } from "./store/store.ts";
import { trialBalance } from "./store/trial-balance.ts";

// The ledger without the cloud: for moving, rebuilding and looking. docs/runbooks/rebuild-the-ledger.md

const USAGE = `Usage: node cloud-broker/dist/shell/ledger-tool.js COMMAND     (which ledger: SAKU_CLOUD_DIR, SAKU_DATABASE_URL)
  copy DIRECTORY      writes a finished copy of the ledger
  restore COPY        opens a copy as the ledger of an empty place
  verify              asks every rule and shows the trial balance
  grant ROLE          PostgreSQL: gives ROLE what the cloud needs, and no more
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function withStore(work: (store: Store) => Promise<number>): Promise<number> {
  const store = await openStore({ ...readLedgerPlace(process.env), clock: Date.now });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function verify(store: Store): Promise<number> {
  const { rows, failed } = await store.snapshot(async (db) => ({
    rows: await trialBalance(db),
    failed: await failedChecks(db),
  }));
  for (const { school, kind, debit, credit } of rows)
    say(
      [school, kind.padEnd(10), String(debit).padStart(16), String(credit).padStart(16)].join("  "),
    );
  for (const rule of failed) say(`BROKEN  ${rule}`);
  say(`${store.database}, term ${store.term}: ${failed.length} rules broken`);
  return failed.length === 0 ? 0 : 1;
}

async function copy(directory: string): Promise<number> {
  mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  return withStore(async (store) => {
    // By hand, so nothing is said to terminals: `safe` follows the cloud's own copies.
    const { file } = await backUp(store, directory, Date.now(), { isOffBox: () => false });
    say(file);
    return 0;
  });
}

async function restore(file: string): Promise<number> {
  const place = readLedgerPlace(process.env);
  const directory = readLedgerDirectory(process.env);
  const { rowCount, term, failed } = await restoreLedger(file, place, directory, Date.now);
  say(`${rowCount} rows, term ${term}: ${failed.length} rules broken`);
  return withStore(verify);
}

function run([command, argument]: readonly string[]): Promise<number> {
  if (command === "verify") return withStore(verify);
  if (argument !== undefined) {
    if (command === "copy") return copy(argument);
    if (command === "restore") return restore(argument);
    if (command === "grant") return grantTo(readLedgerPlace(process.env), argument).then(() => 0);
  }
  process.stderr.write(USAGE);
  return Promise.resolve(2);
}

process.umask(0o077);
run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`ledger: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
