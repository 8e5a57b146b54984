import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { must, type CommandBody } from "@saku/protocol";
import { commandsAfter } from "../store/commands.ts";
import { failedChecks } from "../store/checks.ts";
import { grantDay } from "../store/leases.ts";
import { noteLan } from "../store/hubs.ts";
import { bodyOfCommand, officeOf, type PaperOffice } from "../paper-office.suite.ts";
import { SCHOOL } from "../paper-school.suite.ts";

let paper: PaperOffice;
beforeEach(async () => {
  paper = await officeOf({ terminals: 3, students: 2 });
});
afterEach(async () => {
  expect(await failedChecks(paper.school.store.read)).toEqual([]);
  await paper.close();
});

const device = (index: number) => must(paper.school.terminals[index], "a terminal").device;
const kid = (index: number) => must(paper.school.students[index], "a child");
const heard = async (index: number): Promise<readonly CommandBody[]> => {
  const rows = await commandsAfter({ db: paper.school.store.read }, device(index), 0);
  return rows.map(({ bytes }) => bodyOfCommand(bytes));
};
const held = async (): Promise<Readonly<Record<string, number>>> => {
  const rows = await paper.school.store.read.selectFrom("lease").selectAll().execute();
  const sums: Record<string, number> = {};
  for (const row of rows)
    sums[row.device] = (sums[row.device] ?? 0) + row.amount - row.spent - row.returned;
  return sums;
};
const lan = (index: number, url: string | null) =>
  paper.school.store.commit((work) =>
    noteLan(work, paper.school.outbox, { school: SCHOOL, device: device(index) }, url),
  );

describe("the school's hub", () => {
  it("[G9] gets the whole day, and every terminal is told who and where it is", async () => {
    await lan(1, "http://10.0.0.2:4202");
    await paper.school.topUp(kid(0), 20_000);
    expect(await paper.writing.setHub(paper.order(), SCHOOL, device(1))).toMatchObject({
      kind: "done",
    });
    await vi.waitFor(async () => {
      expect(await held()).toEqual({ [device(1)]: 20_000 });
    });
    for (const index of [0, 1, 2])
      expect((await heard(index)).find(({ kind }) => kind === "hub")).toEqual({
        kind: "hub",
        hub: { device: device(1), url: "http://10.0.0.2:4202" },
      });
  });

  it("[G9] is told anew when it moves, and is nobody while its place is unknown", async () => {
    await paper.writing.setHub(paper.order(), SCHOOL, device(1));
    expect((await heard(0)).at(-1)).toEqual({ kind: "hub", hub: null });
    await lan(1, "http://10.0.0.9:4202");
    expect((await heard(0)).at(-1)).toMatchObject({ hub: { url: "http://10.0.0.9:4202" } });
    const { length } = await heard(0);
    await lan(1, "http://10.0.0.9:4202");
    await lan(2, "http://10.0.0.3:4202");
    expect(await heard(0)).toHaveLength(length);
  });

  it("[G9] that is replaced is asked for all it holds; free money goes to the new one", async () => {
    await paper.writing.setHub(paper.order(), SCHOOL, device(1));
    await paper.school.topUp(kid(0), 20_000);
    await paper.school.store.commit((work) => grantDay(work, paper.school.outbox, SCHOOL, kid(0)));
    await paper.school.topUp(kid(1), 7_000);
    await paper.writing.setHub(paper.order(), SCHOOL, device(2));
    expect((await heard(1)).filter(({ kind }) => kind === "return-request")).toEqual([
      { kind: "return-request", student: kid(0) },
    ]);
    await vi.waitFor(async () => {
      expect(await held()).toEqual({ [device(1)]: 20_000, [device(2)]: 7_000 });
    });
  });

  it("[G9] must be a working terminal of the school, and only its office names it", async () => {
    await paper.school.store.commit(({ db }) =>
      db.updateTable("device").set({ state: "quarantined" }).where("id", "=", device(0)).execute(),
    );
    for (const hub of [device(0), "trm-nobody"])
      expect(await paper.writing.setHub(paper.order(), SCHOOL, hub)).toMatchObject({
        kind: "refused",
        reason: "invalid",
      });
    expect(await paper.writing.setHub(paper.orderOf("per-stranger"), SCHOOL, null)).toMatchObject({
      kind: "refused",
      reason: "not-found",
    });
  });
});

describe("meals from the reserve", () => {
  it("[G12] are allowed by the office, and every terminal is told how much", async () => {
    const allowance = { perSale: 8_000, perDay: 40_000 };
    await paper.writing.setEmergency(paper.order(), SCHOOL, allowance);
    expect((await heard(2)).at(-1)).toEqual({ kind: "emergency", ...allowance });
    for (const wrong of [
      { perSale: -1, perDay: 1 },
      { perSale: 0.5, perDay: 1 },
    ])
      expect(await paper.writing.setEmergency(paper.order(), SCHOOL, wrong)).toMatchObject({
        reason: "invalid",
      });
  });
});
