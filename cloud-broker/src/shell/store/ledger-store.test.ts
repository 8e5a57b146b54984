import { afterEach, beforeEach, expect, it } from "vitest";
import {
  deviceId,
  leaseId,
  merchantId,
  rupiah,
  schoolDay,
  schoolId,
  studentId,
  unixMs,
} from "@saku/protocol";
import { sale, topUpCash, leaseGrant } from "../../core/ledger/recipes.ts";
import { postJournals } from "./journals.ts";
import { databaseOfTest, describeOnBoth, ledgerHome } from "./databases.suite.ts";
import type { LedgerConnection } from "./ledger-connection.ts";
import type { Database } from "./migrations/render.ts";
import type { Store } from "./store.ts";

const school = schoolId("sch-a");
const device = deviceId("trm-a");
const student = studentId("stu-a");
const merchant = merchantId("mer-a");
const day = schoolDay(20261123);

let store: Store;
let raw: LedgerConnection;

async function openLedger(): Promise<void> {
  const home = await ledgerHome(databaseOfTest());
  store = await home.open(() => 1_795_400_000_000);
  await store.commit(async ({ db, now }) => {
    await db
      .insertInto("school")
      .values({ id: school, name: "SD", zone: 420, root_key: new Uint8Array(32), created_at: now })
      .execute();
    return unixMs(now);
  });
  raw = await home.raw();
}
afterEach(async () => {
  await raw.close();
  await store.close();
});

const topUp = (order: string, amount: number): Promise<readonly string[]> =>
  store.commit((work) =>
    postJournals(work, school, [
      topUpCash({ order, student, amount: rupiah(amount), day, actor: "per-a" }),
    ]),
  );
const grant = (lease: string, amount: number): Promise<readonly string[]> =>
  store.commit((work) =>
    postJournals(work, school, [
      leaseGrant({
        lease: leaseId(lease),
        device,
        student,
        amount: rupiah(amount),
        day,
        actor: "job",
      }),
    ]),
  );
const totals = async (): Promise<Record<string, readonly [number, number]>> => {
  const rows = await store.read.selectFrom("account").selectAll().execute();
  return Object.fromEntries(rows.map((row) => [row.id, [row.debit, row.credit] as const]));
};

type Attack = readonly [string, string | RegExp];

/** What only one of the two databases has words for. */
const replacements = (database: Database): readonly Attack[] =>
  database === "sqlite"
    ? [
        [
          "INSERT OR REPLACE INTO journal SELECT * FROM journal",
          /journal (exists|out of sequence)/,
        ],
        [
          "INSERT OR REPLACE INTO posting SELECT * FROM posting",
          /journal is closed|posting exists/,
        ],
        [
          "INSERT OR REPLACE INTO account SELECT school, id, kind, owner, holder, normal_side, 1, 0, 0 FROM account",
          "account is immutable",
        ],
      ]
    : [
        ["TRUNCATE journal CASCADE", "is immutable"],
        ["TRUNCATE posting", "posting is immutable"],
        ["TRUNCATE account CASCADE", "is immutable"],
        [
          `MERGE INTO journal j USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET actor = 'y'`,
          "journal is immutable",
        ],
      ];

describeOnBoth("the ledger in the database", (database) => {
  beforeEach(openLedger);
  it("[L4] moves money from cash to child to escrow to stall and keeps the totals itself", async () => {
    await topUp("o1", 20_000);
    await grant("lea-1", 15_000);
    await store.commit((work) =>
      postJournals(work, school, [
        sale({
          event: "e1",
          device,
          student,
          merchant,
          covered: rupiah(4_000),
          uncovered: rupiah(1_000),
          day,
        }),
      ]),
    );
    expect(await totals()).toEqual({
      cash: [20_000, 0],
      "student:stu-a": [15_000, 20_000],
      "escrow:trm-a:stu-a": [4_000, 15_000],
      "suspense:trm-a": [1_000, 0],
      "merchant:mer-a": [0, 5_000],
    });
  });

  it("[L4] refuses the same cause a second time and changes nothing", async () => {
    await topUp("o1", 20_000);
    await expect(topUp("o1", 20_000)).rejects.toThrow("journal exists");
    expect((await totals())["cash"]).toEqual([20_000, 0]);
  });

  it("[L3] refuses to overdraw a child, and the refusal of one job leaves its neighbours alone", async () => {
    await topUp("o1", 10_000);
    const outcomes = await Promise.allSettled([
      grant("lea-1", 6_000),
      grant("lea-2", 6_000),
      grant("lea-3", 4_000),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await totals())["student:stu-a"]).toEqual([10_000, 10_000]);
  });

  const zeros = (size: number): string =>
    database === "sqlite" ? `zeroblob(${size})` : `decode(repeat('00', ${size}), 'hex')`;
  const journal = (id: string, seq: number): string =>
    `INSERT INTO log_leaf VALUES ('sch-a', ${seq}, ${zeros(32)}, ${zeros(32)}, ${zeros(0)});` +
    `INSERT INTO journal VALUES ('sch-a', ${seq}, '${id}', 'top-up', '${id}', 'top-up-cash', 20261123, 1, 'x');`;
  const posting = (id: string, n: number, side: string, amount: string): string =>
    `INSERT INTO posting VALUES ('sch-a', '${id}', ${n}, '${side === "debit" ? "cash" : "student:stu-a"}', '${side}', ${amount});`;
  const attack = (sql: string): Promise<void> =>
    raw.exec(`BEGIN; ${sql} COMMIT;`).catch(async (error: unknown) => {
      await raw.exec("ROLLBACK;").catch(() => undefined);
      throw error;
    });

  it.each([
    [
      "unbalanced",
      posting("j", 1, "debit", "5") + posting("j", 2, "credit", "4") + journal("j", 2),
    ],
    ["one-sided", posting("j", 1, "debit", "5") + journal("j", 2)],
    ["empty", journal("j", 2)],
  ])("[L1] refuses a journal that is %s", async (_name, sql) => {
    await topUp("o1", 100);
    await expect(attack(sql)).rejects.toThrow("journal does not balance");
  });

  it.each([
    [
      "of nothing",
      posting("j", 1, "debit", "0"),
      /CHECK constraint failed|violates check constraint/,
    ],
    [
      "of less than nothing",
      posting("j", 1, "debit", "-5"),
      /CHECK constraint failed|violates check constraint/,
    ],
    [
      "of half a rupiah",
      posting("j", 1, "debit", "1.5"),
      // PostgreSQL rounds a literal; what our code sends is checked before (`bindable`).
      /cannot store REAL value|violates foreign key/,
    ],
    ["of NULL", posting("j", 1, "debit", "NULL"), /NOT NULL constraint failed|violates not-null/],
    [
      "without its journal",
      posting("j", 1, "debit", "5"),
      /FOREIGN KEY constraint failed|violates foreign key/,
    ],
    [
      "into a journal of yesterday",
      "INSERT INTO posting SELECT school, id, 3, 'cash', 'debit', 5 FROM journal;",
      "journal is closed",
    ],
  ])("[L1] refuses a posting %s", async (_name, sql, reason) => {
    await topUp("o1", 100);
    await expect(attack(sql)).rejects.toThrow(reason);
  });

  it("[L8] refuses a journal out of sequence", async () => {
    await topUp("o1", 100);
    const sql = posting("j", 1, "debit", "5") + posting("j", 2, "credit", "5") + journal("j", 7);
    await expect(attack(sql)).rejects.toThrow("journal out of sequence");
  });

  it.each<Attack>([
    ["UPDATE journal SET day = 20261124", "journal is immutable"],
    ["UPDATE journal SET actor = NULL", "journal is immutable"],
    ["DELETE FROM journal", "journal is immutable"],
    ["UPDATE posting SET amount = amount", "posting is immutable"],
    ["DELETE FROM posting", "posting is immutable"],
    ["UPDATE account SET debit = 0 WHERE id = 'cash'", "account totals only grow"],
    ["UPDATE account SET may_go_negative = 1", "account is immutable"],
    ["DELETE FROM account", "account is immutable"],
    ["UPDATE account SET holder = NULL", "account is immutable"],
    [
      "INSERT INTO journal SELECT * FROM journal WHERE true ON CONFLICT (school, id) DO UPDATE SET actor = 'y'",
      /journal (exists|out of sequence)/,
    ],
    [
      "INSERT INTO posting SELECT * FROM posting WHERE true ON CONFLICT (school, journal, n) DO UPDATE SET amount = 1",
      /journal is closed|posting exists/,
    ],
    [
      `INSERT INTO account SELECT school, id, kind, owner, holder, normal_side, 1, 0, 0 FROM account WHERE true
        ON CONFLICT (school, id) DO UPDATE SET may_go_negative = 1`,
      "account is immutable",
    ],
    ...replacements(database),
  ])("[L8] what was entered never changes: %s", async (sql, reason) => {
    await topUp("o1", 100);
    await expect(attack(`${sql};`)).rejects.toThrow(reason);
  });

  it("[L3] refuses an account below zero even to raw SQL", async () => {
    await topUp("o1", 100);
    const sql =
      "INSERT INTO posting VALUES ('sch-a','j',1,'student:stu-a','debit',101),('sch-a','j',2,'cash','credit',101);" +
      journal("j", 2);
    await expect(attack(sql)).rejects.toThrow("account_not_negative");
  });

  it("[G1] refuses a lease that gave more than it got", async () => {
    await raw.exec(
      `INSERT INTO lease (school, id, device, student, purse, day, amount, spent, returned, state, ask, rev, granted_at)
         VALUES ('sch-a','lea-1','trm-a','stu-a','snack',20261123,100,0,0,'granted',NULL,1,1);`,
    );
    await expect(attack("UPDATE lease SET spent = 60, returned = 50;")).rejects.toThrow(
      "lease_not_overspent",
    );
    await expect(attack("UPDATE lease SET amount = 1000;")).rejects.toThrow("lease is immutable");
  });
});
