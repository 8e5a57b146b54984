import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  encodeClaim,
  encodeRoster,
  fromBase64Url,
  merchantId,
  must,
  schoolId,
  signObject,
  toBase64Url,
} from "@saku/protocol";
import { readConfig } from "./config.ts";
import { startCloud, type RunningCloud } from "./loop.ts";
import { nodeSigningKey } from "./shell/keys/ed25519.ts";
import { createLog } from "./shell/log/log.ts";
import { paperTerminal } from "./shell/paper-school.suite.ts";
import { describeOnBoth, emptyHome } from "./shell/store/databases.suite.ts";
import type { Database } from "./shell/store/migrations/render.ts";
import { temporaryFolder } from "./shell/temporary-folder.suite.ts";

async function urlOf(database: Database): Promise<string | undefined> {
  const { place } = await emptyHome(database);
  return "url" in place ? place.url : undefined;
}

type Json = Record<string, unknown>;

let cloud: RunningCloud | null = null;
afterEach(async () => {
  await cloud?.close();
  cloud = null;
});

async function start(directory: string, databaseUrl?: string): Promise<RunningCloud> {
  const config = readConfig({
    SAKU_CLOUD_DIR: directory,
    SAKU_DATABASE_URL: databaseUrl,
    SAKU_HTTP_PORT: "0",
    SAKU_MQTT_PORT: "0",
    SAKU_BACKUP_EVERY_S: "1",
  });
  cloud = await startCloud(config, createLog("silent"));
  return cloud;
}

const call = async (
  path: string,
  init: RequestInit & { readonly json?: unknown } = {},
): Promise<{ readonly status: number; readonly body: Json; readonly cookie: string }> => {
  const origin = `http://127.0.0.1:${cloud?.httpPort ?? 0}`;
  const { json, ...rest } = init;
  const response = await fetch(origin + path, {
    ...rest,
    headers: { origin, "content-type": "application/json", ...rest.headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return { status: response.status, body: JSON.parse(text === "" ? "{}" : text) as Json, cookie };
};

/** Founds a school and makes a claim for one terminal, as the technician would. */
async function foundAndClaim(directory: string): Promise<{
  readonly root: ReturnType<typeof nodeSigningKey>;
  readonly school: string;
  readonly claim: string;
}> {
  const root = nodeSigningKey(randomBytes(32));
  const admin = { login: "tata.usaha", password: "rahasia sekolah" };
  const founded = await call("/v1/found", {
    method: "POST",
    json: {
      setupToken: readFileSync(join(directory, "setup-token"), "utf8"),
      name: "SD Merdeka",
      zone: 420,
      rootKey: toBase64Url(root.publicKey),
      adminLogin: admin.login,
      adminPassword: admin.password,
    },
  });
  expect(founded.status).toBe(201);
  const school = String(founded.body["school"]);
  const session = await call("/v1/session", { method: "POST", json: admin });
  const headers = {
    cookie: session.cookie,
    "x-saku-csrf": String(session.body["csrf"]),
  };
  const post = (path: string, json: unknown, key: string) =>
    call(path, { method: "POST", json, headers: { ...headers, "idempotency-key": key } });
  const stall = await post(
    `/v1/schools/${school}/merchants`,
    { name: "Kantin Bu Sri" },
    "order-0001",
  );
  const merchant = String(stall.body["merchant"]);
  const made = await post(
    `/v1/schools/${school}/claims`,
    { merchant, terminalName: "Kasir 1" },
    "order-0002",
  );
  return { root, school, claim: String(made.body["claim"]) };
}

describeOnBoth("a cloud", (database) => {
  it("[D1] brings a terminal in by claim and signed roster, and by nothing less", async () => {
    const directory = temporaryFolder("loop");
    const url = await urlOf(database);
    await start(directory, url);
    const { root, school, claim } = await foundAndClaim(directory);
    const terminal = paperTerminal(merchantId("mer-any"));
    const boxKey = new Uint8Array(randomBytes(32));
    const payload = encodeClaim({
      v: 1,
      claim,
      device: terminal.device,
      signKey: terminal.key.publicKey,
      boxKey,
      software: "paper",
    });
    const signed = toBase64Url(
      signObject("saku.claim.v1", terminal.device, payload, terminal.key.sign),
    );
    const forged = toBase64Url(signObject("saku.claim.v1", terminal.device, payload, root.sign));
    const send = (text: string) =>
      call("/v1/devices/claim", { method: "POST", json: { signed: text } });
    expect(await send(forged)).toMatchObject({ status: 400, body: { error: "bad-claim" } });
    const claimed = await send(signed);
    expect(claimed).toMatchObject({
      status: 200,
      body: { school, device: terminal.device, term: 1 },
    });
    expect(fromBase64Url(String(claimed.body["cloudKey"]))?.length).toBe(32);
    // The answer may have been lost: the same terminal may ask again, another may not.
    expect((await send(signed)).status).toBe(200);

    const challenge = () =>
      call("/v1/auth/challenge", { method: "POST", json: { device: terminal.device } });
    expect(await challenge()).toMatchObject({ status: 409, body: { error: "not-active" } });
    const path = `/v1/schools/${school}/roster`;
    expect((await call(path)).status).toBe(401);
    const read = await call(path, { headers: { authorization: `Claim ${claim}` } });
    expect(read).toMatchObject({ status: 200, body: { rev: 0, roster: null } });
    const roster = encodeRoster({
      v: 1,
      school: schoolId(school),
      rev: 1,
      epoch: 1,
      devices: [
        {
          device: terminal.device,
          signKey: terminal.key.publicKey,
          boxKey,
          sealedEpochKey: new Uint8Array(104),
        },
      ],
    });
    const put = (bytes: Uint8Array) =>
      call(path, { method: "PUT", json: { roster: toBase64Url(bytes) } });
    const stranger = signObject("saku.roster.v1", "root", roster, terminal.key.sign);
    expect(await put(stranger)).toMatchObject({ status: 403, body: { error: "bad-signature" } });
    const good = signObject("saku.roster.v1", "root", roster, root.sign);
    expect(await put(good)).toMatchObject({ status: 200, body: { activated: [terminal.device] } });
    const asked = await challenge();
    expect(asked).toMatchObject({ status: 200, body: { host: "127.0.0.1", term: 1 } });
    expect(asked.body["mqttUrl"]).toBe(`mqtt://127.0.0.1:${must(cloud, "it runs").mqttPort}`);
  });

  it("answers health questions, and comes back with its key and its lineage after a stop", async () => {
    const directory = temporaryFolder("loop");
    const url = await urlOf(database);
    await start(directory, url);
    const ready = {
      status: "ok",
      term: 1,
      database,
      backups: "on the ledger's disk: safe does not rise",
    };
    const key = readFileSync(join(directory, "cloud-key"));
    expect((await call("/healthz")).body).toEqual({ status: "ok" });
    expect((await call("/readyz")).body).toEqual(ready);
    const metrics = await fetch(`http://127.0.0.1:${cloud?.httpPort ?? 0}/metrics`);
    expect(await metrics.text()).toContain("saku_trial_balance_imbalance_rupiah 0");
    await cloud?.close();
    await start(directory, url);
    expect(readFileSync(join(directory, "cloud-key"))).toEqual(key);
    expect((await call("/readyz")).body).toEqual(ready);
    expect(readdirSync(directory)).toContain("setup-token");
  });
});

describe("the configuration", () => {
  it("names the variable that is missing or wrong", () => {
    expect(() => readConfig({})).toThrow("SAKU_CLOUD_DIR");
    expect(() => readConfig({ SAKU_CLOUD_DIR: "x", SAKU_MQTT_PORT: "70000" })).toThrow(
      "SAKU_MQTT_PORT",
    );
    const config = readConfig({
      SAKU_CLOUD_DIR: "/var/lib/saku",
      SAKU_FRAME_ANCESTORS: "http://a:1  http://b:2",
    });
    expect(config.frameAncestors).toEqual(["http://a:1", "http://b:2"]);
    expect(config.backupDirectory).toBe("/var/lib/saku/backup");
    expect(config.ledger).toEqual({ file: "/var/lib/saku/ledger.sqlite" });
  });

  it("keeps the password of a database out of its address", () => {
    const secret = join(temporaryFolder("secret"), "password");
    writeFileSync(secret, "rahasia\n");
    const settings = {
      SAKU_CLOUD_DIR: "x",
      SAKU_DATABASE_URL: "postgresql://saku@db.example/saku",
      SAKU_DATABASE_PASSWORD_FILE: secret,
    };
    expect(readConfig(settings).ledger).toEqual({
      url: "postgresql://saku@db.example/saku",
      password: "rahasia",
    });
    expect(() => readConfig({ ...settings, SAKU_DATABASE_URL: "mysql://x" })).toThrow(
      "SAKU_DATABASE_URL",
    );
  });
});
