import { afterEach, describe, expect, it } from "vitest";
import {
  eventId,
  must,
  parseDecision,
  parseEvent,
  openObject,
  rupiah,
  signObject,
  verifyObject,
  type EventBody,
  type LeaseId,
  type SignedBytes,
} from "@saku/protocol";
import { nodeSigningKey, verifyWithNode } from "../keys/ed25519.ts";
import { createOffice } from "../office/office.ts";
import { SCHOOL, TODAY, type PaperTerminal } from "../paper-school.suite.ts";
import { failedChecks } from "../store/checks.ts";
import { grantLease } from "../store/leases.ts";
import {
  helloOf,
  paperCloud,
  paperLink,
  type PaperCloud,
  type PaperLink,
} from "./paper-link.suite.ts";

let paper: PaperCloud;
afterEach(async () => {
  const failed = await failedChecks(paper.school.store.read);
  await paper.close();
  if (failed.length > 0) throw new Error(failed.join("; "));
});

const term = (): PaperTerminal => must(paper.school.terminals[0], "a terminal");
const kid = () => must(paper.school.students[0], "a child");

async function open(): Promise<{ readonly link: PaperLink; readonly lease: LeaseId }> {
  paper = await paperCloud({ terminals: 1, students: 1 });
  const { store, outbox, topUp } = paper.school;
  await topUp(kid(), 20_000);
  for (const id of ["per-ani", "per-budi"])
    await store.commit(async ({ db, now }) => {
      const person = { id, login: id, password_hash: "x", created_at: now };
      await db
        .insertInto("person")
        .values({ ...person, role: "school-admin", school: SCHOOL })
        .execute();
    });
  const { lease } = await store.commit((work) =>
    grantLease(work, outbox, SCHOOL, {
      device: term().device,
      student: kid(),
      purse: "snack",
      day: TODAY,
      amount: rupiah(20_000),
      ask: null,
      actor: "test",
    }),
  );
  const link = await paperLink(paper, term());
  await link.send(helloOf(term()));
  await link.ack();
  return { link, lease };
}

const saleOf = (lease: LeaseId, amount: number): EventBody => ({
  type: "sale",
  student: kid(),
  merchant: term().merchant,
  purse: "snack",
  amount: rupiah(amount),
  method: "pin",
  spends: [{ lease, amount: rupiah(amount) }],
});

/** The same payload, signed by a stranger. */
function forged(bytes: SignedBytes): SignedBytes {
  const opened = openObject("saku.event.v1", bytes);
  const { payload } = must(opened.ok ? opened.value : null, "an event");
  const stranger = nodeSigningKey(new Uint8Array(32).fill(7));
  return signObject("saku.event.v1", term().device, payload, stranger.sign);
}

const frame = (from: number, ...events: readonly SignedBytes[]) =>
  ({ t: "events", inc: term().inc, from, events }) as const;

const decide = async (person: string, what: "discard" | "suspense") => {
  const { letters } = createOffice(paper.cloud);
  const letter = must((await letters.waiting(SCHOOL))[0], "a letter waits");
  const actor = { person, role: "school-admin" as const };
  return letters.decide({ actor, idempotencyKey: `${person}-${what}` }, letter, what);
};

const verdicts = async () => {
  const rows = await paper.school.store.read
    .selectFrom("device_event")
    .select(["n", "type", "verdict"])
    .where("inc", "=", term().inc)
    .orderBy("n")
    .execute();
  return rows.map(({ n, type, verdict }) => `${n} ${type} ${verdict}`);
};

describe("an event that will never be taken", () => {
  it("[N10] is kept as it came, once, and holds its incarnation", async () => {
    const { link, lease } = await open();
    const good = term().write({ type: "boot", software: "paper", reason: "start" });
    const bad = forged(term().write(saleOf(lease, 5_000)).bytes);
    const next = term().write(saleOf(lease, 1_000));
    for (let round = 0; round < 2; round++) {
      await link.send(frame(1, good.bytes, bad, next.bytes));
      expect((await link.ack()).incs[0]).toMatchObject({ ack: 1 });
      expect(await link.next("error")).toMatchObject({ kind: "quarantine", n: 2 });
    }
    const rows = await paper.school.store.read.selectFrom("dead_letter").selectAll().execute();
    expect(rows.map(({ n, reason }) => [n, reason])).toEqual([[2, "bad-signature"]]);
    expect(new Uint8Array(must(rows[0], "a letter").bytes)).toEqual(bad);
    await link.close();
  });

  it("[N12] does not hold what the terminal sells after its next start", async () => {
    const { link, lease } = await open();
    await link.send(frame(1, forged(term().write(saleOf(lease, 5_000)).bytes)));
    await link.next("error");
    await link.ack();
    term().restart();
    await link.send(frame(1, term().write(saleOf(lease, 1_000)).bytes));
    expect((await link.ack()).incs[0]).toMatchObject({ inc: term().inc, ack: 1 });
    await link.close();
  });

  it("[N11] is passed only by the signed word of two persons, and the terminal goes on", async () => {
    const { link, lease } = await open();
    const bad = forged(term().write(saleOf(lease, 5_000)).bytes);
    const next = term().write(saleOf(lease, 1_000));
    await link.send(frame(1, bad, next.bytes));
    await link.next("error");
    await link.ack();
    expect(await decide("per-ani", "discard")).toMatchObject({ value: { isDecided: false } });
    expect(await verdicts()).toEqual([]);
    expect(await decide("per-budi", "discard")).toMatchObject({ value: { isDecided: true } });
    await link.send(frame(1, bad, next.bytes));
    expect((await link.ack()).incs[0]).toMatchObject({ ack: 1 });
    await link.next("error");
    await link.send(frame(2, next.bytes));
    expect((await link.ack()).incs[0]).toMatchObject({ ack: 2 });
    expect(await verdicts()).toEqual(["1 sale discarded", "2 sale booked"]);
    const { bytes } = await paper.school.store.read
      .selectFrom("decision")
      .select("bytes")
      .executeTakeFirstOrThrow();
    const key = () => paper.school.cloudKey.publicKey;
    const signed = verifyObject("saku.decision.v1", new Uint8Array(bytes), key, verifyWithNode);
    const decision = parseDecision(must(signed.ok ? signed.value : null, "signed").payload);
    expect(decision.ok && decision.value).toMatchObject({
      n: 1,
      what: "discard",
      persons: ["per-ani", "per-budi"],
    });
    await link.close();
  });

  it("[N11] a sale that can be read is paid to the stall from suspense, and never by the child", async () => {
    const { link, lease } = await open();
    await link.send(frame(1, forged(term().write(saleOf(lease, 5_000)).bytes)));
    await link.next("error");
    await decide("per-ani", "suspense");
    await decide("per-budi", "suspense");
    expect(await verdicts()).toEqual(["1 sale suspense"]);
    const accounts = await paper.school.store.read
      .selectFrom("account")
      .select(["kind", "debit", "credit"])
      .where("kind", "in", ["suspense", "merchant", "escrow"])
      .execute();
    expect(accounts.map(({ kind, debit, credit }) => [kind, Math.abs(debit - credit)])).toEqual(
      expect.arrayContaining([
        ["suspense", 5_000],
        ["merchant", 5_000],
        ["escrow", 20_000],
      ]),
    );
    await link.close();
  });

  it("[N11] bytes that nobody can open are passed too, and what follows is taken whatever it names", async () => {
    const { link, lease } = await open();
    term().write(saleOf(lease, 5_000));
    const noise = Uint8Array.of(1, 2, 3) as SignedBytes;
    await link.send(frame(1, noise));
    await link.next("error");
    await decide("per-ani", "discard");
    await decide("per-budi", "discard");
    await link.send(frame(2, term().write(saleOf(lease, 1_000)).bytes));
    expect((await link.ack()).incs[0]).toMatchObject({ ack: 0 });
    expect((await link.ack()).incs[0]).toMatchObject({ ack: 2 });
    expect(await verdicts()).toEqual(["1 unreadable discarded", "2 sale booked"]);
    await link.close();
  });

  it("[N10] a broken chain is evidence as well", async () => {
    const { link, lease } = await open();
    const first = term().write(saleOf(lease, 1_000));
    term().parent = eventId(new Uint8Array(3) as never);
    await link.send(frame(1, first.bytes, term().write(saleOf(lease, 2_000)).bytes));
    expect(await link.next("error")).toMatchObject({ kind: "quarantine", reason: "broken-chain" });
    const { letters } = createOffice(paper.cloud);
    expect(await letters.waiting(SCHOOL)).toMatchObject([
      { n: 2, reason: "broken-chain", amount: 2_000, mayPay: true, personsNeeded: 2, votes: [] },
    ]);
    await link.close();
  });
});

it("[N13] nothing follows the end of an incarnation, whoever signs it", async () => {
  const { link, lease } = await open();
  const end = term().write({ type: "end", reason: "retired" });
  await link.send(frame(1, end.bytes));
  expect((await link.ack()).incs[0]).toMatchObject({ ack: 1 });
  await link.send(frame(2, term().write(saleOf(lease, 1_000)).bytes));
  expect(await link.next("error")).toMatchObject({ kind: "quarantine", reason: "broken-chain" });
  await link.close();
});

describe("a terminal that is newer than the cloud", () => {
  /** A rightly signed event of a type that nobody here knows. */
  function newer(sign = term().key.sign): SignedBytes {
    const known = term().write({ type: "day-open" });
    const opened = openObject("saku.event.v1", known.bytes);
    const { payload } = must(opened.ok ? opened.value : null, "an event");
    const text = Buffer.from(payload).toString("latin1").replace("hday-open", "hday-oqen");
    const changed = new Uint8Array(Buffer.from(text, "latin1")) as typeof payload;
    expect(parseEvent(changed).ok).toBe(false);
    return signObject("saku.event.v1", term().device, changed, sign);
  }

  it("[N14] is asked to try again later, and nothing of its good data is quarantined", async () => {
    const { link } = await open();
    await link.send(frame(1, newer()));
    expect(await link.next("error")).toMatchObject({
      kind: "retry",
      reason: "newer-than-cloud",
      delayMs: 600_000,
    });
    const rows = await paper.school.store.read.selectFrom("dead_letter").selectAll().execute();
    expect(rows).toEqual([]);
    await link.close();
  });

  it("[N14] must have signed what nobody knows", async () => {
    const { link } = await open();
    await link.send(frame(1, newer(nodeSigningKey(new Uint8Array(32).fill(9)).sign)));
    expect(await link.next("error")).toMatchObject({ kind: "quarantine", reason: "bad-signature" });
    await link.close();
  });
});

describe("an admin at the terminals' page", () => {
  it("[D1] clears a flagged terminal, which gets money again, and orders a new key", async () => {
    const { link } = await open();
    const { store } = paper.school;
    await store.commit(({ db }) =>
      db.updateTable("device").set({ state: "quarantined" }).execute(),
    );
    const { letters } = createOffice(paper.cloud);
    const actor = { person: "per-ani", role: "school-admin" as const };
    const { device } = term();
    expect(await letters.clearTerminal({ actor, idempotencyKey: "1" }, device)).toMatchObject({
      kind: "done",
    });
    expect(await letters.clearTerminal({ actor, idempotencyKey: "2" }, device)).toMatchObject({
      kind: "refused",
    });
    const row = await store.read.selectFrom("device").select("state").executeTakeFirstOrThrow();
    expect(row.state).toBe("active");
    await link.commands();
    await letters.rotateKey({ actor, idempotencyKey: "3" }, device);
    expect((await link.commands()).map(({ body }) => body.kind)).toEqual(["rotate-key"]);
    const nobody = { actor: { ...actor, person: "per-none" }, idempotencyKey: "4" };
    expect(await letters.rotateKey(nobody, device)).toMatchObject({ kind: "refused" });
    await link.close();
  });
});
