import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { must, rupiah, schoolDay, type Rupiah } from "@saku/protocol";
import { limitPeriods, leastLeft } from "../../core/leases/limits.ts";
import { bodyOfCommand, officeOf, type PaperOffice } from "../paper-office.suite.ts";
import { SCHOOL, TODAY } from "../paper-school.suite.ts";
import { failedChecks } from "../store/checks.ts";
import { commandsAfter } from "../store/commands.ts";
import { grantDay } from "../store/leases.ts";
import { limitLeftFor } from "../store/limits.ts";

let paper: PaperOffice;
beforeEach(async () => {
  paper = await officeOf({ terminals: 2, students: 1 });
});
afterEach(async () => {
  expect(await failedChecks(paper.school.store.read)).toEqual([]);
  await paper.close();
});

const kid = () => must(paper.school.students[0], "a child");
const terminal = (index: number) => must(paper.school.terminals[index], "a terminal");
const set = (
  scope: "sale" | "week" | "month" | "category" | "stall",
  amount: number,
  subject = "",
) => paper.writing.setLimit(paper.order(), kid(), { scope, subject, amount: rupiah(amount) });
const grant = () =>
  paper.school.store.commit((work) => grantDay(work, paper.school.outbox, SCHOOL, kid()));
const leftFor = (index: number): Promise<Rupiah | null> =>
  limitLeftFor(
    { db: paper.school.store.read },
    {
      school: SCHOOL,
      student: kid(),
      purse: "snack",
      day: TODAY,
      daily: null,
      device: terminal(index).device,
    },
  );

describe("a child's limits", () => {
  it("[G8] size the lease by the least that any of them leaves", async () => {
    await set("month", 30_000);
    await set("week", 12_000);
    await paper.writing.setDailyLimit(paper.order(), kid(), rupiah(20_000));
    await paper.school.topUp(kid(), 100_000);
    expect(await grant()).toBeLessThanOrEqual(12_000);
    expect(await leftFor(0)).toBeLessThanOrEqual(2_000);
  });

  it("[G8] of a stall bind that stall alone, and of another purse not this one", async () => {
    await set("stall", 6_000, terminal(0).merchant);
    await set("category", 1_000, "needs");
    expect([await leftFor(0), await leftFor(1)]).toEqual([6_000, null]);
  });

  it("[G8] per sale and per stall are told to every terminal; versions only rise", async () => {
    await set("sale", 8_000);
    await set("sale", 5_000);
    await set("stall", 0, terminal(1).merchant);
    for (const index of [0, 1]) {
      const told = await commandsAfter({ db: paper.school.store.read }, terminal(index).device, 0);
      expect(bodyOfCommand(must(told.at(-1), "a command").bytes)).toEqual({
        kind: "limits",
        student: kid(),
        perSale: 5_000,
        stalls: [{ merchant: terminal(1).merchant, perDay: 0 }],
      });
    }
    const versions = await paper.school.store.read
      .selectFrom("limit_rule")
      .select("version")
      .where("scope", "=", "sale")
      .execute();
    expect(versions.map(({ version }) => version)).toEqual([1, 2]);
    await expect(
      paper.school.store.commit(({ db }) =>
        db
          .updateTable("limit_rule")
          .set({ amount: rupiah(1) })
          .execute(),
      ),
    ).rejects.toThrow("immutable");
  });

  it("[G8] are refused for what is no stall, no purse, or not this child's family", async () => {
    for (const outcome of [
      await set("stall", 1_000, "mer-nobody"),
      await set("category", 1_000, "toys"),
      await set("week", 1_000, "snack"),
    ])
      expect(outcome).toMatchObject({ reason: "invalid" });
    const limit = { scope: "sale", subject: "", amount: null } as const;
    expect(await paper.writing.setLimit(paper.orderOf("per-stranger"), kid(), limit)).toMatchObject(
      { reason: "not-found" },
    );
  });

  it("[G8] leave the least of all, never less than nothing", () => {
    const use = fc.record({
      limit: fc.option(fc.integer({ min: 0, max: 50_000 }).map(rupiah)),
      used: fc.integer({ min: 0, max: 60_000 }).map(rupiah),
    });
    fc.assert(
      fc.property(fc.array(use), (uses) => {
        const left = leastLeft(uses);
        const binding = uses.filter(({ limit }) => limit !== null);
        expect(left === null).toBe(binding.length === 0);
        for (const { limit, used } of binding)
          expect(left).toBeLessThanOrEqual(Math.max(0, (limit ?? 0) - used));
      }),
    );
    expect(limitPeriods(schoolDay(20261129))).toEqual({ week: 20261123, month: 20261101 });
    expect(limitPeriods(schoolDay(20261123))).toEqual({ week: 20261123, month: 20261101 });
  });
});
