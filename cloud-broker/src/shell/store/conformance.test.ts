import { sql } from "kysely";
import { afterEach, describe, expect, it, vi } from "vitest";
import { must, schoolId } from "@saku/protocol";
import {
  databaseOfTest,
  describeOnBoth,
  describeOnPostgres,
  emptyHome,
  ledgerHome,
  type LedgerHome,
} from "./databases.suite.ts";
import { grantTo } from "./grants.ts";
import { tableNames } from "./ledger-copy.ts";
import type { LedgerConnection } from "./ledger-connection.ts";
import { raiseTerm } from "./lineage.ts";
import { MIGRATIONS } from "./migrations/migrate.ts";
import type { Store } from "./store.ts";

const NOW_MS = 1_795_400_000_000;
const school = schoolId("sch-a");

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close();
});
const keep = <T extends { close(): Promise<void> }>(each: T): T => {
  opened.push(each);
  return each;
};

async function openHome(): Promise<{ readonly home: LedgerHome; readonly store: Store }> {
  const home = await ledgerHome(databaseOfTest());
  return { home, store: keep(await home.open(() => NOW_MS)) };
}

const found = (store: Store, id = school, name = "SD"): Promise<void> =>
  store.commit(async ({ db, now }) => {
    await db
      .insertInto("school")
      .values({ id, name, zone: 420, root_key: new Uint8Array(32), created_at: now })
      .execute();
  });
const names = async (store: Store): Promise<readonly string[]> => {
  const rows = await store.read.selectFrom("school").select("name").orderBy("name").execute();
  return rows.map(({ name }) => name);
};

async function triggersIn(raw: LedgerConnection): Promise<readonly string[]> {
  const rows = await raw.all(
    raw.database === "sqlite"
      ? "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
      : "SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' AND tgname NOT LIKE '%_whole'",
  );
  return rows.map((row) => String(row["name"])).toSorted();
}

describeOnBoth("either database", () => {
  it("[BK4] undoes a unit of work whole, though it swallowed the error itself", async () => {
    const { store } = await openHome();
    await found(store);
    const swallowing = store.commit(async (work) => {
      await work.db.updateTable("school").set({ name: "half" }).execute();
      await found({ ...store, commit: (job) => job(work) }).catch(() => undefined);
    });
    const neighbour = found(store, schoolId("sch-b"), "SD B");
    await expect(swallowing).rejects.toThrow();
    await neighbour;
    expect(await names(store)).toEqual(["SD", "SD B"]);
  });

  it("[BK4] finds nothing in an empty list, sorts text by its bytes, and takes no NUL in it", async () => {
    const { store } = await openHome();
    for (const [index, name] of ["b", "B", "a", "É", "Z"].entries())
      await found(store, schoolId(`sch-${index}`), name);
    expect(await names(store)).toEqual(["B", "Z", "a", "b", "É"]);
    const none = await store.read.selectFrom("school").select("id").where("id", "in", []).execute();
    expect(none).toEqual([]);
    await expect(found(store, schoolId("sch-nul"), "a\0b")).rejects.toThrow("NUL");
  });

  it("[BK4] gives whole numbers and bytes back as they were, and says how many rows changed", async () => {
    const { store } = await openHome();
    await found(store);
    const row = await store.read.selectFrom("school").selectAll().executeTakeFirstOrThrow();
    expect(row.created_at).toBe(NOW_MS);
    expect(row.root_key).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(row.root_key).equals(Buffer.alloc(32))).toBe(true);
    const changed = await store.commit(({ db }) =>
      db.updateTable("school").set({ name: "x" }).where("zone", "=", 480).executeTakeFirst(),
    );
    expect(changed.numUpdatedRows).toBe(0n);
    const bytes = await store.read
      .selectFrom("school")
      .select("id")
      .where("root_key", "=", new Uint8Array(32))
      .execute();
    expect(bytes).toHaveLength(1);
  });

  it("[BK7] shows one instant to who asks twice: what is committed in between is not there", async () => {
    const { store } = await openHome();
    await found(store);
    const seen = await store.snapshot(async (db) => {
      const ask = () => db.selectFrom("school").select("name").execute();
      const first = await ask();
      await found(store, schoolId("sch-b"), "SD B");
      return [first, await ask()];
    });
    expect(seen).toEqual([[{ name: "SD" }], [{ name: "SD" }]]);
    expect(await names(store)).toEqual(["SD", "SD B"]);
  });

  it("[BK7] lets looks that last neither hold up readers nor the writer, and forgets one that failed", async () => {
    const { store } = await openHome();
    await store.snapshot(async (db) => {
      await db.selectFrom("school").select("name").execute();
      expect(
        await store.snapshot(
          async (other) => (await other.selectFrom("school").selectAll().execute()).length,
        ),
      ).toBe(0);
      await found(store);
      expect(await names(store)).toEqual(["SD"]);
    });
    for (let count = 0; count < 5; count += 1)
      await expect(store.snapshot((db) => sql`SELECT nonsense`.execute(db))).rejects.toThrow(
        "nonsense",
      );
    expect(await store.snapshot((db) => db.selectFrom("school").select("name").execute())).toEqual([
      { name: "SD" },
    ]);
  });

  it("[BK7] takes no write into a look", async () => {
    const { store } = await openHome();
    await found(store);
    await expect(
      store.snapshot((db) => db.updateTable("school").set({ name: "x" }).execute()),
    ).rejects.toThrow(/read-?only/);
    expect(await names(store)).toEqual(["SD"]);
  });

  it("[BK4] holds every trigger of the migrations", async () => {
    const { home } = await openHome();
    const raw = keep(await home.raw());
    const wanted = MIGRATIONS.flatMap(({ triggers }) => triggers.map(({ name }) => name));
    expect(await triggersIn(raw)).toEqual(wanted.toSorted());
  });

  it("[BK5] starts a new lineage while it runs, which lasts and is only told once it is on disk", async () => {
    const { home, store } = await openHome();
    expect(store.term).toBe(1);
    await expect(
      store.commit(async (work) => {
        await raiseTerm(work);
        throw new Error("it failed");
      }),
    ).rejects.toThrow("it failed");
    expect(store.term).toBe(1);
    const term = await store.commit(raiseTerm);
    expect([term, store.term]).toEqual([NOW_MS / 1_000, NOW_MS / 1_000]);
    await must(opened.pop(), "the store").close();
    const again = keep(await home.open(() => NOW_MS));
    expect(again.term).toBe(term);
  });
});

describeOnPostgres("one writer on PostgreSQL", () => {
  it("[BK6] a second cloud does not open a ledger that one writes to, and does once it is gone", async () => {
    const { home, store } = await openHome();
    await expect(home.open(() => NOW_MS)).rejects.toThrow("Another cloud writes");
    opened.splice(0);
    await store.close();
    keep(await home.open(() => NOW_MS));
  });

  it("[BK6] comes back when the server dropped its connection, unless another took the ledger over", async () => {
    const { home, store } = await openHome();
    const raw = keep(await home.raw());
    const drop = (): Promise<unknown> =>
      raw.all(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'saku-cloud' AND datname = current_database()`,
      );
    await found(store);
    await drop();
    await vi.waitUntil(async () => (await names(store).catch(() => [])).length > 0);
    await vi.waitUntil(() =>
      found(store, schoolId("sch-b"), "SD B").then(
        () => true,
        () => false,
      ),
    );
    expect(await names(store)).toEqual(["SD", "SD B"]);
    await raw.exec("UPDATE meta SET value = '7' WHERE key = 'term'");
    await drop();
    await vi.waitUntil(() =>
      found(store, schoolId("sch-c"), "SD C").then(
        () => false,
        (error: unknown) => String(error).includes("another lineage"),
      ),
    );
  });

  it("[BK6] asks for durable commits where the database was told not to wait for its disk", async () => {
    const home = await emptyHome("postgresql");
    const raw = keep(await home.raw());
    const [row] = await raw.all("SELECT current_database() AS name");
    await raw.exec(`ALTER DATABASE ${String(row?.["name"])} SET synchronous_commit = off`);
    const store = keep(await home.open(() => NOW_MS));
    const [setting] = await store.commit(
      async ({ db }) =>
        (await sql<{ synchronous_commit: string }>`SHOW synchronous_commit`.execute(db)).rows,
    );
    expect(setting?.synchronous_commit).toBe("on");
  });

  it("[BK6] the cloud's own role serves, and can neither alter, truncate nor change what stands", async () => {
    const home = await emptyHome("postgresql");
    const raw = keep(await home.raw());
    const role = `cloud_${process.pid}`;
    await raw.exec(`CREATE ROLE ${role} LOGIN`);
    await grantTo(home.place, role);
    const { url } = home.place as { readonly url: string };
    const place = { url: url.replace("//saku@", `//${role}@`) };
    const { openStore } = await import("./store.ts");
    const store = keep(await openStore({ ...place, clock: () => NOW_MS }));
    await found(store);
    for (const text of [
      "ALTER TABLE journal DISABLE TRIGGER ALL",
      "TRUNCATE posting CASCADE",
      "DROP TABLE journal CASCADE",
      "UPDATE journal SET day = 1",
      "DELETE FROM posting",
      "SET session_replication_role = replica",
    ])
      await expect(store.commit(({ db }) => sql.raw(text).execute(db))).rejects.toThrow(
        /must be owner|permission denied/,
      );
    opened.splice(opened.indexOf(store), 1);
    await store.close();
    await raw.exec(`DROP OWNED BY ${role}; DROP ROLE ${role};`);
  });

  it("[BK4] no table whose rows stay can be truncated, not even by its owner", async () => {
    const { home } = await openHome();
    const raw = keep(await home.raw());
    const staying = MIGRATIONS.flatMap(({ triggers }) => triggers).filter(
      (each) => each.timing === "before delete" && !("when" in each),
    );
    expect(staying.length).toBeGreaterThan(8);
    for (const { table } of staying)
      await expect(raw.exec(`TRUNCATE ${table} CASCADE`)).rejects.toThrow("is immutable");
  });
});

describe("a whole number from PostgreSQL", () => {
  it("[BK4] is refused when it is none that a rupiah can be", async () => {
    const { wholeNumber } = await import("./postgres-connection.ts");
    expect(wholeNumber("9007199254740991")).toBe(9_007_199_254_740_991);
    for (const text of ["9007199254740992", "1.5", "NaN"])
      expect(() => wholeNumber(text)).toThrow("Not a whole number");
  });
});

describe("the tables of the ledger", () => {
  it("[BK1] are all carried by a copy: parents before the tables that refer to them", () => {
    const tables = tableNames();
    expect(new Set(tables).size).toBe(tables.length);
    const text = MIGRATIONS.map((each) => each.tables).join("\n");
    for (const [, body = ""] of text.matchAll(/CREATE TABLE \w+ \(([\s\S]*?)\) STRICT;/g))
      for (const [, parent = ""] of body.matchAll(/REFERENCES (\w+)/g))
        expect(tables).toContain(parent);
  });
});
