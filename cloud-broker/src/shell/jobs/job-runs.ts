import type { Store } from "../store/store.ts";

/**
 * Runs a job once per period, whoever calls and however often: a finished run is not repeated, one that a crash cut short
 * is. Jobs must therefore bear being started twice; their own writes are idempotent.
 */
export async function runOnce(
  store: Store,
  job: { readonly name: string; readonly period: string },
  run: () => Promise<string>,
): Promise<string | null> {
  const { name, period } = job;
  const isDue = await store.commit(async ({ db, now }) => {
    const row = await db
      .selectFrom("job_run")
      .select("finished_at")
      .where("name", "=", name)
      .where("period", "=", period)
      .executeTakeFirst();
    if (row !== undefined) return row.finished_at === null;
    await db
      .insertInto("job_run")
      .values({ name, period, started_at: now, finished_at: null, outcome: null })
      .execute();
    return true;
  });
  if (!isDue) return null;
  const outcome = await run();
  await store.commit(async ({ db, now }) => {
    await db
      .updateTable("job_run")
      .set({ finished_at: now, outcome })
      .where("name", "=", name)
      .where("period", "=", period)
      .execute();
  });
  return outcome;
}
