import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import mqtt from "mqtt";
import { afterEach, describe, expect, it } from "vitest";
import {
  askId,
  downTopic,
  mqttClientId,
  must,
  rupiah,
  schoolId,
  upTopic,
  type LeaseId,
  type SignedBytes,
} from "@saku/protocol";
import { failedChecks } from "../store/checks.ts";
import { grantDay, grantLease } from "../store/leases.ts";
import {
  MORNING_MS,
  paperTerminal,
  SCHOOL,
  TODAY,
  type PaperTerminal,
} from "../paper-school.suite.ts";
import { drainAll } from "./drain.ts";
import { createOffice } from "../office/office.ts";
import {
  helloOf,
  optionsFor,
  paperCloud,
  paperLink,
  passwordFor,
  type PaperCloud,
} from "./paper-link.suite.ts";

let paper: PaperCloud;
afterEach(async () => {
  const failed = await failedChecks(paper.school.store.read);
  await paper.close();
  if (failed.length > 0) throw new Error(failed.join("; "));
});

const term = (index: number): PaperTerminal => must(paper.school.terminals[index], "a terminal");
const kid = (index: number) => must(paper.school.students[index], "a child");
/** "let in", the client's error, or "closed" when the broker just hangs up. */
const refusal = (options: mqtt.IClientOptions): Promise<string> =>
  new Promise((resolve) => {
    const client = mqtt.connect(options);
    const finish = (outcome: string) => (): void => {
      client.end(true);
      resolve(outcome);
    };
    client.once("connect", finish("let in"));
    client.once("error", (error) => finish(error.message)());
    client.once("close", finish("closed"));
  });
/** The school's office revokes the first terminal. */
async function revoke(): Promise<void> {
  await paper.school.store.commit(async ({ db, now }) => {
    const person = { id: "per-admin", login: "a", password_hash: "x", created_at: now };
    await db
      .insertInto("person")
      .values({ ...person, role: "school-admin", school: SCHOOL })
      .execute();
  });
  const actor = { person: "per-admin", role: "school-admin" as const };
  const order = { actor, idempotencyKey: "k" };
  await createOffice(paper.cloud).writing.revokeTerminal(order, term(0).device);
}

const sale = (terminal: PaperTerminal, lease: LeaseId, amount: number) =>
  terminal.write({
    type: "sale",
    student: kid(0),
    merchant: terminal.merchant,
    purse: "snack",
    amount: rupiah(amount),
    method: "pin",
    spends: [{ lease, amount: rupiah(amount) }],
  });

const eventsFrame = (terminal: PaperTerminal, from: number, events: readonly SignedBytes[]) =>
  ({ t: "events", inc: terminal.inc, from, events }) as const;

describe("logging in", () => {
  it("lets a terminal in that signs our question, once per question", async () => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    const options = optionsFor(paper, term(0));
    expect(await refusal(options)).toBe("let in");
    expect(await refusal(options)).toContain("Not authorized");
  });

  it("refuses another key, another name, no password, and a question of another terminal", async () => {
    paper = await paperCloud({ terminals: 2, students: 0 });
    const good = optionsFor(paper, term(0));
    const stranger = {
      ...paperTerminal(term(0).merchant),
      device: term(0).device,
      inc: term(0).inc,
    };
    const attempts = [
      { ...good, password: passwordFor(paper, stranger) },
      { ...good, username: "admin" },
      { ...good, password: "" },
      { ...good, clientId: mqttClientId(schoolId("sch-other"), term(0).device) },
      { ...good, password: passwordFor(paper, term(0), paper.nonces.issue(term(1).device)) },
      { ...good, password: passwordFor(paper, term(0), new Uint8Array(32)) },
    ];
    for (const options of attempts) expect(await refusal(options)).toContain("Not authorized");
  });

  it("[D2] [D3] a revoked terminal is told to stop, delivers what it sold, and is given nothing", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    const { store, outbox, topUp } = paper.school;
    await topUp(kid(0), 9_000);
    const { lease } = await store.commit((work) =>
      grantLease(work, outbox, SCHOOL, {
        device: term(0).device,
        student: kid(0),
        purse: "snack",
        day: TODAY,
        amount: rupiah(9_000),
        ask: null,
        actor: "test",
      }),
    );
    await revoke();
    const link = await paperLink(paper, term(0));
    await link.send(helloOf(term(0)));
    expect((await link.ack()).stop).toBe(true);
    const sold = sale(term(0), lease, 4_000);
    await link.send(eventsFrame(term(0), 1, [sold.bytes]));
    expect(await link.ack()).toMatchObject({ stop: true, incs: [{ ack: 1 }] });
    const row = await store.read.selectFrom("sale").selectAll().executeTakeFirstOrThrow();
    expect([row.amount, row.covered]).toEqual([4_000, 4_000]);
    await paper.connections.pump(term(0).device);
    expect(link.frames.filter(({ t }) => t === "cmd")).toEqual([]);
    await link.close();
  });

  it("[D3] a terminal that is revoked now is told at once, and hears no command any more", async () => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    const link = await paperLink(paper, term(0));
    await link.send(helloOf(term(0)));
    expect((await link.ack()).stop).toBeUndefined();
    await revoke();
    expect(await link.next("error")).toMatchObject({ kind: "stop", reason: "revoked" });
    await link.send(helloOf(term(0)));
    expect((await link.ack()).stop).toBe(true);
    await link.close();
  });

  it.each([
    ["a will", { will: { topic: "x", payload: Buffer.from("x"), qos: 1 as const, retain: false } }],
    ["a kept session", { clean: false }],
    ["MQTT 5", { protocolVersion: 5 as const }],
  ])("refuses %s", async (_name, extra) => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    expect(
      await refusal({ ...optionsFor(paper, term(0)), ...extra, connectTimeout: 1_500 }),
    ).not.toBe("let in");
  });
});

describe("what may be published and read", () => {
  it("is one's own topic alone: others' are not granted, and publishing there ends the connection", async () => {
    paper = await paperCloud({ terminals: 2, students: 0 });
    const link = await paperLink(paper, term(0));
    for (const topic of [downTopic(SCHOOL, term(1).device), "#", "saku/v1/+/+/dn", "$SYS/#"]) {
      const granted = await link.client.subscribeAsync(topic, { qos: 1 }).then(
        (all) => all.map(({ qos }) => qos),
        () => [128],
      );
      expect(granted).toEqual([128]);
    }
    link.client.publish(upTopic(SCHOOL, term(1).device), "x", { qos: 1 }, () => undefined);
    await link.closed;
    expect(paper.connections.of(term(0).device)).toBeNull();
  });

  it.each([
    ["QoS 0", { qos: 0 as const }],
    ["QoS 2", { qos: 2 as const }],
    ["retain", { qos: 1 as const, retain: true }],
  ])("is never %s", async (_name, options) => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    const link = await paperLink(paper, term(0));
    link.client.publish(upTopic(SCHOOL, term(0).device), "x", options, () => undefined);
    await link.closed;
    expect(await paper.school.store.read.selectFrom("device_event").select("id").execute()).toEqual(
      [],
    );
  });

  it("is at most 64 kB a packet", async () => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    const link = await paperLink(paper, term(0));
    link.client.publish(
      upTopic(SCHOOL, term(0).device),
      Buffer.alloc(70_000),
      { qos: 1 },
      () => undefined,
    );
    await link.closed;
    expect(link.client.connected).toBe(false);
  });

  it("a CONNECT of 200 MB is cut at its header", async () => {
    paper = await paperCloud({ terminals: 1, students: 0 });
    const before = process.memoryUsage().rss;
    const sent = await new Promise<number>((resolve) => {
      const socket = connect(paper.port, "127.0.0.1");
      // 200,000,000 as an MQTT remaining length.
      socket.write(Buffer.from([0x10, 0x80, 0x84, 0xaf, 0x5f]));
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        while (!socket.destroyed && socket.bytesWritten < 200_000_000 && socket.write(chunk));
      };
      socket.on("drain", more);
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(socket.bytesWritten));
      more();
    });
    expect(sent).toBeLessThan(20_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
  });

  it("refuses Debian's mosquitto clients without a key", async (context) => {
    const probe = spawnSync("mosquitto_pub", ["--help"]);
    if (probe.error !== undefined) context.skip("mosquitto-clients is not installed");
    paper = await paperCloud({ terminals: 1, students: 0 });
    const own = downTopic(SCHOOL, term(0).device);
    const id = mqttClientId(SCHOOL, term(0).device);
    const { spawn } = await import("node:child_process");
    const run = (program: string, args: readonly string[]): Promise<number | null> =>
      new Promise((resolve) => {
        const child = spawn(program, ["-h", "127.0.0.1", "-p", String(paper.port), ...args]);
        child.on("close", (code) => resolve(code));
      });
    // mosquitto's exit code 5: connection refused, not authorised.
    expect(await run("mosquitto_pub", ["-t", upTopic(SCHOOL, term(0).device), "-m", "x"])).toBe(5);
    expect(await run("mosquitto_sub", ["-t", own, "-C", "1", "-W", "3"])).toBe(5);
    expect(
      await run("mosquitto_sub", [
        "-i",
        id,
        "-u",
        id,
        "-P",
        "guess",
        "-t",
        own,
        "-C",
        "1",
        "-W",
        "3",
      ]),
    ).toBe(5);
  });
});

describe("events over the wire", () => {
  it("[N1] are acknowledged by a signed watermark, and a replayed batch moves nothing", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    const link = await paperLink(paper, term(0));
    const events = Array.from({ length: 5 }, () => term(0).write({ type: "day-open" }).bytes);
    await link.send(helloOf(term(0)));
    expect(await link.ack()).toMatchObject({ device: term(0).device, term: 1, credit: 4 });
    for (let times = 0; times < 3; times++) {
      await link.send(eventsFrame(term(0), 1, events));
      expect((await link.ack()).incs).toEqual([{ inc: term(0).inc, ack: 5, safe: 0 }]);
    }
    const rows = await paper.school.store.read.selectFrom("device_event").select("n").execute();
    expect(rows.length).toBe(5);
  });

  it("[N8] what stands before a forged event is taken, the rest is quarantined, and the line stays", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    const link = await paperLink(paper, term(0));
    const good = term(0).write({ type: "day-open" }).bytes;
    const forged = new Uint8Array(term(0).write({ type: "day-open" }).bytes) as SignedBytes;
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    await link.send(eventsFrame(term(0), 1, [good, forged]));
    expect((await link.ack()).incs).toMatchObject([{ ack: 1 }]);
    expect(await link.next("error")).toMatchObject({
      kind: "quarantine",
      n: 2,
      reason: "bad-signature",
    });
    await link.client.publishAsync(upTopic(SCHOOL, term(0).device), "not cbor", { qos: 1 });
    expect(await link.next("error")).toMatchObject({ kind: "quarantine", reason: "bad-frame" });
    expect(link.client.connected).toBe(true);
  });

  it("[N2] frames of one terminal are taken in the order they came", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    const link = await paperLink(paper, term(0));
    // A large frame takes longer to verify than the small one behind it.
    const sends = [60, 1, 60, 1, 60, 1].map((size) => {
      const written = Array.from({ length: size }, () => term(0).write({ type: "day-open" }));
      const first = must(written[0], "a batch").n;
      return link.send(
        eventsFrame(
          term(0),
          first,
          written.map(({ bytes }) => bytes),
        ),
      );
    });
    await Promise.all(sends);
    const row = await paper.school.store.read
      .selectFrom("incarnation")
      .select("ack")
      .executeTakeFirst();
    expect(row).toEqual({ ack: 183 });
    expect(link.frames.filter(({ t }) => t === "error")).toEqual([]);
  });
});

describe("commands and asks", () => {
  it("[G6] a hello brings everything above what the terminal has; an ask is granted in one round trip", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    await paper.school.topUp(kid(0), 30_000);
    const link = await paperLink(paper, term(0));
    await link.send(helloOf(term(0)));
    const ask = askId("ask-1");
    await link.send({
      t: "ask",
      ask,
      student: kid(0),
      purse: "snack",
      day: TODAY,
      need: rupiah(7_000),
    });
    const [command] = await link.commands();
    expect(command).toMatchObject({ rev: 1, body: { kind: "lease-grant", amount: 12_000, ask } });
    expect(await link.next("answer")).toEqual({ t: "answer", ask, outcome: "granted", rev: 1 });
    // The same question again is the same grant.
    await link.send({
      t: "ask",
      ask,
      student: kid(0),
      purse: "snack",
      day: TODAY,
      need: rupiah(7_000),
    });
    expect(await link.next("answer")).toMatchObject({ outcome: "granted", rev: 1 });
    await link.close();
    const again = await paperLink(paper, term(0));
    await again.send(helloOf(term(0), 0));
    expect((await again.commands()).map(({ rev }) => rev)).toEqual([1]);
  });

  it("[G6] money at another connected stall comes back by its signed return, and the child is served", async () => {
    paper = await paperCloud({ terminals: 2, students: 1 });
    await paper.school.topUp(kid(0), 6_000);
    await paper.school.store.commit((work) => grantDay(work, paper.cloud.outbox, SCHOOL, kid(0)));
    const links = [await paperLink(paper, term(0)), await paperLink(paper, term(1))] as const;
    for (const index of [0, 1] as const) await links[index].send(helloOf(term(index)));
    const row = await paper.school.store.read.selectFrom("lease").selectAll().executeTakeFirst();
    const holder = row?.device === term(0).device ? 0 : 1;
    const asker = holder === 0 ? 1 : 0;
    const lease = must(row, "one stall holds it all").id;
    await links[holder].commands();
    const ask = askId("ask-2");
    await links[asker].send({
      t: "ask",
      ask,
      student: kid(0),
      purse: "snack",
      day: TODAY,
      need: rupiah(5_000),
    });
    const [request] = await links[holder].commands();
    expect(request?.body).toEqual({ kind: "return-request", student: kid(0) });
    const back = term(holder).write({
      type: "lease-return",
      lease,
      amount: must(row, "a lease").amount,
      reason: "requested",
    });
    await links[holder].send(eventsFrame(term(holder), back.n, [back.bytes]));
    expect(await links[asker].next("answer")).toMatchObject({ outcome: "granted" });
    const [grant] = await links[asker].commands();
    expect(grant?.body).toMatchObject({ kind: "lease-grant", amount: 6_000, ask });
  });

  it("[G4] a terminal whose day is over before ours is not granted the same day again and again", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    await paper.school.topUp(kid(0), 6_000);
    await paper.school.store.commit((work) => grantDay(work, paper.cloud.outbox, SCHOOL, kid(0)));
    const { read } = paper.school.store;
    const leases = () => read.selectFrom("lease").select(["id", "amount", "state"]).execute();
    const [lease] = await leases();
    const { id, amount } = must(lease, "one stall holds it all");
    const link = await paperLink(paper, term(0));
    const back = term(0).write({ type: "lease-return", lease: id, amount, reason: "day-over" });
    await link.send(eventsFrame(term(0), back.n, [back.bytes]));
    await link.ack();
    expect(await leases()).toEqual([{ id, amount, state: "returned" }]);
  });

  it("[G4] a restored cloud says again what it queued under revisions that the terminal knows already", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    const restoredAt = Math.floor(MORNING_MS / 1_000);
    Object.assign(paper.cloud, { store: { ...paper.school.store, term: restoredAt } });
    await paper.school.topUp(kid(0), 6_000);
    await paper.school.store.commit((work) => grantDay(work, paper.cloud.outbox, SCHOOL, kid(0)));
    const grant = { kind: "lease-grant", student: kid(0), amount: 6_000 };
    // The lost ledger had told this terminal three commands; the restored one began again at 1.
    const hello = { ...helloOf(term(0), 3), term: 1 } as const;
    const link = await paperLink(paper, term(0));
    await link.send(hello);
    expect(await link.commands()).toMatchObject([{ rev: 4, body: grant }]);
    await link.close();
    // What is on its way already is not queued once more.
    const again = await paperLink(paper, term(0));
    await again.send(hello);
    expect(await again.commands()).toMatchObject([{ rev: 4, body: grant }]);
  });

  it("[G5] money that came back for a question that was refused all the same is spread again", async () => {
    paper = await paperCloud({ terminals: 3, students: 1 });
    const { store } = paper.school;
    await paper.school.topUp(kid(0), 12_000);
    const grantTo = (index: number, amount: number) =>
      store.commit((work) =>
        grantLease(work, paper.cloud.outbox, SCHOOL, {
          device: term(index).device,
          student: kid(0),
          purse: "snack",
          day: TODAY,
          amount: rupiah(amount),
          ask: null,
          actor: "test",
        }),
      );
    const { lease } = await grantTo(0, 6_000);
    await grantTo(1, 6_000);
    const link = await paperLink(paper, term(0));
    await link.send(helloOf(term(0)));
    await link.commands();
    const silent = await paperLink(paper, term(1));
    await silent.send(helloOf(term(1)));
    const asker = await paperLink(paper, term(2));
    await asker.send(helloOf(term(2)));
    const question = { t: "ask", student: kid(0), purse: "snack", day: TODAY } as const;
    await asker.send({ ...question, ask: askId("ask-7"), need: rupiah(12_000) });
    await link.commands();
    const amount = rupiah(6_000);
    const back = term(0).write({ type: "lease-return", lease, amount, reason: "requested" });
    await link.send(eventsFrame(term(0), back.n, [back.bytes]));
    expect(await asker.next("answer")).toMatchObject({ reason: "held-elsewhere" });
    const granted = [link.commands(), asker.commands()];
    expect((await Promise.race(granted))[0]?.body).toMatchObject({ kind: "lease-grant" });
  });

  it("[G6] money at a stall that is away is named as such, at once", async () => {
    paper = await paperCloud({ terminals: 2, students: 1 });
    await paper.school.topUp(kid(0), 6_000);
    await paper.school.store.commit((work) => grantDay(work, paper.cloud.outbox, SCHOOL, kid(0)));
    const row = await paper.school.store.read
      .selectFrom("lease")
      .select("device")
      .executeTakeFirst();
    const asker = row?.device === term(0).device ? 1 : 0;
    const link = await paperLink(paper, term(asker));
    await link.send(helloOf(term(asker)));
    const question = { t: "ask", student: kid(0), purse: "snack", day: TODAY } as const;
    await link.send({ ...question, ask: askId("ask-3"), need: rupiah(5_000) });
    expect(await link.next("answer")).toMatchObject({ reason: "held-elsewhere" });
    await link.send({ ...question, ask: askId("ask-4"), need: rupiah(50_000) });
    expect(await link.next("answer")).toMatchObject({ reason: "funds" });
  });

  it("[CN2] a sealed secret goes to the other terminals, and only with consent", async () => {
    paper = await paperCloud({ terminals: 2, students: 1 });
    const links = [await paperLink(paper, term(0)), await paperLink(paper, term(1))] as const;
    await links[1].send(helloOf(term(1)));
    const item = {
      student: kid(0),
      item: "fingers",
      version: 1,
      epoch: 1,
      wrap: new Uint8Array(60),
      sealed: new Uint8Array(100).fill(9),
    } as const;
    const frame = { t: "vault", ask: askId("ask-5"), item } as const;
    await links[0].send(frame);
    expect(await links[0].next("vault-ack")).toMatchObject({ ask: "ask-5" });
    const { read } = paper.school.store;
    expect(await read.selectFrom("vault_item").select("item").execute()).toEqual([]);
    await paper.school.store.commit(async ({ db }) => {
      await db
        .updateTable("student")
        .set({ consent_state: "granted", consent_version: 1 })
        .execute();
    });
    await links[0].send(frame);
    await links[0].next("vault-ack");
    const [command] = await links[1].commands();
    expect(command?.body).toEqual({ kind: "vault", item });
    expect(links[0].frames.filter(({ t }) => t === "cmd")).toEqual([]);
  });

  it("[CN2] fingers of a withdrawn answer do not come back when the guardian says yes again", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    const { store } = paper.school;
    const [student, device, version] = [kid(0), term(0).device, 3];
    await store.commit(async ({ db, now }) => {
      await db
        .updateTable("student")
        .set({ consent_state: "granted", consent_version: version })
        .execute();
      // Withdrawn as version 2 while the terminal was away, granted as version 3.
      await db
        .insertInto("erasure")
        .values({ school: SCHOOL, student, consent: 2, device, ordered_at: now, erased_at: null })
        .execute();
    });
    const sealed = { wrap: new Uint8Array(60), sealed: new Uint8Array(100).fill(9) };
    const item = { student, item: "fingers", version: 1, epoch: 1, ...sealed } as const;
    const items = () => store.read.selectFrom("vault_item").select("student").execute();
    const link = await paperLink(paper, term(0));
    await link.send({ t: "vault", ask: askId("ask-8"), item });
    await link.send({ t: "vault", ask: askId("ask-9"), item: { ...item, item: "pin" } });
    // One line a terminal: the answer to the second says that the first was dealt with.
    expect(await link.next("vault-ack")).toMatchObject({ ask: "ask-9" });
    expect(await items()).toHaveLength(1);
    const receipt = term(0).write({ type: "erase-receipt", student, consent: 2 });
    await link.send(eventsFrame(term(0), receipt.n, [receipt.bytes]));
    await link.send({ t: "vault", ask: askId("ask-8"), item });
    expect(await link.next("vault-ack")).toMatchObject({ ask: "ask-8" });
    expect(await items()).toHaveLength(2);
  });
});

describe("a database that was set back to an older state", () => {
  it("[N15] begins a new lineage when a terminal had let go of more, once, and says again what it said", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    const { store, outbox, topUp } = paper.school;
    await topUp(kid(0), 9_000);
    await store.commit((work) => grantDay(work, outbox, SCHOOL, kid(0)));
    const link = await paperLink(paper, term(0));
    const believes = (have: number) =>
      ({
        ...helloOf(term(0), have),
        term: store.term,
        incs: [{ inc: term(0).inc, from: 41, to: 60, tip: term(0).parent }],
      }) as ReturnType<typeof helloOf>;
    const before = store.term;
    await link.send(believes(5));
    const { term: raised, incs } = await link.ack();
    expect(raised).toBeGreaterThan(before);
    expect(incs).toEqual([{ inc: term(0).inc, ack: 0, safe: 0 }]);
    const [again] = await link.commands();
    expect(again).toMatchObject({ rev: 6, body: { kind: "lease-grant" } });
    await link.send(believes(6));
    expect((await link.ack()).term).toBe(raised);
    await link.close();
  });
});

describe("back-pressure", () => {
  it("[B4] a cloud that goes sends every terminal away by a signed word", async () => {
    paper = await paperCloud({ terminals: 2, students: 0 });
    const links = [await paperLink(paper, term(0)), await paperLink(paper, term(1))];
    await drainAll(paper.cloud, paper.connections);
    for (const link of links) {
      expect(await link.ack()).toMatchObject({ drain: true, delayMs: 2_000 });
      await link.close();
    }
  });

  it("[B6] a lease carries at most what one event may move", async () => {
    paper = await paperCloud({ terminals: 1, students: 1 });
    const { store, outbox, topUp } = paper.school;
    for (let count = 0; count < 3; count++) await topUp(kid(0), 100_000_000);
    await store.commit((work) => grantDay(work, outbox, SCHOOL, kid(0)));
    const rows = await store.read.selectFrom("lease").select("amount").execute();
    expect(rows).toEqual([{ amount: 100_000_000 }]);
  });
});
