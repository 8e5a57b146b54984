import { afterEach, expect, it } from "vitest";
import type { Rupiah } from "@saku/protocol";
import { MORNING_MS, SCHOOL } from "../paper-school.suite.ts";
import { noteSpoken } from "./awaited-terminals.ts";
import { failedChecks } from "./checks.ts";
import { describeOnBoth } from "./databases.suite.ts";
import {
  destroyedLedger,
  sell,
  type DestroyedLedger,
  type Keeper,
} from "./destroyed-ledger.suite.ts";
import { grantDay } from "./leases.ts";
import type { Store } from "./store.ts";

const DAY_MS = 86_400_000;

let bench: DestroyedLedger;
afterEach(() => bench.close());

const lend = (store: Store): Promise<Rupiah> =>
  store.commit((work) => grantDay(work, bench.school.outbox, SCHOOL, bench.kid(0)));
const speak = (store: Store, { device }: Keeper): Promise<boolean> =>
  store.commit((work) => noteSpoken(work, { school: SCHOOL, device }));

/** Of Rp 50.000 the limit lets Rp 10.000 go out; a terminal has them, and the copy knows nothing of it. */
async function lentAfterTheCopy(): Promise<{ readonly file: string; readonly holder: Keeper }> {
  bench = await destroyedLedger({ terminals: 2, students: 1 });
  const { school, kid, keeperAt, grant, deliver } = bench;
  await school.topUp(kid(0), 50_000);
  await school.store.commit(({ db }) =>
    db
      .updateTable("student")
      .set({ daily_limit: 10_000 as Rupiah })
      .where("id", "=", kid(0))
      .execute(),
  );
  const file = await bench.backUp();
  const holder = keeperAt(0);
  const lease = await grant(holder, kid(0), 10_000);
  sell(holder, kid(0), lease, 4_000);
  await deliver(school.store, holder);
  return { file, holder };
}

describeOnBoth("a ledger that has forgotten leases", (database) => {
  it("[BK8] lends nothing until every terminal has spoken, and never beyond the limit", async () => {
    const { file, holder } = await lentAfterTheCopy();
    const store = await bench.rebuild(file, database);
    expect(await lend(store)).toBe(0);
    const other = bench.keeperAt(1);
    expect(await speak(store, other)).toBe(false);
    expect(await lend(store)).toBe(0);
    await bench.deliver(store, holder);
    // The last one: now the school's money may be spread.
    expect(await speak(store, holder)).toBe(true);
    expect(await speak(store, holder)).toBe(false);
    expect(await lend(store)).toBe(0);
    const leases = await store.read.selectFrom("lease").select("amount").execute();
    expect(leases).toEqual([{ amount: 10_000 }]);
    expect(await failedChecks(store.read)).toEqual([]);
  });

  it("[BK8] lends again when persons have answered for a terminal that keeps silent", async () => {
    const { file, holder } = await lentAfterTheCopy();
    const store = await bench.rebuild(file, database);
    await speak(store, bench.keeperAt(1));
    expect(await lend(store)).toBe(0);
    await store.commit(({ db }) =>
      db.updateTable("device").set({ state: "revoked" }).where("id", "=", holder.device).execute(),
    );
    expect(await lend(store)).toBeGreaterThan(0);
  });

  it("[BK8] lends again on the next school day, whoever keeps silent", async () => {
    const { file } = await lentAfterTheCopy();
    let nowMs = MORNING_MS + 3_600_000;
    const store = await bench.rebuild(file, database, () => nowMs);
    expect(await lend(store)).toBe(0);
    nowMs += DAY_MS;
    expect(await lend(store)).toBeGreaterThan(0);
  });
});
