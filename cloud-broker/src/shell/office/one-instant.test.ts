import { afterEach, expect, it } from "vitest";
import { rupiah, type LeaseId } from "@saku/protocol";
import type { Office } from "../http/office.ts";
import { SCHOOL, TODAY } from "../paper-school.suite.ts";
import { failedChecks } from "../store/checks.ts";
import { describeOnBoth } from "../store/databases.suite.ts";
import { interrupted } from "../store/interrupted.suite.ts";
import { grantLease } from "../store/leases.ts";
import { auditLogs } from "../store/log-audit.ts";
import { paperDesk, type PaperDesk } from "./money/paper-desk.suite.ts";
import { createOffice } from "./office.ts";

let paper: PaperDesk;
afterEach(async () => {
  expect(await paper.books.school.store.snapshot(failedChecks)).toEqual([]);
  await paper.books.school.close();
});

const LEASED = rupiah(20_000);
const PRICE = rupiah(1_000);

/** Money goes to a terminal again. */
const grant = async (): Promise<LeaseId> => {
  const { store, outbox } = paper.books.school;
  const granted = await store.commit((work) =>
    grantLease(work, outbox, SCHOOL, {
      device: paper.books.term(0).device,
      student: paper.kid(0),
      purse: "snack",
      day: TODAY,
      amount: LEASED,
      ask: null,
      actor: "test",
    }),
  );
  return granted.lease;
};

/** A sale, and the signed return of what is left: children, terminals and stalls have other money than before. */
const sellAndReturn = async (lease: LeaseId): Promise<void> => {
  const { books } = paper;
  const { merchant } = books.term(0);
  await books.book(books.term(0), [
    books.write(books.term(0), {
      type: "sale",
      student: paper.kid(0),
      merchant,
      purse: "snack",
      amount: PRICE,
      method: "finger",
      spends: [{ lease, amount: PRICE }],
    }),
    books.write(books.term(0), {
      type: "lease-return",
      lease,
      amount: rupiah(LEASED - PRICE),
      reason: "requested",
    }),
  ]);
};

type View = (office: Office) => Promise<unknown>;

const VIEWS: readonly (readonly [string, View])[] = [
  ["a child", ({ reading }) => reading.child("per-wali", paper.kid(0))],
  ["a guardian's children", ({ reading }) => reading.childrenOf("per-wali")],
  ["the school", ({ reading }) => reading.school(SCHOOL)],
  ["its children", ({ reading }) => reading.students(SCHOOL)],
  ["its terminals", ({ reading }) => reading.terminals(SCHOOL)],
  ["its stalls", ({ reading }) => reading.merchants(SCHOOL)],
  ["the trial balance", ({ reading }) => reading.trialBalance(SCHOOL)],
  ["all of its money", ({ money }) => money.reading.overview(SCHOOL)],
  ["the stalls' money", ({ money }) => money.reading.stalls(SCHOOL)],
  [
    "a stall's statement",
    ({ money }) => money.reading.statement(SCHOOL, paper.books.term(0).merchant),
  ],
];

describeOnBoth("what is shown while the writer goes on", () => {
  it.each(VIEWS)("[BK7] is of one instant: %s", async (_what, view) => {
    paper = await paperDesk();
    const { store, topUp } = paper.books.school;
    await topUp(paper.kid(0), 200_000);
    const office = createOffice(paper.cloud);
    for (let after = 1; ; after += 1) {
      const lease = await grant();
      const before = await view(office);
      const busy = interrupted(store, after, () => sellAndReturn(lease));
      const shown = await view(createOffice({ ...paper.cloud, store: busy.store }));
      if (busy.questionCount() < after) break;
      expect(shown).toEqual(before);
      expect(await view(office)).not.toEqual(before);
    }
  });

  it("[BK7] [M14] a journal that is posted under the audit of its log is not a missing leaf", async () => {
    paper = await paperDesk();
    const { store, topUp } = paper.books.school;
    for (let after = 1; ; after += 1) {
      const busy = interrupted(store, after, () => topUp(paper.kid(0), 1_000));
      expect(await auditLogs(busy.store)).toEqual([]);
      if (busy.questionCount() < after) break;
    }
  });
});
