// `npm run bench:ledger`: journals a second through the committer, both databases in one run on one disk, commits on disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rupiah, schoolDay, schoolId, studentId } from "@saku/protocol";
import { topUpCash } from "../../core/ledger/recipes.ts";
import { failedChecks } from "../store/checks.ts";
import { postJournals } from "../store/journals.ts";
import { startPrivatePostgres } from "../store/private-postgres.ts";
import { openStore, type Store } from "../store/store.ts";

const SCHOOL = schoolId("sch-bench");
const DAY = schoolDay(20261123);
const CHILD_COUNT = 500;
const SECONDS = 5;

let order = 0;
const draft = () =>
  topUpCash({
    order: `ord-${(order += 1)}`,
    student: studentId(`stu-${order % CHILD_COUNT}`),
    amount: rupiah(1_000),
    day: DAY,
    actor: "bench",
  });

/** `lanes` callers at once, each with `batch` journals a commit; returns journals a second. */
async function measure(store: Store, lanes: number, batch: number): Promise<number> {
  const startedAtMs = performance.now();
  const endMs = startedAtMs + SECONDS * 1_000;
  let count = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const drafts = Array.from({ length: batch }, draft);
      await store.commit((work) => postJournals(work, SCHOOL, drafts), batch);
      count += batch;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (count * 1_000) / (performance.now() - startedAtMs);
}

async function bench(store: Store): Promise<void> {
  await store.commit(async ({ db, now }) => {
    await db
      .insertInto("school")
      .values({
        id: SCHOOL,
        name: "Bench",
        zone: 420,
        root_key: new Uint8Array(32),
        created_at: now,
      })
      .execute();
  });
  const figures: string[] = [];
  for (const [lanes, batch] of [
    [1, 1],
    [50, 1],
    [1, 100],
    [5, 100],
  ] as const)
    figures.push(`${lanes}×${batch}: ${Math.round(await measure(store, lanes, batch))}`);
  const failed = await failedChecks(store.read);
  process.stdout.write(
    `${store.database.padEnd(10)}  journals/s at callers×journals  ${figures.join("   ")}   rules broken ${failed.length}\n`,
  );
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "saku-bench-"));
  const server = await startPrivatePostgres(tmpdir());
  try {
    for (const place of [
      { file: join(directory, "ledger.sqlite") },
      { url: server.urlOf("postgres") },
    ]) {
      const store = await openStore({ ...place, clock: Date.now });
      await bench(store);
      await store.close();
    }
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
