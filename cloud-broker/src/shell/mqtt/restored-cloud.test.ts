import { afterEach, describe, expect, it } from "vitest";
import { askId, must, rupiah, type UpFrame } from "@saku/protocol";
import { MORNING_MS, SCHOOL, TODAY, type PaperTerminal } from "../paper-school.suite.ts";
import { createOffice } from "../office/office.ts";
import { grantDay } from "../store/leases.ts";
import { raiseTerm } from "../store/lineage.ts";
import {
  helloOf,
  paperCloud,
  paperLink,
  type PaperCloud,
  type PaperLink,
} from "./paper-link.suite.ts";

let paper: PaperCloud;
let links: PaperLink[] = [];
afterEach(async () => {
  for (const link of links) await link.close();
  links = [];
  await paper.close();
});

const term = (index: number): PaperTerminal => must(paper.school.terminals[index], "a terminal");
const kid = () => must(paper.school.students[0], "a child");

/** A ledger that may have forgotten leases of today, with Rp 20.000 of one child. */
async function restoredCloud(): Promise<readonly [PaperLink, PaperLink]> {
  paper = await paperCloud({ terminals: 2, students: 1 }, () => MORNING_MS);
  await paper.school.topUp(kid(), 20_000);
  await paper.school.store.commit(raiseTerm);
  links = [await paperLink(paper, term(0)), await paperLink(paper, term(1))];
  const [first, second] = links;
  return [must(first ?? null, "a link"), must(second ?? null, "a link")];
}

/** The hello that follows once the terminal believes this lineage. */
const hello = (terminal: PaperTerminal): UpFrame => {
  const incs = [{ inc: terminal.inc, from: 1, to: terminal.n, tip: terminal.parent }];
  const frame = { ...helloOf(terminal), term: paper.school.store.term } as Extract<
    UpFrame,
    { t: "hello" }
  >;
  return { ...frame, incs: terminal.n === 0 ? [] : incs };
};

const ask = (name: string): UpFrame => ({
  t: "ask",
  ask: askId(name),
  student: kid(),
  purse: "snack",
  day: TODAY,
  need: rupiah(1_000),
});

describe("a cloud whose ledger was set back", () => {
  it("[BK8] answers a question that the money may be at another stall, until all have delivered what they hold", async () => {
    const [first, second] = await restoredCloud();
    const event = term(1).write({ type: "day-open" });
    await first.send(hello(term(0)));
    await first.ack();
    await second.send(hello(term(1)));
    await second.ack();
    await first.send(ask("ask-early"));
    expect(await first.next("answer")).toMatchObject({
      outcome: "refused",
      reason: "held-elsewhere",
    });
    const { store, outbox } = paper.school;
    expect(await store.commit((work) => grantDay(work, outbox, SCHOOL, kid()))).toBe(0);
    await second.send({ t: "events", inc: term(1).inc, from: 1, events: [event.bytes] });
    // Nobody asks for it: the day's money goes out as in the morning.
    const commands = [...(await first.commands()), ...(await second.commands())];
    expect(commands.map(({ body }) => body.kind)).toEqual(["lease-grant", "lease-grant"]);
    await first.send(ask("ask-late"));
    expect(await first.next("answer")).toMatchObject({ outcome: "granted" });
  });

  it("[BK8] does not believe a hello of the lineage that was lost, which names only what was not safe there", async () => {
    const [first, second] = await restoredCloud();
    for (const [index, link] of [first, second].entries()) {
      await link.send({ ...(hello(term(index)) as Extract<UpFrame, { t: "hello" }>), term: 1 });
      await link.ack();
    }
    await first.send(ask("ask-early"));
    expect(await first.next("answer")).toMatchObject({ outcome: "refused" });
  });

  it("[BK8] names on the office's page whom it waits for, and lends once persons have answered for the silent one", async () => {
    const [first] = await restoredCloud();
    const office = createOffice(paper.cloud);
    const awaited = async (): Promise<readonly string[]> =>
      (await office.reading.terminals(SCHOOL)).flatMap(({ isAwaited, name }) =>
        isAwaited ? [name] : [],
      );
    await first.send(hello(term(0)));
    await first.ack();
    expect(await awaited()).toEqual(["T1"]);
    await paper.school.store.commit(({ db, now }) =>
      db
        .insertInto("person")
        .values({
          id: "per-admin",
          login: "a",
          password_hash: "x",
          role: "school-admin",
          school: SCHOOL,
          created_at: now,
        })
        .execute(),
    );
    const actor = { person: "per-admin", role: "school-admin" as const };
    await office.writing.revokeTerminal({ actor, idempotencyKey: "k" }, term(1).device);
    expect((await first.commands()).map(({ body }) => body.kind)).toContain("lease-grant");
    expect(await awaited()).toEqual([]);
  });
});
