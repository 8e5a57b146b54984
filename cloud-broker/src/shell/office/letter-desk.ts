import type { DecisionKind, DeviceId, Incarnation, SchoolId } from "@saku/protocol";
import { nextDeviceState } from "../../core/devices/device.ts";
import {
  decidedBy,
  mayDecide,
  personsNeeded,
  readLetter,
  type Vote,
} from "../../core/ingest/dead-letter.ts";
import { readMissing } from "../../core/ingest/missing.ts";
import type { LetterView } from "../../core/reports/letters.ts";
import type { LetterDesk, LetterPlace } from "../http/letters.ts";
import type { Order, OrderOutcome } from "../http/office.ts";
import { appendAudit } from "../store/audit.ts";
import type { Work } from "../store/committer.ts";
import { queueCommands } from "../store/commands.ts";
import { blockingLetters } from "../store/dead-letters.ts";
import { decideLetter } from "../store/decisions.ts";
import type { Tables } from "../store/tables.ts";
import type { Cloud } from "./cloud.ts";
import { done, isAdminOf, orderOnce, refused } from "./orders.ts";

type LetterRow = Tables["dead_letter"];

async function votesOn(
  { db }: Pick<Work, "db">,
  letter: LetterRow,
): Promise<readonly (Vote & { readonly login: string })[]> {
  return db
    .selectFrom("decision_vote")
    .innerJoin("person", "person.id", "decision_vote.person")
    .select(["decision_vote.person", "decision_vote.what", "person.login"])
    .where("device", "=", letter.device)
    .where("inc", "=", letter.inc)
    .where("n", "=", letter.n)
    .where("hash", "=", letter.hash)
    .orderBy("voted_at")
    .execute();
}

function missingCountOf({ reason, bytes }: LetterRow): number | null {
  if (reason !== "missing") return null;
  const { n, through } = readMissing(new Uint8Array(bytes));
  return through - n + 1;
}

async function viewOf({ db }: Pick<Work, "db">, letter: LetterRow): Promise<LetterView> {
  const read = readLetter(new Uint8Array(letter.bytes));
  const { name } = await db
    .selectFrom("device")
    .select("name")
    .where("id", "=", letter.device)
    .executeTakeFirstOrThrow();
  const body = read.event?.body;
  return {
    device: letter.device,
    terminalName: name,
    inc: letter.inc,
    n: letter.n,
    hash: letter.hash,
    reason: letter.reason,
    receivedAtMs: letter.received_at,
    type: body?.type ?? null,
    amount: body !== undefined && "amount" in body ? body.amount : null,
    missingCount: missingCountOf(letter),
    mayPay: mayDecide(read, "suspense"),
    personsNeeded: personsNeeded(read, letter.reason),
    votes: await votesOn({ db }, letter),
  };
}

/** The letter, if it blocks its terminal now; somebody else may have decided meanwhile. */
async function blocking(work: Work, place: LetterPlace): Promise<LetterRow | null> {
  const letters = await blockingLetters(work, { device: place.device as DeviceId });
  return (
    letters.find(
      ({ inc, n, hash }) =>
        inc === (place.inc as Incarnation) && n === place.n && hash === place.hash,
    ) ?? null
  );
}

async function vote(
  work: Work,
  letter: LetterRow,
  person: string,
  what: DecisionKind,
): Promise<readonly Vote[]> {
  const before = await votesOn(work, letter);
  // A person's word stands, and said twice it is one; who comes to agree with somebody else adds that word.
  if (before.some((one) => one.person === person && one.what === what)) return before;
  const { device, inc, n, hash } = letter;
  await work.db
    .insertInto("decision_vote")
    .values({ device, inc, n, hash, person, what, voted_at: work.now })
    .execute();
  return [...before, { person, what }];
}

async function decide(
  cloud: Cloud,
  order: Order,
  place: LetterPlace,
  what: DecisionKind,
): Promise<OrderOutcome<{ readonly isDecided: boolean }>> {
  const { person } = order.actor;
  return orderOnce(cloud, order, { action: "decide-letter", ...place, what }, async (work) => {
    const letter = await blocking(work, place);
    if (letter === null || !(await isAdminOf(work, order, letter.school)))
      return refused("not-found", "no such event waits");
    const read = readLetter(new Uint8Array(letter.bytes));
    if (!mayDecide(read, what)) return refused("invalid", "only a sale that can be read is paid");
    const votes = await vote(work, letter, person, what);
    const persons = decidedBy({ ...read, reason: letter.reason }, votes, what);
    if (persons !== null) {
      const outcome = await decideLetter(work, cloud.outbox.sign, letter, { what, persons });
      if (outcome === "booked-already")
        return refused("already-exists", "what these bytes say is booked");
    }
    await appendAudit(work, letter.school, {
      actor: person,
      action: persons === null ? "vote-letter" : "decide-letter",
      object: letter.device,
      detail: { inc: letter.inc, n: letter.n, what },
    });
    work.afterCommit(() => cloud.changes.schoolChanged(letter.school));
    return done({ isDecided: persons !== null });
  });
}

async function clearTerminal(cloud: Cloud, order: Order, device: string): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "clear-terminal", device }, async (work) => {
    const row = await work.db
      .selectFrom("device")
      .select(["id", "school", "state"])
      .where("id", "=", device as DeviceId)
      .executeTakeFirst();
    if (row === undefined || !(await isAdminOf(work, order, row.school)))
      return refused("not-found", "no such terminal");
    if (row.state !== "quarantined") return refused("invalid", "nothing is to be cleared");
    await work.db
      .updateTable("device")
      .set({ state: nextDeviceState(row.state, "cleared") })
      .where("id", "=", row.id)
      .execute();
    await appendAudit(work, row.school, {
      actor: order.actor.person,
      action: "clear-terminal",
      object: row.id,
      detail: {},
    });
    work.afterCommit(() => cloud.changes.schoolChanged(row.school));
    return done(null);
  });
}

async function rotateKey(cloud: Cloud, order: Order, device: string): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "rotate-key", device }, async (work) => {
    const row = await work.db
      .selectFrom("device")
      .select(["id", "school", "state"])
      .where("id", "=", device as DeviceId)
      .executeTakeFirst();
    if (row === undefined || !(await isAdminOf(work, order, row.school)))
      return refused("not-found", "no such terminal");
    if (row.state !== "active" && row.state !== "quarantined")
      return refused("invalid", "this terminal hears no command");
    const { school, id } = row;
    await queueCommands(work, cloud.outbox, { school, device: id }, [{ kind: "rotate-key" }]);
    await appendAudit(work, school, {
      actor: order.actor.person,
      action: "rotate-key",
      object: id,
      detail: {},
    });
    return done(null);
  });
}

export function letterDesk(cloud: Cloud): LetterDesk {
  return {
    waiting: (school: SchoolId) =>
      cloud.store.snapshot(async (db) => {
        const views: LetterView[] = [];
        for (const letter of await blockingLetters({ db }, { school }))
          views.push(await viewOf({ db }, letter));
        return views;
      }),
    decide: (order, letter, what) => decide(cloud, order, letter, what),
    clearTerminal: (order, device) => clearTerminal(cloud, order, device),
    rotateKey: (order, device) => rotateKey(cloud, order, device),
  };
}
