import { afterEach, beforeEach, expect, it } from "vitest";
import {
  must,
  openCheckpoint,
  rupiah,
  verifyConsistency,
  verifyInclusion,
  treeHash,
} from "@saku/protocol";
import { topUpCash } from "../../core/ledger/recipes.ts";
import { verifyWithNode } from "../keys/ed25519.ts";
import { paperSchool, SCHOOL, TODAY, type PaperSchool } from "../paper-school.suite.ts";
import { failedChecks } from "./checks.ts";
import { latestCheckpoint, makeCheckpoint } from "./checkpoints.ts";
import { describeOnBoth } from "./databases.suite.ts";
import type { LedgerConnection } from "./ledger-connection.ts";
import { postJournals } from "./journals.ts";
import { auditLogs } from "./log-audit.ts";
import { consistencyPath, inclusionPath, logSize, rootAt } from "./log-leaves.ts";

let paper: PaperSchool;
let raw: LedgerConnection;
beforeEach(async () => {
  paper = await paperSchool({ terminals: 0, students: 1 });
  raw = await paper.home.raw();
});
afterEach(async () => {
  await raw.close();
  await paper.close();
});

const isSqlite = (): boolean => raw.database === "sqlite";
const zeroes = (count: number): string =>
  isSqlite() ? `zeroblob(${count})` : `decode(repeat('00', ${count}), 'hex')`;
/** Somebody with the database in hand: no trigger and no foreign key holds them. */
const pastTheTriggers = (sql: string): Promise<void> =>
  raw.exec(
    isSqlite()
      ? `PRAGMA foreign_keys = OFF; ${TRIGGERS.map((name) => `DROP TRIGGER ${name};`).join("")} ${sql};`
      : `SET session_replication_role = replica; ${sql}; SET session_replication_role = origin;`,
  );
const TRIGGERS = ["journal", "posting", "log_leaf", "log_checkpoint"].flatMap((table) => [
  `${table}_never_changes`,
  `${table}_stays`,
]);

const student = () => must(paper.students[0], "a child");
const read = () => ({ db: paper.store.read });
const topUps = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index++) await paper.topUp(student(), 1_000 + index);
};
const checkpoint = () =>
  paper.store.commit((work) =>
    makeCheckpoint(work, { school: SCHOOL, term: paper.store.term, key: paper.cloudKey }),
  );
const opened = (note: string) => {
  const result = openCheckpoint(note, paper.cloudKey.publicKey, verifyWithNode);
  return must(result.ok ? result.value : null, "a checkpoint of ours");
};

describeOnBoth("the log in the database", () => {
  it("[M11] has one leaf a journal, and every entry is proven in every later tree", async () => {
    await topUps(11);
    expect(await logSize(read(), SCHOOL)).toBe(11);
    for (let size = 1; size <= 11; size++) {
      const root = await rootAt(read(), SCHOOL, size);
      for (let index = 0; index < size; index++) {
        const { hash } = await paper.store.read
          .selectFrom("log_leaf")
          .select("hash")
          .where("seq", "=", index + 1)
          .executeTakeFirstOrThrow();
        const path = await inclusionPath(read(), SCHOOL, { index, size });
        const leaf = treeHash(new Uint8Array(hash));
        expect(verifyInclusion(leaf, { index, size, path }, root)).toBe(true);
      }
    }
  });

  it("[M11] takes no journal without its leaf and no leaf without its journal", async () => {
    await topUps(1);
    const journal =
      "INSERT INTO posting VALUES ('sch-paper','j',1,'cash','debit',5),('sch-paper','j',2,'student:stu-0','credit',5);" +
      "INSERT INTO journal VALUES ('sch-paper', 2, 'j', 'top-up', 'j', 'top-up-cash', 20261123, 1, 'x');";
    const leaf = `INSERT INTO log_leaf VALUES ('sch-paper', 2, ${zeroes(32)}, ${zeroes(32)}, ${zeroes(32)});`;
    const attempt = async (sql: string): Promise<unknown> => {
      const failure = await raw.exec(`BEGIN; ${sql} COMMIT;`).catch((error: unknown) => error);
      await raw.exec("ROLLBACK;").catch(() => undefined);
      return failure;
    };
    expect(String(await attempt(journal))).toContain("journal has no leaf");
    expect(String(await attempt(leaf))).toMatch(/foreign key/i);
    for (const sql of [
      "UPDATE log_leaf SET seq = 9",
      "DELETE FROM log_leaf",
      isSqlite()
        ? "INSERT OR REPLACE INTO log_leaf SELECT * FROM log_leaf"
        : "INSERT INTO log_leaf SELECT * FROM log_leaf",
    ])
      expect(String(await attempt(`${sql};`))).toMatch(/log_leaf (is immutable|exists)/);
    expect(await failedChecks(paper.store.read)).toEqual([]);
  });

  it("[M13] its checkpoints grow by consistent trees; nothing new is signed while it has not grown", async () => {
    expect(await checkpoint()).toBeNull();
    await topUps(3);
    const first = must(await checkpoint(), "a checkpoint");
    expect(await checkpoint()).toEqual({ ...first, isNew: false });
    await topUps(6);
    const second = must(await checkpoint(), "a checkpoint");
    const [a, b] = [opened(first.note), opened(second.note)];
    expect([a.size, b.size, b.term]).toEqual([3, 9, paper.store.term]);
    const path = await consistencyPath(read(), SCHOOL, { first: 3, second: 9 });
    expect(verifyConsistency(a, b, path)).toBe(true);
    const of = { school: SCHOOL, term: paper.store.term };
    expect(await latestCheckpoint(read(), of)).toEqual({ size: 9, note: second.note });
  });

  it("[M13] the database refuses a smaller checkpoint, one beyond the ledger, and any change", async () => {
    await topUps(4);
    await checkpoint();
    const values = (term: number, size: number): string =>
      `INSERT INTO log_checkpoint VALUES ('sch-paper', ${term}, ${size}, ${zeroes(32)}, 'x', 1);`;
    for (const sql of [values(1, 3), values(2, 5)])
      await expect(raw.exec(sql)).rejects.toThrow("checkpoints only grow");
    await expect(raw.exec(values(1, 4))).rejects.toThrow(/log_checkpoint exists|only grow/);
    await expect(raw.exec("UPDATE log_checkpoint SET size = 2;")).rejects.toThrow("immutable");
    await expect(raw.exec("DELETE FROM log_checkpoint;")).rejects.toThrow("immutable");
    await raw.exec(values(2, 4));
    await expect(raw.exec(values(1, 4).replace("1, 4", "1, 99"))).rejects.toThrow("only grow");
  });
});

describeOnBoth("the nightly audit of the log", () => {
  it("[M14] finds nothing in an honest ledger of several pages", async () => {
    const drafts = Array.from({ length: 1_203 }, (_, index) =>
      topUpCash({
        order: `ord-page-${index}`,
        student: student(),
        amount: rupiah(5 + index),
        day: TODAY,
        actor: "per-admin",
      }),
    );
    await paper.store.commit((work) => postJournals(work, SCHOOL, drafts));
    await checkpoint();
    await topUps(2);
    await checkpoint();
    expect(await auditLogs(paper.store)).toEqual([]);
  });

  it.each([
    [
      "a posting",
      "UPDATE posting SET amount = amount + 1 WHERE journal IN (SELECT id FROM journal WHERE seq = 3)",
    ],
    [
      "a child's account",
      "UPDATE posting SET account = 'cash' WHERE side = 'credit' AND journal IN (SELECT id FROM journal WHERE seq = 3)",
    ],
    ["a day", "UPDATE journal SET day = day + 1 WHERE seq = 5"],
    ["an actor", "UPDATE journal SET actor = 'per-x' WHERE seq = 1"],
    ["a salt", "UPDATE log_leaf SET salt = zeroblob(32) WHERE seq = 2"],
    ["a node", "UPDATE log_leaf SET nodes = zeroblob(64) WHERE seq = 4"],
    ["a signed root", "UPDATE log_checkpoint SET root = zeroblob(32)"],
  ])("[M14] finds %s that was changed past the triggers", async (_what, sql) => {
    await topUps(6);
    await checkpoint();
    await pastTheTriggers(sql.replace(/zeroblob\((\d+)\)/, (_, count) => zeroes(Number(count))));
    expect(await auditLogs(paper.store)).toEqual([SCHOOL]);
  });

  it("[M14] finds a history that was rewritten as a whole, because an older checkpoint contradicts it", async () => {
    await topUps(6);
    await checkpoint();
    await pastTheTriggers(
      "DELETE FROM posting WHERE journal IN (SELECT id FROM journal WHERE seq = 6); DELETE FROM journal WHERE seq = 6; DELETE FROM log_leaf WHERE seq = 6",
    );
    expect(await auditLogs(paper.store)).toEqual([SCHOOL]);
    expect(await failedChecks(paper.store.read)).toContain(
      "I11 checkpoints only grow, and not beyond the ledger",
    );
  });

  it("[M11] the nightly question finds a journal whose leaf was taken away", async () => {
    await topUps(2);
    await pastTheTriggers("DELETE FROM log_leaf WHERE seq = 2");
    expect(await failedChecks(paper.store.read)).toContain(
      "I11 every journal has its leaf, and every leaf its journal",
    );
  });
});
