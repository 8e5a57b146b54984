import { afterEach, expect, it } from "vitest";
import {
  fromBase64,
  must,
  openCheckpoint,
  parseNoteKey,
  rupiah,
  treeHash,
  verifyConsistency,
  type Checkpoint,
  type CommandBody,
  type UpFrame,
} from "@saku/protocol";
import { logRoutes } from "../http/log-routes.ts";
import { verifyWithNode } from "../keys/ed25519.ts";
import { SCHOOL } from "../paper-school.suite.ts";
import { announceCheckpoint } from "../store/checkpoints.ts";
import { describeOnBoth } from "../store/databases.suite.ts";
import { failedChecks } from "../store/checks.ts";
import { rootAt } from "../store/log-leaves.ts";
import { helloOf, paperCloud, paperLink, type PaperCloud } from "./paper-link.suite.ts";

let paper: PaperCloud;
afterEach(async () => {
  // What was queued is on its way before the ledger closes.
  for (const { device } of paper.school.terminals) await paper.connections.pump(device);
  await paper.close();
});

const announce = () =>
  paper.school.store.commit((work) => announceCheckpoint(work, paper.cloud, SCHOOL));
const student = () => must(paper.school.students[0], "a child");
const terminal = () => must(paper.school.terminals[0], "a terminal");
const opened = (note: string): Checkpoint => {
  const result = openCheckpoint(note, paper.school.cloudKey.publicKey, verifyWithNode);
  return must(result.ok ? result.value : null, "a checkpoint");
};
const noteOf = (bodies: readonly CommandBody[]): string => {
  const body = must(
    bodies.find((each) => each.kind === "checkpoint"),
    "a checkpoint command",
  );
  return body.kind === "checkpoint" ? Buffer.from(body.note).toString("utf8") : "";
};
const remembering = (log: Checkpoint): UpFrame => {
  const { term, size, root } = log;
  return { ...helloOf(terminal()), log: { term, size, root } } as UpFrame;
};
const alarms = async () =>
  (await paper.school.store.read.selectFrom("log_alarm").selectAll().execute()).length;

describeOnBoth("checkpoints and terminals", () => {
  it("[M13] every terminal is told of a grown log, and once", async () => {
    paper = await paperCloud({ terminals: 2, students: 1 });
    await paper.school.topUp(student(), 5_000);
    expect(await announce()).toBe(1);
    expect(await announce()).toBe(0);
    const link = await paperLink(paper, terminal());
    await link.send(helloOf(terminal()));
    const note = noteOf((await link.commands()).map(({ body }) => body));
    expect(opened(note)).toMatchObject({ school: SCHOOL, size: 1, term: paper.cloud.store.term });
    const rows = await paper.school.store.read.selectFrom("command").select("device").execute();
    expect(rows).toHaveLength(2);
  });

  it("[M13] a closed day is signed and told at once", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    await paper.school.topUp(student(), 5_000);
    const link = await paperLink(paper, terminal());
    await link.send(helloOf(terminal()));
    const nothing = rupiah(0);
    const { bytes } = terminal().write({
      type: "day-close",
      first: new Uint8Array(32),
      last: new Uint8Array(32),
      saleCount: 0,
      saleTotal: nothing,
      voidCount: 0,
      voidTotal: nothing,
      refundCount: 0,
      refundTotal: nothing,
      emergencyCount: 0,
      emergencyTotal: nothing,
      cashInCount: 0,
      cashInTotal: nothing,
      grandTotal: nothing,
      cashCounted: null,
      closedBy: "operator",
    });
    await link.send({ t: "events", inc: terminal().inc, from: 1, events: [bytes] });
    expect(opened(noteOf((await link.commands()).map(({ body }) => body))).size).toBe(1);
  });

  it("[M15] a terminal that remembers the beginning of our log raises nothing", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    for (const amount of [1_000, 2_000, 3_000]) await paper.school.topUp(student(), amount);
    const link = await paperLink(paper, terminal());
    const { read: db, term } = paper.school.store;
    for (const size of [1, 2, 3]) {
      const root = await rootAt({ db }, SCHOOL, size);
      await link.send(remembering({ school: SCHOOL, term, size, root }));
      await link.ack();
    }
    const earlier = {
      school: SCHOOL,
      term: term + 7,
      size: 99,
      root: treeHash(new Uint8Array(32)),
    };
    await link.send(remembering(earlier));
    await link.ack();
    expect(await alarms()).toBe(0);
    expect(await failedChecks(db)).toEqual([]);
  });

  it.each([
    ["another tree of the same lineage", 2],
    ["a longer log than ours", 4],
  ])("[M15] a terminal that remembers %s raises an alarm that stays", async (_what, size) => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    for (const amount of [1_000, 2_000, 3_000]) await paper.school.topUp(student(), amount);
    const link = await paperLink(paper, terminal());
    const { read: db, term } = paper.school.store;
    const other = { school: SCHOOL, term, size, root: treeHash(new Uint8Array(32).fill(1)) };
    for (let times = 0; times < 2; times++) {
      await link.send(remembering(other));
      await link.ack();
    }
    expect(await alarms()).toBe(1);
    expect(await failedChecks(db)).toEqual(["I11 no terminal remembers another ledger"]);
    const audit = await db.selectFrom("audit").select(["action", "object"]).execute();
    expect(audit).toEqual([{ action: "log-contradicted", object: terminal().device }]);
    const { values } = await paper.metrics.logAlarms.get();
    expect(values.map(({ value }) => value)).toEqual([2]);
  });
});

describeOnBoth("what a witness may ask", () => {
  it("[M16] key, newest checkpoint and growth between signed sizes, all of which verify", async () => {
    paper = await paperCloud({ terminals: 0, students: 1 });
    const app = logRoutes(paper.cloud, paper.school.cloudKey.publicKey);
    const get = async (path: string) => {
      const response = await app.request(`/v1/logs/${path}`);
      return [response.status, await response.text()] as const;
    };
    expect((await get(`${SCHOOL}/checkpoint`))[0]).toBe(404);
    await paper.school.topUp(student(), 1_000);
    await announce();
    const first = opened((await get(`${SCHOOL}/checkpoint`))[1]);
    for (const amount of [2_000, 3_000, 4_000, 5_000]) await paper.school.topUp(student(), amount);
    await announce();
    const [, word] = await get(`${SCHOOL}/key`);
    const key = must(parseNoteKey(word.trim()), "a key");
    const second = openCheckpoint(
      (await get(`${SCHOOL}/checkpoint`))[1],
      key.publicKey,
      verifyWithNode,
    );
    const [status, text] = await get(`${SCHOOL}/consistency?first=1&second=5`);
    const path = text
      .split("\n")
      .slice(0, -1)
      .map((line) => treeHash(must(fromBase64(line), "a hash")));
    expect(status).toBe(200);
    expect(verifyConsistency(first, must(second.ok ? second.value : null, "signed"), path)).toBe(
      true,
    );
    expect((await get(`${SCHOOL}/consistency?first=1&second=6`))[0]).toBe(404);
    for (const query of [
      "first=5&second=1",
      "first=-1&second=5",
      "first=a&second=5",
      "second=5",
      "first=1&second=1e1",
    ])
      expect([query, (await get(`${SCHOOL}/consistency?${query}`))[0]]).toEqual([query, 400]);
    expect((await get(`SCH%20x/checkpoint`))[0]).toBe(404);
  });

  it("[M16] asking is limited", async () => {
    paper = await paperCloud({ terminals: 0, students: 0 });
    const app = logRoutes(paper.cloud, paper.school.cloudKey.publicKey);
    const statuses = await Promise.all(
      Array.from({ length: 70 }, async () => (await app.request(`/v1/logs/${SCHOOL}/key`)).status),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });
});
