import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MIGRATIONS } from "./migrations/migrate.ts";
import { describeOnPostgres, ledgerHome } from "./databases.suite.ts";
import { renderTriggers } from "./migrations/render.ts";
import { openSqlite } from "./sqlite-connection.ts";
import { openStore } from "./store.ts";
import { temporaryFolder } from "../temporary-folder.suite.ts";

/** Every SELECT that stands in a trigger, with the new row's columns as values. */
function triggerQuestions(): readonly string[] {
  const triggers = MIGRATIONS.flatMap(
    (migration) =>
      renderTriggers(migration, "sqlite").match(/CREATE TRIGGER[^;]*?BEGIN[\s\S]*?END;/g) ?? [],
  );
  const inner = triggers.flatMap(
    (text) => text.match(/\(SELECT [^()]*(?:\([^()]*\)[^()]*)*\)/g) ?? [],
  );
  return inner.map((text) => text.slice(1, -1)).filter((text) => !text.includes("account.id"));
}

const ROW_VALUE = /(NEW|OLD)\.\w+(?: - 1)?/g;

describe("the questions that triggers ask for every row", () => {
  it("are answered by an index that fits, never by walking a school or a table", async () => {
    const file = join(temporaryFolder("plans"), "ledger.sqlite");
    const store = await openStore({ file, clock: () => 1 });
    const raw = await openSqlite(file, "read-only");
    const questions = triggerQuestions();
    expect(questions.length).toBeGreaterThan(10);
    const walks: string[] = [];
    for (const question of questions) {
      const plan = await raw.all(`EXPLAIN QUERY PLAN ${question.replaceAll(ROW_VALUE, "'x'")}`);
      const steps = plan.map((row) => String(row["detail"]));
      // The newest number of a school is the end of its index: one step.
      const isEndOfIndex = question.includes("max(seq)");
      for (const step of steps)
        if (/^SCAN|\(school=\?\)|\(device=\?\)/.test(step) && !isEndOfIndex)
          walks.push(`${question.slice(0, 80)} → ${step}`);
    }
    expect(walks).toEqual([]);
    await raw.close();
    await store.close();
  });
});

describeOnPostgres("the questions that triggers ask on PostgreSQL", () => {
  it("can each be answered by an index", async () => {
    const home = await ledgerHome("postgresql");
    const raw = await home.raw();
    // Empty tables are walked whatever stands beside them.
    await raw.exec("SET enable_seqscan = off");
    const walks: string[] = [];
    for (const question of triggerQuestions()) {
      let count = 0;
      const text = question.replaceAll(ROW_VALUE, () => `$${++count}`);
      const plan = await raw.all(`EXPLAIN (GENERIC_PLAN) ${text}`);
      const steps = plan.map((row) => String(row["QUERY PLAN"])).join("\n");
      if (steps.includes("Seq Scan") || !steps.includes("Index")) walks.push(`${text} → ${steps}`);
    }
    expect(walks).toEqual([]);
    await raw.close();
  });
});
