import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failedChecks } from "@saku/cloud-broker/shell/store/checks";
import { openStore as openLedger } from "@saku/cloud-broker/shell/store/store";
import { openBooks, readJournal, readLedger } from "@saku/hardware-sim/chaos/books";
import { openStore as openJournal } from "@saku/terminal/shell/store/open-store";
import type { DiskImage } from "./disk.ts";
import type { Promised, Recording } from "./recording.ts";

/** What the product finds when it starts on a disk image. */
export type Opened = {
  /** Why the store is not whole; null when it is. */
  readonly fault: string | null;
  /** Sales and top-ups that are there, as `keyOf` names them. */
  readonly holds: ReadonlySet<string>;
};

export function keyOf(promised: Promised): string {
  switch (promised.kind) {
    case "sale":
      return `sale ${promised.id}`;
    case "sub-grant":
      return `sub-grant ${promised.lease}`;
    case "top-up":
      return `top-up ${promised.amount}`;
    case "file":
      return `file ${promised.name} ${promised.hex}`;
  }
}

/** Questions to a terminal's store whose answer must be 0. */
const TERMINAL_CHECKS: Readonly<Record<string, string>> = {
  "the head is not the last event": `SELECT count(*) AS n FROM head WHERE tip <> coalesce(
    (SELECT e.id FROM event e JOIN incarnation i ON i.inc = e.inc ORDER BY i.ord DESC, e.n DESC LIMIT 1), zeroblob(32))`,
  "leases are not what was spent of them and handed on": `SELECT
    (SELECT coalesce(sum(spent), 0) FROM lease) - (SELECT coalesce(sum(amount), 0) FROM sub_grant)
    - (SELECT coalesce(sum(s.amount), 0) FROM spend s JOIN sale ON sale.id = s.sale
       WHERE sale.voided_by IS NULL) AS n`,
  "the grand total is not the sum of the sales": `SELECT count(*) AS n FROM head WHERE grand_total <>
    (SELECT coalesce(sum(amount), 0) FROM sale WHERE voided_by IS NULL)`,
};

async function openTerminal(folder: string): Promise<Opened> {
  const database = await openJournal(folder);
  try {
    const { sales, given, brokenLinks } = await readJournal((sql) => database.read.all(sql));
    const faults = brokenLinks === 0 ? [] : [`${brokenLinks} broken links in the chain`];
    for (const [fault, sql] of Object.entries(TERMINAL_CHECKS))
      if (Number((await database.read.get(sql))?.["n"]) !== 0) faults.push(fault);
    return {
      fault: faults[0] ?? null,
      holds: new Set([
        ...sales.map(({ id }) => `sale ${id}`),
        ...[...given].map((lease) => `sub-grant ${lease}`),
      ]),
    };
  } finally {
    await database.close();
  }
}

async function openCloud(folder: string): Promise<Opened> {
  const file = join(folder, "ledger.sqlite");
  const store = await openLedger({ file, clock: Date.now });
  let failed: readonly string[] = [];
  try {
    failed = await failedChecks(store.read);
  } finally {
    await store.close();
  }
  const books = await openBooks(file);
  try {
    const { sales, topUps, negative, imbalance } = await readLedger(books.query);
    const isEven = negative === 0 && imbalance === 0;
    return {
      fault: failed[0] ?? (isEven ? null : "the postings do not balance"),
      holds: new Set([
        ...[...sales.keys()].map((id) => `sale ${id}`),
        ...topUps.map(({ amount }) => `top-up ${amount}`),
      ]),
    };
  } finally {
    await books.close();
  }
}

/** Lays the image into an empty folder and starts the product's store on it. */
export async function openImage(
  store: Recording["store"],
  image: DiskImage,
  folder: string,
): Promise<Opened> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of image) await writeFile(join(folder, name), bytes);
  try {
    return store === "terminal" ? await openTerminal(folder) : await openCloud(folder);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return { fault: `it does not open: ${sentence}`, holds: new Set() };
  }
}
