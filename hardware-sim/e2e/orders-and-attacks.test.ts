import { downTopic, encodeUpFrame, mqttClientId, upTopic, type SignedBytes } from "@saku/protocol";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { auditDay } from "../src/day/audit.ts";
import type { Purchase } from "../src/day/customer.ts";
import { cloudLedgerFile, terminalJournalFile } from "../src/fleet/fleet.ts";
import { until } from "../src/fleet/until.ts";
import {
  at,
  buyAt,
  childOf,
  childWhen,
  drained,
  giveOrder,
  linkIs,
  metric,
  openFamilySchool,
  refusedAt,
  refusedFor,
  stallOf,
  STALLS,
  terminalOf,
  tillOf,
  TOP_UP,
  trialBalance,
  WAIT,
  type FamilySchool,
} from "./family-school.ts";
import {
  floodConnect,
  answeredLogin,
  hasMosquitto,
  metricOf,
  recordedEvents,
  runMosquitto,
  type Login,
  type MosquittoRun,
} from "./stranger.ts";
import { openThief, type Thief } from "./thief.ts";

// Orders of guardians and of the school, and strangers at the broker, on real processes. Each test goes on where the
// one before it ended: the books at the end are those of the whole day.
const NO_MOSQUITTO =
  "mosquitto_pub and mosquitto_sub (Debian: mosquitto-clients) are not installed";
/** Exit code of Debian's clients: CONNACK "not authorized". */
const NOT_AUTHORIZED = 5;

let school: FamilySchool;

beforeAll(async () => {
  school = await openFamilySchool();
}, 180_000);

afterAll(async () => {
  await school.close();
});

afterEach(() => {
  // A test that failed with the line cut must not take the others with it.
  school.fleet.restoreInternet();
});

describe("a child's money between two stalls", () => {
  it("comes from the other stall when the one where the child stands holds too little", async () => {
    const before = await childWhen(school, 0, (view) => view.atSchool > 0);
    expect(before.atSchool).toBeLessThan(TOP_UP);
    // More than a stall's half and what was kept back together: only the other stall's return can cover it.
    const bought = await buyAt(school, { stall: 0, child: 0, amount: 35_000 });
    expect(bought.kind).toBe("bought");
    if (bought.kind === "bought") expect(bought.journey?.stages["askMs"]).toBeGreaterThan(0);
    await drained(school);
    expect(await childOf(school, 0)).toMatchObject({ balance: 25_000, spentToday: 35_000 });
    expect(await trialBalance(school)).toMatchObject({ isBalanced: true });
  });

  it("is refused neutrally while it is out of reach, and can be spent when the way is back", async () => {
    const { counter } = tillOf(school, 0);
    const order = { stall: 0, child: 1, amount: 40_000 };
    school.fleet.cutInternet();
    await linkIs(school, false);
    const { unsentCount } = await counter.view();
    const { purchase, shown, held } = await refusedAt(school, order);
    expect(purchase).toEqual({ kind: "refused", reason: "lease-short-offline" });
    expect(shown).toEqual({ screen: "not-this-time", reason: null, needsService: false });
    expect(held).toEqual({ ...shown, reason: "lease-short-offline" });
    expect((await counter.journeys()).at(-1)).toMatchObject({ outcome: "refused", saleId: null });
    expect((await counter.view()).unsentCount).toBe(unsentCount);
    school.fleet.restoreInternet();
    await drained(school);
    expect(await childOf(school, 1)).toMatchObject({ balance: TOP_UP, spentToday: 0 });
    expect((await buyAt(school, order)).kind).toBe("bought");
    await drained(school);
    expect(await childOf(school, 1)).toMatchObject({ balance: 20_000, spentToday: 40_000 });
  });
});

describe("a guardian's orders", () => {
  it("bind a purchase to the daily limit until it is lifted", async () => {
    await giveOrder(school, 1, { what: "limit", body: { dailyLimit: 45_000 } });
    await childWhen(school, 1, (view) => view.atSchool <= 5_000);
    const { purchase, shown, held } = await refusedAt(school, {
      stall: 1,
      child: 1,
      amount: 8_000,
    });
    expect(purchase).toEqual({ kind: "refused", reason: "limit" });
    expect([shown.reason, held.reason]).toEqual([null, "limit"]);
    expect((await buyAt(school, { stall: 1, child: 1, amount: 4_000 })).kind).toBe("bought");
    await giveOrder(school, 1, { what: "limit", body: { dailyLimit: null } });
    expect((await buyAt(school, { stall: 1, child: 1, amount: 8_000 })).kind).toBe("bought");
    await drained(school);
    expect(await childOf(school, 1)).toMatchObject({ balance: 8_000, spentToday: 52_000 });
  });

  it("[M19] bring a receipt that a program of bash and openssl proves, and a bent one it refuses", async () => {
    const { cloudUrl } = school.fleet;
    const { cookie } = at(school.guardians, 1);
    const get = async (path: string): Promise<string> =>
      (await fetch(`${cloudUrl}${path}`, { headers: { cookie } })).text();
    const html = await get(`/ortu/${at(school.students, 1)}/aktivitas`);
    const receipts = [...html.matchAll(/href="(\/ortu\/[^"]+\/bukti\/[^"]+)"/g)];
    expect(receipts.length).toBeGreaterThan(1);
    const folder = mkdtempSync(join(tmpdir(), "saku-receipt-"));
    const file = join(folder, "receipt.tlog-proof");
    const verify = (proof: string, key: string): SpawnSyncReturns<string> => {
      writeFileSync(file, proof);
      const script = join(import.meta.dirname, "../../docs/verify-receipt.sh");
      return spawnSync("bash", [script, file, key], { encoding: "utf8" });
    };
    for (const [, path = ""] of receipts) {
      const proof = await get(`${path}/berkas`);
      expect(Buffer.byteLength(proof)).toBeLessThanOrEqual(2_048);
      const [, name = ""] = /^(saku\/\S+)$/m.exec(proof) ?? [];
      const key = (await get(`/v1/logs/${name.split("/")[1] ?? ""}/key`)).trim();
      const good = verify(proof, key);
      expect([good.stderr, good.status]).toEqual(["", 0]);
      expect(good.stdout).toMatch(/^PROVEN: entry \d+ of \d+ in saku\//);
      expect(verify(proof.replace(/^extra ..../m, "extra ABCD"), key).status).toBe(1);
    }
    rmSync(folder, { recursive: true });
    const stranger = await fetch(`${cloudUrl}${receipts[0]?.[1] ?? ""}/berkas`, {
      headers: { cookie: at(school.guardians, 0).cookie },
    });
    expect(stranger.status).toBe(404);
  });

  it("freeze the child at every stall, and thaw it again", async () => {
    await giveOrder(school, 0, { what: "freeze", body: { isFrozen: true } });
    const frozen = await childWhen(school, 0, (view) => view.freeze.waitingFor.length === 0);
    expect(frozen).toMatchObject({ balance: 25_000, atSchool: 0, freeze: { isFrozen: true } });
    for (const stall of [0, 1])
      expect(await buyAt(school, { stall, child: 0, amount: 1_000 })).toEqual({
        kind: "refused",
        reason: "frozen",
      });
    await giveOrder(school, 0, { what: "freeze", body: { isFrozen: false } });
    await childWhen(school, 0, (view) => view.atSchool > 0);
    expect((await buyAt(school, { stall: 1, child: 0, amount: 1_000 })).kind).toBe("bought");
    await drained(school);
    expect(await childOf(school, 0)).toMatchObject({ balance: 24_000 });
  });

  it("name the stalls that have not heard of a freeze, and honour what such a stall sold", async () => {
    school.fleet.cutInternet();
    await linkIs(school, false);
    await giveOrder(school, 0, { what: "freeze", body: { isFrozen: true } });
    const { freeze } = await childOf(school, 0);
    expect(freeze).toEqual({ isFrozen: true, waitingFor: [...STALLS] });
    // Reserved first: the stall that nobody can reach still serves the child, and the books can bear it.
    expect((await buyAt(school, { stall: 1, child: 0, amount: 2_000 })).kind).toBe("bought");
    school.fleet.restoreInternet();
    await childWhen(school, 0, (view) => view.freeze.waitingFor.length === 0);
    await drained(school);
    expect(await childOf(school, 0)).toMatchObject({ balance: 22_000, atSchool: 0 });
    expect(await buyAt(school, { stall: 1, child: 0, amount: 1_000 })).toEqual({
      kind: "refused",
      reason: "frozen",
    });
    await giveOrder(school, 0, { what: "freeze", body: { isFrozen: false } });
    await childWhen(school, 0, (view) => view.atSchool > 0);
  });

  it("erase the fingers on every terminal when consent is withdrawn, and leave the PIN", async () => {
    await giveOrder(school, 1, { what: "consent", body: { state: "withdrawn" } });
    const { consent } = await childWhen(
      school,
      1,
      ({ consent: { erasures } }) =>
        erasures.length > 0 && erasures.every(({ erasedAtMs }) => erasedAtMs !== null),
    );
    expect(consent.state).toBe("withdrawn");
    expect(consent.erasures.map(({ terminalName }) => terminalName)).toEqual([...STALLS]);
    for (const counter of school.counters) expect((await counter.view()).fingerCount).toBe(1);
    const bought = await buyAt(school, { stall: 0, child: 1, amount: 1_000 });
    expect(bought).toMatchObject({ kind: "bought", how: "pin" });
    await drained(school);
    expect(await childOf(school, 1)).toMatchObject({ balance: 7_000 });
  });
});

describe("a noisy cable", () => {
  it("costs retries, never another child", async () => {
    const { faults } = tillOf(school, 1).module;
    for (const name of ["dropped-bytes", "corrupted-bytes", "duplicated-bytes"] as const)
      faults.set(name, 0.000_02);
    for (const name of ["late-packets", "split-packets", "stray-bytes"] as const)
      faults.set(name, 0.005);
    const hasStruck = (): boolean => {
      const { counters } = faults;
      const brokenCount = counters["dropped-bytes"] + counters["corrupted-bytes"];
      return brokenCount > 0 && counters["late-packets"] > 0;
    };
    const purchases: Purchase[] = [];
    try {
      const buyOnce = async (): Promise<true | null> => {
        purchases.push(await buyAt(school, { stall: 1, child: 0, amount: 500 }));
        return hasStruck() ? true : null;
      };
      await until("noise to strike", buyOnce, WAIT);
    } finally {
      faults.clear();
    }
    expect(purchases.filter(({ kind }) => kind !== "bought")).toEqual([]);
    await drained(school);
    expect(await childOf(school, 0)).toMatchObject({ balance: 22_000 - 500 * purchases.length });
  });
});

describe("strangers at the broker", () => {
  type Program = "mosquitto_pub" | "mosquitto_sub";
  const mosquitto = (
    program: Program,
    login: Login | null,
    args: readonly string[],
  ): Promise<MosquittoRun> => {
    const { directory, mqttPort } = school;
    return runMosquitto({ program, directory, mqttPort, login, args: ["-q", "1", ...args] });
  };
  const loginOf = (index: number, keysOf = index): Promise<Login> =>
    answeredLogin({
      cloudUrl: school.fleet.cloudUrl,
      school: school.id,
      device: at(school.devices, index),
      keysIn: stallOf(school, keysOf).directory,
    });

  it("are not let in without a key, nor with another terminal's name", async ({ skip }) => {
    if (!hasMosquitto) skip(NO_MOSQUITTO);
    const device = at(school.devices, 0);
    const clientId = mqttClientId(school.id, device);
    const guessed = { clientId, username: clientId, password: "A".repeat(150) };
    const up = ["-t", upTopic(school.id, device), "-m", "x"];
    const down = ["-t", downTopic(school.id, device), "-W", "5"];
    // Anybody may ask for the question; only the terminal's own key can answer it.
    const withOtherKey = (): Promise<Login> => loginOf(0, 1);
    for (const login of [null, guessed, await withOtherKey()])
      expect((await mosquitto("mosquitto_pub", login, up)).exitCode).toBe(NOT_AUTHORIZED);
    for (const login of [null, guessed, await withOtherKey()])
      expect((await mosquitto("mosquitto_sub", login, down)).exitCode).toBe(NOT_AUTHORIZED);
    // Who fails at the door must not put the one who lives there out of it.
    expect(await terminalOf(school, 0)).toMatchObject({ isOnline: true, state: "active" });
  });

  it("cannot use up the questions that a terminal needs to log in", async () => {
    const ask = async (address: string): Promise<number> => {
      const { status } = await fetch(`${school.fleet.cloudUrl}/v1/auth/challenge`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": address },
        body: JSON.stringify({ device: at(school.devices, 0) }),
      });
      return status;
    };
    const asked = await Promise.all(Array.from({ length: 70 }, () => ask("203.0.113.9")));
    expect(asked).toContain(429);
    expect(await ask("198.51.100.7")).toBe(200);
  });

  describe("with the keys of one terminal", () => {
    beforeAll(() => stallOf(school, 0).daemon.stop());
    afterAll(() => stallOf(school, 0).daemon.start());

    const openThiefOf = async (index: number): Promise<Thief> => {
      const { id, mqttPort } = school;
      const login = await loginOf(index);
      return openThief({ mqttPort, login, school: id, device: at(school.devices, index) });
    };

    it("hear nothing of another terminal, and are asked anew each time", async ({ skip }) => {
      if (!hasMosquitto) skip(NO_MOSQUITTO);
      const before = await refusedFor(school, "foreign-subscription");
      const topics = [downTopic(school.id, at(school.devices, 1)), "saku/#", "$SYS/#"];
      const args = [...topics.flatMap((topic) => ["-t", topic]), "-W", "5"];
      const login = await loginOf(0);
      const heard = await mosquitto("mosquitto_sub", login, args);
      expect(heard.output).toBe("All subscription requests were denied.\n");
      expect(await refusedFor(school, "foreign-subscription")).toBe(before + topics.length);
      // A proof that was overheard is worth nothing the second time.
      expect((await mosquitto("mosquitto_sub", login, args)).exitCode).toBe(NOT_AUTHORIZED);
    });

    it("cannot speak for another terminal", async ({ skip }) => {
      if (!hasMosquitto) skip(NO_MOSQUITTO);
      const before = await refusedFor(school, "foreign-topic");
      const file = join(school.directory, "stolen-hello");
      const nothing = { term: 0, have: 0, incs: [], roster: 0, lan: null, log: null, metrics: {} };
      await writeFile(file, encodeUpFrame({ t: "hello", v: 1, software: "stolen", ...nothing }));
      const args = ["-t", upTopic(school.id, at(school.devices, 1)), "-f", file];
      const said = await mosquitto("mosquitto_pub", await loginOf(0), args);
      expect(said.exitCode).not.toBe(0);
      expect(await refusedFor(school, "foreign-topic")).toBe(before + 1);
      for (const index of [0, 1])
        expect((await terminalOf(school, index)).software).not.toBe("stolen");
    });

    it("change nothing in the books by sending again what was sent, or something like it", async () => {
      const badSignatures = 'events_refused_total{reason="bad-signature"}';
      const recording = await recordedEvents(stallOf(school, 0).directory);
      const forged = recording.events.map((bytes) => {
        const copy = new Uint8Array(bytes);
        copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
        return copy as SignedBytes;
      });
      const booksBefore = await trialBalance(school);
      const duplicates = await metric(school, "events_duplicate_total");
      const refused = await metric(school, badSignatures);
      const thief = await openThiefOf(0);
      try {
        await thief.publish(encodeUpFrame({ t: "events", ...recording }));
        await thief.publish(encodeUpFrame({ t: "events", ...recording, events: forged }));
      } finally {
        await thief.close();
      }
      const sentAgain = recording.events.length;
      expect(await metric(school, "events_duplicate_total")).toBe(duplicates + sentAgain);
      expect(await metric(school, badSignatures)).toBe(refused + 1);
      expect(await metric(school, "forks_total")).toBe(0);
      expect(await trialBalance(school)).toEqual(booksBefore);
    });

    it("are counted when they send garbage, while others go on selling", async () => {
      const badFrames = 'events_refused_total{reason="bad-frame"}';
      const before = await metric(school, badFrames);
      const garbage = [
        new Uint8Array(0),
        Uint8Array.of(0xff),
        new Uint8Array(60_000).fill(0x81),
        new TextEncoder().encode('{"t":"hello"}'),
        Uint8Array.of(0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      ];
      const thief = await openThiefOf(0);
      try {
        const sold = buyAt(school, { stall: 1, child: 0, amount: 1_000 });
        for (const payload of garbage) await thief.publish(payload);
        expect((await sold).kind).toBe("bought");
        await drained(school, [1]);
      } finally {
        await thief.close();
      }
      expect(await metric(school, badFrames)).toBe(before + garbage.length);
    });
  });

  it("are cut at once when they announce 200 MB before their name", async () => {
    const { cloudUrl } = school.fleet;
    const before = await refusedFor(school, "too-large");
    const memoryBefore = await metricOf(cloudUrl, "process_resident_memory_bytes");
    const floods = Array.from({ length: 8 }, () => floodConnect(school.mqttPort, 200_000_000));
    // What the kernel's two buffers took before the reset came back.
    for (const sent of await Promise.all(floods)) expect(sent).toBeLessThan(16_000_000);
    const memoryAfter = await metricOf(cloudUrl, "process_resident_memory_bytes");
    expect(memoryAfter - memoryBefore).toBeLessThan(50_000_000);
    expect(await refusedFor(school, "too-large")).toBe(before + floods.length);
  });

  it("leave a terminal behind that comes back and sells", async () => {
    await linkIs(school, true);
    expect((await buyAt(school, { stall: 0, child: 0, amount: 1_000 })).kind).toBe("bought");
    await drained(school);
  });
});

describe("a terminal that the school revokes", () => {
  it("shuts within five seconds, delivers what it sold and sells no more; the other goes on", async () => {
    const { cloudUrl } = school.fleet;
    const url = `${cloudUrl}/sekolah/terminal/${at(school.devices, 0)}/cabut`;
    const { cookie } = school.office.client;
    const html = await (await fetch(url, { headers: { cookie } })).text();
    const fields = ["csrf", "key"].map((name) => [
      name,
      new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? "",
    ]);
    const startMs = performance.now();
    const answer = await fetch(url, {
      method: "POST",
      headers: { cookie, origin: cloudUrl },
      body: new URLSearchParams(fields),
      redirect: "manual",
    });
    expect(answer.status).toBe(303);
    // It stays connected to deliver what it sold [D2]; its till is shut.
    const isShut = async (): Promise<true | null> =>
      (await at(school.counters, 0).view()).screen === "stopped" ? true : null;
    await until("the till to shut", isShut, WAIT);
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(await terminalOf(school, 0)).toMatchObject({ state: "revoked" });
    const isDelivered = async (): Promise<true | null> =>
      (await at(school.counters, 0).view()).unsentCount === 0 ? true : null;
    await until("what it sold to be delivered", isDelivered, WAIT);

    expect((await buyAt(school, { stall: 1, child: 0, amount: 500 })).kind).toBe("bought");
    await drained(school, [1]);
  });
});

describe("the books of that day", () => {
  it("have lost, doubled and invented nothing", async () => {
    expect(await trialBalance(school)).toMatchObject({ isBalanced: true });
    const audit = await auditDay({
      cloudFile: cloudLedgerFile(school.fleet.cloudDirectory),
      terminalFiles: school.fleet.stalls.map(({ directory }) => terminalJournalFile(directory)),
      promised: school.promised,
    });
    const nothing = { lost: 0, doubled: 0, negative: 0, imbalance: 0, suspense: 0, forks: 0 };
    expect(audit).toEqual({ booked: school.promised.size, ...nothing });
  });
});
