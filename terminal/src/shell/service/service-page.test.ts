import {
  fromBase64Url,
  parseClaim,
  toBase64Url,
  toHex,
  verifyObject,
  type PublicKey,
} from "@saku/protocol";
import type { Hono } from "hono";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_TIMING } from "../../core/sync/timing.ts";
import { openClock } from "../clock/clock.ts";
import { nodeTimers as timers } from "../clock/node-timers.ts";
import { openHubNetwork } from "../hub/hub-door.ts";
import { openDeviceKeys, type DeviceKeys } from "../keys/device-keys.ts";
import { nodeEntropy as entropy } from "../keys/node-entropy.ts";
import { verifyWithNode } from "../keys/verify.ts";
import { createLog } from "../log/log.ts";
import { CLOUD, SCHOOL_ROOT } from "../sale-desk/desk.suite.ts";
import { openMqttTransport } from "../mqtt/transport.ts";
import { openStore } from "../store/open-store.ts";
import type { Database } from "../store/sqlite.ts";
import { unixMs } from "@saku/protocol";
import { readMembership, type ClaimInput } from "./claim.ts";
import { openDutyDesk, type DutyDesk } from "./duty-desk.ts";
import { createFront, type Front } from "./front.ts";
import { metricsText } from "./health.ts";
import { readHealth } from "./health-report.ts";
import { createService, identityOf } from "./service-page.ts";

let folder: string;
let database: Database;
let keys: DeviceKeys;
let front: Front;
let desk: DutyDesk;
let service: Hono;
let cloud: Server;
let cloudUrl: string;
/** What the cloud answers to a claim: status and body. */
let answer: (signed: string) => readonly [number, object];
const LOCAL = { host: "127.0.0.1:4201", "content-type": "application/json" };

async function open(): Promise<void> {
  database = await openStore(folder);
  keys = await openDeviceKeys(folder, null);
  front = createFront(database);
  const clock = openClock(unixMs(0));
  const log = createLog("silent");
  const metrics = () => ({});
  const timing = { ...DEFAULT_TIMING, coldBootMaxMs: 3_600_000, reconnectBaseMs: 3_600_000 };
  const parts = {
    database,
    keys,
    clock,
    timers,
    entropy,
    verify: verifyWithNode,
    transport: openMqttTransport,
    log,
    software: "test",
    timing,
    askTimeoutMs: 100,
    lan: openHubNetwork({ host: "none", port: 0, timeoutMs: 100 }),
    metrics,
  };
  desk = await openDutyDesk(parts, front);
  const sensor = () => ({
    state: "ready",
    model: "R503",
    baudRate: 57_600,
    counters: { silent: 3 },
  });
  const facts = { database, keys, clock, stateFolder: folder, software: "test", indicator: "log" };
  service = createService({
    ownHost: "127.0.0.1",
    claim: (input) => desk.claim(input),
    identity: () => identityOf(keys, "test", desk.duty),
    health: () => readHealth({ ...facts, duty: () => desk.duty, sensor }),
  });
}

async function close(): Promise<void> {
  await desk.close();
  await database.close();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "saku-service-"));
  answer = () => [
    200,
    {
      school: "sch-test",
      device: keys.device,
      cloudKey: toBase64Url(CLOUD.publicKey),
      mqttUrl: "mqtt://127.0.0.1:1",
      host: "cloud.test",
      term: 1,
    },
  ];
  cloud = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { signed = "" } = JSON.parse(body) as { signed?: string };
      const [status, json] = request.url === "/v1/devices/claim" ? answer(signed) : [503, {}];
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => cloud.listen(0, "127.0.0.1", resolve));
  cloudUrl = `http://127.0.0.1:${(cloud.address() as AddressInfo).port}`;
  await open();
});
afterEach(async () => {
  await close();
  cloud.close();
  cloud.closeAllConnections();
  await rm(folder, { recursive: true });
});

function input(changes: Partial<ClaimInput> = {}): ClaimInput {
  return {
    cloudUrl,
    claim: "claim-of-sixteen-or-more",
    schoolRootKey: toBase64Url(SCHOOL_ROOT.publicKey),
    operatorCode: "240816",
    ...changes,
  };
}

async function claim(body: unknown, headers: Record<string, string> = LOCAL) {
  return service.request("/claim", { method: "POST", headers, body: JSON.stringify(body) });
}

async function health(): Promise<Record<string, Record<string, unknown>>> {
  return (await (await service.request("/health", { headers: LOCAL })).json()) as never;
}

describe("the claim", () => {
  it("is signed by the terminal's own new key and brings it to the school at once", async () => {
    let seen = "";
    const usual = answer;
    answer = (signed) => {
      seen = signed;
      return usual(signed);
    };
    const response = await claim(input());
    expect([response.status, await response.json()]).toEqual([
      200,
      { school: "sch-test", device: keys.device },
    ]);
    const bytes = fromBase64Url(seen) ?? new Uint8Array(0);
    const signed = verifyObject("saku.claim.v1", bytes, () => keys.signKey, verifyWithNode);
    const parsed = signed.ok ? parseClaim(signed.value.payload) : signed;
    expect(parsed.ok && parsed.value).toMatchObject({
      claim: "claim-of-sixteen-or-more",
      device: keys.device,
    });
    expect(await health()).toMatchObject({
      school: "sch-test",
      link: { state: "offline", unsentCount: 2 },
    });
  });

  it("[CL1] pins the keys of the cloud and of the school, also over a restart", async () => {
    await claim(input());
    await close();
    await open();
    const member = await readMembership(database.read);
    expect(member && [toHex(member.cloudKey), toHex(member.schoolRootKey), member.host]).toEqual([
      toHex(CLOUD.publicKey),
      toHex(SCHOOL_ROOT.publicKey),
      "cloud.test",
    ]);
    expect(desk.duty?.membership.school).toBe("sch-test");
  });

  it("[CL1] can be repeated for the same school only with the operator's code", async () => {
    await claim(input());
    const first = desk.duty?.journal.inc;
    expect((await claim(input({ operatorCode: "999999" }))).status).toBe(403);
    expect((await claim(input())).status).toBe(200);
    expect(desk.duty?.journal.inc).not.toBe(first);
  });

  it("[CL1] is no place to guess the operator's code: after five wrong ones the right one rests too", async () => {
    await claim(input());
    for (let guess = 0; guess < 5; guess++)
      expect((await claim(input({ operatorCode: `99999${guess}` }))).status).toBe(403);
    expect((await claim(input())).status).toBe(403);
  });

  it("[CL1] never moves a terminal to another school", async () => {
    await claim(input());
    const usual = answer;
    answer = (signed) => [200, { ...usual(signed)[1], school: "sch-other" }];
    expect((await claim(input())).status).toBe(409);
    expect((await claim(input({ schoolRootKey: toBase64Url(CLOUD.publicKey) }))).status).toBe(409);
    expect((await readMembership(database.read))?.school).toBe("sch-test");
  });

  it.each([
    ["a body that is none", { claim: 1 }, 400, "malformed"],
    [
      "a root key of small order",
      () => input({ schoolRootKey: toBase64Url(new Uint8Array(32)) }),
      400,
      "bad-root-key",
    ],
    ["a cloud that is away", () => input({ cloudUrl: "http://127.0.0.1:1" }), 502, "cloud-away"],
    ["an address that is none", () => input({ cloudUrl: "file:///etc/passwd" }), 400, "malformed"],
  ])("refuses %s", async (_, make, status, reason) => {
    const response = await claim(typeof make === "function" ? make() : make);
    expect([response.status, ((await response.json()) as { reason: string }).reason]).toEqual([
      status,
      reason,
    ]);
    expect(await readMembership(database.read)).toBeNull();
  });

  it("hands on the cloud's own sentence when it refuses", async () => {
    answer = () => [410, { error: "claim-over", detail: "This claim was used." }];
    const response = await claim(input());
    expect([response.status, await response.json()]).toEqual([
      502,
      { reason: "cloud-answer", sentence: "This claim was used." },
    ]);
  });

  it.each([
    ["another device", { device: "trm-other" }],
    ["a key that anyone could forge for", { cloudKey: toBase64Url(new Uint8Array(32)) }],
  ])("believes no answer with %s", async (_, change) => {
    const usual = answer;
    answer = (signed) => [200, { ...usual(signed)[1], ...change }];
    expect((await claim(input())).status).toBe(502);
    expect(await readMembership(database.read)).toBeNull();
  });
});

describe("the service page", () => {
  it.each([
    ["another name for this machine (DNS rebinding)", { ...LOCAL, host: "evil.example" }, 421],
    ["a page of another site", { ...LOCAL, origin: "http://evil.example" }, 403],
    ["a form", { ...LOCAL, "content-type": "text/plain" }, 415],
  ])("[CL2] refuses a write from %s", async (_, headers, status) => {
    expect((await claim(input(), headers)).status).toBe(status);
    expect(await readMembership(database.read)).toBeNull();
  });

  it("names the terminal and its six words", async () => {
    const response = await service.request("/identity", { headers: LOCAL });
    expect(await response.json()).toEqual({
      device: keys.device,
      signKey: toBase64Url(keys.signKey as PublicKey),
      boxKey: toBase64Url(keys.boxKey),
      phrase: keys.phrase,
      software: "test",
      school: null,
    });
  });

  it("tells the metrics in Prometheus' format, without names", async () => {
    const text = metricsText(await readHealthOf());
    expect(text).toContain("# TYPE saku_terminal_link_online gauge\nsaku_terminal_link_online 0\n");
    expect(text).toContain('saku_terminal_sensor_total{what="silent"} 3');
    expect((await service.request("/metrics", { headers: LOCAL })).status).toBe(200);
  });

  async function readHealthOf() {
    return (await health()) as unknown as Parameters<typeof metricsText>[0];
  }
});

describe("before the claim", () => {
  it("the counter finds a terminal that sells nothing and says so", async () => {
    const order = { student: "stu-1", amount: 1_000, purse: "snack", method: "pin" } as never;
    expect(await front.saleDesk.sell(order)).toEqual({
      kind: "refused",
      reason: "terminal-not-ready",
    });
    expect(await front.saleDesk.recentSales(5)).toEqual([]);
    expect(await front.vault.fingerRecords()).toEqual([]);
    expect(front.link.status()).toEqual({
      isOnline: false,
      isStopped: false,
      unsentCount: 0,
      oldestUnsentAtMs: null,
      mode: "red",
    });
    expect(await front.operator.check("")).toBe(false);
  });

  it("listeners are kept for the time after it", async () => {
    let changeCount = 0;
    front.link.onChange(() => (changeCount += 1));
    await claim(input());
    expect(changeCount).toBeGreaterThan(0);
    expect(await front.operator.check("240816")).toBe(true);
  });
});

describe("the operator's code", () => {
  it("rests a minute after five wrong tries", async () => {
    await claim(input());
    for (let wrong = 0; wrong < 5; wrong++) expect(await front.operator.check("1")).toBe(false);
    expect(await front.operator.check("240816")).toBe(false);
  });
});
