import { afterEach, describe, expect, it } from "vitest";
import { must, rupiah } from "@saku/protocol";
import { openEvent } from "../../core/ingest/verify.ts";
import { studentAccount } from "../../core/ledger/account.ts";
import { MORNING_MS, paperSchool, SCHOOL, TODAY, type PaperSchool } from "../paper-school.suite.ts";
import { bookBatch } from "./bookings.ts";
import { failedChecks } from "./checks.ts";
import { balanceOf } from "./journals.ts";
import { grantDay } from "./leases.ts";

const DAY_MS = 86_400_000;

let school: PaperSchool;
afterEach(async () => {
  const failed = await failedChecks(school.store.read);
  await school.close();
  if (failed.length > 0) throw new Error(failed.join("; "));
});

describe("the clock", () => {
  it("[G2] yesterday's lease is freed by its signed return, never by the morning", async () => {
    let nowMs = MORNING_MS;
    school = await paperSchool({ terminals: 1, students: 1 }, () => nowMs);
    const child = must(school.students[0], "a child");
    const terminal = must(school.terminals[0], "a terminal");
    const balance = () => balanceOf({ db: school.store.read }, SCHOOL, studentAccount(child).id);
    const grant = () => school.store.commit((work) => grantDay(work, school.outbox, SCHOOL, child));
    const leases = () =>
      school.store.read.selectFrom("lease").select(["id", "day", "amount", "returned"]).execute();
    await school.topUp(child, 20_000);
    expect(await grant()).toBe(20_000);
    const [lease] = await leases();
    const { id } = must(lease, "today's lease");

    nowMs += 2 * DAY_MS;
    expect(await grant()).toBe(0);
    expect(await leases()).toEqual([{ id, day: TODAY, amount: 20_000, returned: 0 }]);
    expect(await balance()).toBe(0);

    const amount = rupiah(20_000);
    const { n, bytes } = terminal.write({
      type: "lease-return",
      lease: id,
      amount,
      reason: "day-over",
    });
    const owner = { school: SCHOOL, device: terminal.device, inc: terminal.inc };
    const opened = openEvent(owner, n, bytes);
    const verified = must(opened.ok ? opened.value.verified : null, "a paper event opens");
    await school.store.commit((work) => bookBatch(work, owner, [verified]));
    expect(await balance()).toBe(20_000);
    expect(await grant()).toBe(20_000);
  });
});
