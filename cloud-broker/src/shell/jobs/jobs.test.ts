import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { must } from "@saku/protocol";
import { helloOf, paperCloud, paperLink, type PaperCloud } from "../mqtt/paper-link.suite.ts";
import { MORNING_MS, SCHOOL } from "../paper-school.suite.ts";
import { describeOnBoth } from "../store/databases.suite.ts";
import { failedChecks } from "../store/checks.ts";
import { startBackups } from "./backup-job.ts";
import { runOnce } from "./job-runs.ts";
import { grantMorning } from "./morning-grant.ts";

const HOUR_MS = 3_600_000;
let paper: PaperCloud;
let nowMs = MORNING_MS;
afterEach(async () => {
  expect(await failedChecks(paper.school.store.read)).toEqual([]);
  await paper.close();
});

const isCopy = (name: string): boolean => name.startsWith("ledger-");

const granted = async (): Promise<number> => {
  const rows = await paper.school.store.read.selectFrom("lease").select("amount").execute();
  return rows.reduce<number>((sum, { amount }) => sum + amount, 0);
};

describeOnBoth("the morning grant", () => {
  it("[G4] waits for half past five on the school's own clock and happens once a school day", async () => {
    // 04:00 in Jakarta.
    nowMs = MORNING_MS - 4 * HOUR_MS;
    paper = await paperCloud({ terminals: 2, students: 3 }, () => nowMs);
    for (const student of paper.school.students) await paper.school.topUp(student, 20_000);
    expect(await grantMorning(paper.cloud, 420)).toEqual([]);
    nowMs = MORNING_MS - 1.5 * HOUR_MS;
    expect(await grantMorning(paper.cloud, 480)).toEqual([]);
    expect(await grantMorning(paper.cloud, 420)).toEqual([
      { period: `${SCHOOL}:20261123`, outcome: "3 children" },
    ]);
    expect(await granted()).toBe(3 * 18_000);
    expect(await grantMorning(paper.cloud, 420)).toEqual([]);
    // Yesterday's leases are still out: only what is free is granted on the next day.
    nowMs += 24 * HOUR_MS;
    await grantMorning(paper.cloud, 420);
    expect(await granted()).toBeLessThanOrEqual(3 * 20_000);
  });
});

describeOnBoth("a job", () => {
  it("is not repeated once it finished, and is when it was cut short", async () => {
    paper = await paperCloud({ terminals: 0, students: 0 });
    const job = { name: "test", period: "20261123" };
    let runs = 0;
    const run = (outcome: () => string) => () => {
      runs += 1;
      return Promise.resolve().then(outcome);
    };
    const crash = run(() => {
      throw new Error("the power went");
    });
    await expect(runOnce(paper.school.store, job, crash)).rejects.toThrow("the power went");
    expect(
      await runOnce(
        paper.school.store,
        job,
        run(() => "done"),
      ),
    ).toBe("done");
    expect(
      await runOnce(
        paper.school.store,
        job,
        run(() => "again"),
      ),
    ).toBeNull();
    expect(runs).toBe(2);
  });
});

describeOnBoth("backups", () => {
  it("[N9] tell a connected terminal what it may forget as soon as the copy is finished", async () => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    const terminal = must(paper.school.terminals[0], "a terminal");
    const link = await paperLink(paper, terminal);
    const { bytes } = terminal.write({ type: "day-open" });
    await link.send(helloOf(terminal));
    await link.ack();
    await link.send({ t: "events", inc: terminal.inc, from: 1, events: [bytes] });
    expect((await link.ack()).incs).toEqual([{ inc: terminal.inc, ack: 1, safe: 0 }]);
    const backups = startBackups({
      ...paper,
      directory: join(paper.school.directory, "backup"),
      everyMs: 10,
      isOffBox: () => true,
    });
    expect((await link.ack()).incs).toEqual([{ inc: terminal.inc, ack: 1, safe: 1 }]);
    await backups.close();
  });

  it("[N9] on the ledger's own disk are made, said aloud, and let nobody forget", async () => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    const terminal = must(paper.school.terminals[0], "a terminal");
    const link = await paperLink(paper, terminal);
    await link.send(helloOf(terminal));
    await link.ack();
    const { bytes } = terminal.write({ type: "day-open" });
    await link.send({ t: "events", inc: terminal.inc, from: 1, events: [bytes] });
    await link.ack();
    const directory = join(paper.school.directory, "backup");
    const backups = startBackups({ ...paper, directory, everyMs: 10, isOffBox: () => false });
    await vi.waitUntil(() => existsSync(directory) && readdirSync(directory).some(isCopy));
    await backups.close();
    const row = await paper.school.store.read.selectFrom("incarnation").selectAll().execute();
    expect(row).toMatchObject([{ ack: 1, safe: 0 }]);
    expect(await paper.metrics.registry.getSingleMetricAsString("saku_backups_off_box")).toMatch(
      / 0$/,
    );
  });
});
