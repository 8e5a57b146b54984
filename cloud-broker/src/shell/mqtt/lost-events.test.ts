import { afterEach, describe, expect, it } from "vitest";
import { must, type EventBody, type SignedBytes, type UpFrame } from "@saku/protocol";
import { createOffice } from "../office/office.ts";
import { SCHOOL, type PaperTerminal } from "../paper-school.suite.ts";
import { failedChecks } from "../store/checks.ts";
import {
  helloOf,
  paperCloud,
  paperLink,
  type PaperCloud,
  type PaperLink,
} from "./paper-link.suite.ts";

// A terminal that pruned below the `safe` of a cloud that is gone speaks with the one that was restored from an older copy.

let paper: PaperCloud;
afterEach(async () => {
  const failed = await failedChecks(paper.school.store.read);
  await paper.close();
  if (failed.length > 0) throw new Error(failed.join("; "));
});

const term = (): PaperTerminal => must(paper.school.terminals[0], "a terminal");
const dayOpen: EventBody = { type: "day-open" };

async function open(): Promise<PaperLink> {
  paper = await paperCloud({ terminals: 1, students: 1 });
  for (const id of ["per-ani", "per-budi"])
    await paper.school.store.commit(async ({ db, now }) => {
      const person = { id, login: id, password_hash: "x", created_at: now };
      await db
        .insertInto("person")
        .values({ ...person, role: "school-admin", school: SCHOOL })
        .execute();
    });
  return paperLink(paper, term());
}

type Lane = Extract<UpFrame, { t: "hello" }>["incs"][number];

/** `hello` of a terminal that has taken over the restored cloud's term and its marks. */
const hello = (...incs: readonly Lane[]): UpFrame =>
  ({ ...helloOf(term()), term: paper.school.store.term, incs }) as UpFrame;

const laneOf = (to: number, first?: number): Lane => ({
  inc: term().inc,
  from: 1,
  to,
  tip: term().parent,
  ...(first === undefined ? {} : { first }),
});

const frame = (from: number, ...events: readonly SignedBytes[]) =>
  ({ t: "events", inc: term().inc, from, events }) as const;

const waiting = () => createOffice(paper.cloud).letters.waiting(SCHOOL);

const decide = async (person: string, what: "discard" | "suspense" = "discard") => {
  const letter = must((await waiting())[0], "a letter waits");
  const actor = { person, role: "school-admin" as const };
  const order = { actor, idempotencyKey: `${person}-${what}-${letter.n}` };
  return createOffice(paper.cloud).letters.decide(order, letter, what);
};

const events = async () =>
  paper.school.store.read
    .selectFrom("device_event")
    .select(["n", "type", "verdict"])
    .where("inc", "=", term().inc)
    .orderBy("n")
    .execute();

const writeMany = (count: number) => Array.from({ length: count }, () => term().write(dayOpen));

describe("events that neither the terminal nor the cloud holds", () => {
  it("[N16] are one letter, which two persons pass, and the terminal goes on behind them", async () => {
    const link = await open();
    const written = writeMany(6);
    const bytesOf = (n: number) => must(written[n - 1], "an event").bytes;
    await link.send(frame(1, bytesOf(1), bytesOf(2)));
    expect((await link.ack()).incs[0]).toMatchObject({ ack: 2 });
    const before = paper.school.store.term;
    for (let round = 0; round < 2; round++) {
      await link.send(hello(laneOf(6, 5)));
      expect(await link.next("error")).toMatchObject({
        kind: "quarantine",
        reason: "missing",
        n: 3,
      });
      await link.ack();
    }
    expect(paper.school.store.term).toBe(before);
    expect(await waiting()).toMatchObject([
      { n: 3, reason: "missing", missingCount: 2, mayPay: false, personsNeeded: 2 },
    ]);
    expect(await decide("per-ani", "suspense")).toMatchObject({ kind: "refused" });
    expect(await decide("per-ani")).toMatchObject({ value: { isDecided: false } });
    expect(await decide("per-budi")).toMatchObject({ value: { isDecided: true } });
    await link.send(frame(5, bytesOf(5), bytesOf(6)));
    expect((await link.ack()).incs[0]).toMatchObject({ ack: 6 });
    expect((await events()).map(({ n, verdict }) => `${n} ${verdict}`)).toEqual([
      "1 noted",
      "2 noted",
      "3 discarded",
      "4 discarded",
      "5 noted",
      "6 noted",
    ]);
    await link.send(hello(laneOf(6, 5)));
    await link.ack();
    expect(link.frames.filter(({ t }) => t === "error")).toEqual([]);
    await link.close();
  });

  it("[N16] [N12] to the end of an incarnation hold the next one neither before nor after the decision", async () => {
    const link = await open();
    writeMany(3);
    const gone = laneOf(3, 4);
    await link.send(hello(gone));
    await link.ack();
    term().restart();
    await link.send(frame(1, term().write(dayOpen).bytes));
    expect((await link.ack()).incs[0]).toMatchObject({ inc: term().inc, ack: 1 });
    await decide("per-ani");
    await decide("per-budi");
    await link.close();
    const { store } = paper.school;
    const last = await store.read
      .selectFrom("device_event")
      .select(["id", "verdict"])
      .where("inc", "=", gone.inc)
      .where("n", "=", 3)
      .executeTakeFirstOrThrow();
    expect(last).toEqual({ id: Buffer.from(gone.tip).toString("hex"), verdict: "discarded" });
  });

  it("[N16] pass 2,000 at a time, and the rest is the next letter", async () => {
    const link = await open();
    await link.send(hello(laneOf(2_600, 2_501)));
    await link.ack();
    expect(await waiting()).toMatchObject([{ n: 1, missingCount: 2_500 }]);
    await decide("per-ani");
    await decide("per-budi");
    expect(await waiting()).toMatchObject([{ n: 2_001, missingCount: 500, votes: [] }]);
    await decide("per-ani");
    await decide("per-budi");
    expect(await waiting()).toEqual([]);
    expect(await events()).toHaveLength(2_500);
    // What is decided takes no room from what comes.
    await link.send(frame(2_501, Uint8Array.of(1, 2, 3) as SignedBytes));
    await link.ack();
    expect(await waiting()).toMatchObject([{ n: 2_501, reason: "not-canonical" }]);
    await link.close();
  });
});

describe("an incarnation whose forerunner is gone with all its events", () => {
  it("[N17] begins with a letter for two persons once nothing older can come, and follows it", async () => {
    const link = await open();
    writeMany(3);
    term().restart();
    const boot = term().write({ type: "boot", software: "paper", reason: "start" });
    const next = term().write(dayOpen);
    await link.send(frame(1, boot.bytes, next.bytes));
    expect(await link.next("error")).toMatchObject({ kind: "retry", reason: "gap" });
    await link.ack();
    await link.send(hello(laneOf(2)));
    await link.ack();
    await link.send(frame(1, boot.bytes, next.bytes));
    expect(await link.next("error")).toMatchObject({ kind: "quarantine", reason: "orphan", n: 1 });
    await link.ack();
    expect(await waiting()).toMatchObject([{ n: 1, type: "boot", personsNeeded: 2 }]);
    expect(await decide("per-ani")).toMatchObject({ value: { isDecided: false } });
    expect(await decide("per-budi")).toMatchObject({ value: { isDecided: true } });
    await link.send(frame(2, next.bytes));
    expect((await link.ack()).incs[0]).toMatchObject({ ack: 2 });
    expect((await events()).map(({ type, verdict }) => `${type} ${verdict}`)).toEqual([
      "boot discarded",
      "day-open noted",
    ]);
    await link.close();
  });
});
