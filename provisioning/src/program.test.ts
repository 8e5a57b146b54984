import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  deviceIdOfKey,
  fromBase64Url,
  hardwarePhrase,
  must,
  parsePublicKey,
  parseRoster,
  signingKeyFromSeed,
  toBase64Url,
  verifyObject,
  verifyWithTweetnacl,
  type PublicKey,
  type Roster,
} from "@saku/protocol";
import nacl from "tweetnacl";
import { runProgram } from "./program.ts";

const SCHOOL = "sch-melati";
const CLAIM = "7f3a-92kd-bq41-xw0e";

type Answer = { readonly status: number; readonly body: unknown };
type Handler = (request: {
  method: string;
  path: string;
  body: unknown;
  authorization: string;
}) => Answer;

let folder = "";
let servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "saku-cli-"));
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
  rmSync(folder, { recursive: true });
});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let textSoFar = "";
  for await (const chunk of request) textSoFar += String(chunk);
  return textSoFar === "" ? null : (JSON.parse(textSoFar) as unknown);
}

async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = "", url = "" } = request;
      const authorization = request.headers.authorization ?? "";
      const answer = handler({ method, path: url, body, authorization });
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A cloud that keeps what it is given and knows one claim. */
class PaperCloud {
  rootKey: PublicKey | null = null;
  founded: unknown = null;
  roster: string | null = null;
  putCount = 0;
  conflictCount = 0;
  claims = new Set([CLAIM]);
  readonly handle: Handler = ({ method, path, body, authorization }) => {
    if (path === "/v1/found" && method === "POST") {
      if (this.founded !== null)
        return { status: 409, body: { error: "founded", detail: "twice" } };
      this.founded = body;
      const key = parsePublicKey(fromBase64Url((body as { rootKey: string }).rootKey));
      this.rootKey = key.ok ? key.value : null;
      return { status: 201, body: { school: SCHOOL, person: "per-1" } };
    }
    if (path !== `/v1/schools/${SCHOOL}/roster`) return { status: 404, body: {} };
    if (!this.claims.has(authorization.replace("Claim ", "")))
      return { status: 401, body: { error: "unknown-claim", detail: "no such claim" } };
    if (method === "GET") return { status: 200, body: { roster: this.roster } };
    if (this.conflictCount > 0) {
      this.conflictCount--;
      return { status: 409, body: { error: "older", detail: "rev" } };
    }
    this.putCount++;
    this.roster = (body as { roster: string }).roster;
    return { status: 200, body: {} };
  };
  readRoster(): Roster {
    const signed = must(fromBase64Url(this.roster ?? ""), "The roster is base64url");
    const verified = verifyObject(
      "saku.roster.v1",
      signed,
      (kid) => (kid === SCHOOL ? (this.rootKey ?? undefined) : undefined),
      verifyWithTweetnacl,
    );
    const parsed = verified.ok ? parseRoster(verified.value.payload) : verified;
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    return parsed.value;
  }
}

/** A terminal with real keys, that is online as soon as the cloud holds a roster with it. */
class PaperTerminal {
  readonly sign: ReturnType<typeof signingKeyFromSeed>;
  readonly box: nacl.BoxKeyPair;
  school: string | null = null;
  claims: Record<string, string>[] = [];
  readonly cloud: PaperCloud;
  constructor(cloud: PaperCloud, seed: number) {
    this.cloud = cloud;
    this.sign = signingKeyFromSeed(new Uint8Array(32).fill(seed));
    this.box = nacl.box.keyPair.fromSecretKey(new Uint8Array(32).fill(seed + 100));
  }
  get device(): string {
    return deviceIdOfKey(this.sign.publicKey);
  }
  readonly handle: Handler = ({ path, body }) => {
    if (path === "/service/identity")
      return {
        status: 200,
        body: {
          device: this.device,
          signKey: toBase64Url(this.sign.publicKey),
          boxKey: toBase64Url(this.box.publicKey),
          phrase: "not used",
          software: "saku 0.1.0",
          school: this.school,
        },
      };
    if (path === "/service/claim") {
      const input = body as Record<string, string>;
      this.claims.push(input);
      if (!this.cloud.claims.has(input["claim"] ?? ""))
        return { status: 502, body: { reason: "cloud-answer", sentence: "no such claim" } };
      this.school = SCHOOL;
      return { status: 200, body: { school: SCHOOL, device: this.device } };
    }
    const roster = this.cloud.roster === null ? null : this.cloud.readRoster();
    const isListed = roster?.devices.some((each) => each.device === this.device) === true;
    return {
      status: 200,
      body: {
        school: this.school,
        link: { state: isListed ? "online" : "offline", unsentCount: 0 },
        register: { rosterRev: isListed ? roster.rev : 0, epochCount: isListed ? 1 : 0 },
      },
    };
  };
  /** Opens what the list holds for this terminal. */
  epochKey(): Uint8Array | null {
    const mine = this.cloud.readRoster().devices.find((each) => each.device === this.device);
    const sealed = must(mine, "The terminal is listed").sealedEpochKey;
    const [from, nonce, box] = [
      sealed.subarray(0, 32),
      sealed.subarray(32, 56),
      sealed.subarray(56),
    ];
    return nacl.box.open(box, nonce, from, this.box.secretKey);
  }
}

function secret(name: string, value: string): string {
  const path = join(folder, name);
  writeFileSync(path, `${value}\n`, { mode: 0o600 });
  return path;
}

type Ran = { readonly exitCode: number; readonly talk: string; readonly print: string };

async function saku(...args: readonly string[]): Promise<Ran> {
  const talk: string[] = [];
  const print: string[] = [];
  const exitCode = await runProgram(["node", "saku", ...args], {
    env: { SAKU_PASSPHRASE_FILE: secret("passphrase", "kata sandi panjang") },
    isInteractive: false,
    keyringCostLog2: 4,
    talk: (line) => talk.push(line),
    print: (line) => print.push(line),
  });
  return { exitCode, talk: talk.join("\n"), print: print.join("\n") };
}

function initArgs(cloudUrl: string): readonly string[] {
  return [
    "school",
    "init",
    "--cloud",
    cloudUrl,
    "--name",
    "SD Melati",
    "--zone",
    "WIT",
    "--keyring",
    join(folder, "keyring"),
    "--setup-token-file",
    secret("token", "setup-token-1"),
    "--admin-login",
    "kepala",
    "--admin-password-file",
    secret("admin", "rahasia admin"),
  ];
}

function claimArgs(
  terminalUrl: string,
  cloudUrl: string,
  claim: string = CLAIM,
): readonly string[] {
  return [
    "claim",
    "--terminal",
    terminalUrl,
    "--cloud",
    cloudUrl,
    "--keyring",
    join(folder, "keyring"),
    "--claim-file",
    secret("claim", claim),
    "--operator-code-file",
    secret("operator", "4711"),
    "--yes",
  ];
}

test("a school is founded with its own root key, and a second run changes nothing", async () => {
  const cloud = new PaperCloud();
  const url = await serve(cloud.handle);
  const first = await saku(...initArgs(url));
  expect(first.exitCode).toBe(0);
  expect(cloud.founded).toMatchObject({
    setupToken: "setup-token-1",
    name: "SD Melati",
    zone: 540,
    adminLogin: "kepala",
    adminPassword: "rahasia admin",
  });
  const again = await saku(...initArgs(url), "--json");
  expect(again.exitCode).toBe(0);
  expect(JSON.parse(again.print)).toMatchObject({ school: SCHOOL, isNew: false });
});

test("a founding that the cloud refuses keeps the keys for the next try", async () => {
  const cloud = new PaperCloud();
  cloud.founded = "by someone";
  const url = await serve(cloud.handle);
  const refused = await saku(...initArgs(url));
  expect(refused.exitCode).toBe(1);
  expect(refused.talk).toContain("F01");
  const before = readFileSync(join(folder, "keyring"), "utf8");
  cloud.founded = null;
  expect((await saku(...initArgs(url))).exitCode).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, "keyring"), "utf8"))).toMatchObject({
    salt: (JSON.parse(before) as { salt: string }).salt,
  });
});

test("two terminals are claimed, listed and can open the same epoch key; again is done already", async () => {
  const cloud = new PaperCloud();
  const cloudUrl = await serve(cloud.handle);
  await saku(...initArgs(cloudUrl));
  const terminals = [new PaperTerminal(cloud, 1), new PaperTerminal(cloud, 2)];
  for (const terminal of terminals) {
    const url = await serve(terminal.handle);
    const ran = await saku(...claimArgs(url, cloudUrl));
    expect(ran.talk).toContain(hardwarePhrase(terminal.sign.publicKey, terminal.box.publicKey));
    expect(ran.exitCode).toBe(0);
    expect(terminal.claims).toEqual([
      {
        cloudUrl,
        claim: CLAIM,
        schoolRootKey: toBase64Url(must(cloud.rootKey, "founded")),
        operatorCode: "4711",
      },
    ]);
    const again = await saku(...claimArgs(url, cloudUrl), "--json");
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.print)).toMatchObject({ isNew: false });
  }
  const [first, second] = terminals.map((terminal) => terminal.epochKey());
  expect(first).toHaveLength(32);
  expect(second).toEqual(first);
  expect(cloud.readRoster()).toMatchObject({ rev: 2, epoch: 1 });
  expect(cloud.putCount).toBe(2);
});

test("a run that was cut after the claim goes on with a new claim where the old one stopped", async () => {
  const cloud = new PaperCloud();
  const cloudUrl = await serve(cloud.handle);
  await saku(...initArgs(cloudUrl));
  const terminal = new PaperTerminal(cloud, 3);
  terminal.school = SCHOOL;
  const fresh = "new-claim-of-today-1";
  cloud.claims = new Set([fresh]);
  const url = await serve(terminal.handle);
  const expired = await saku(...claimArgs(url, cloudUrl));
  expect(expired.exitCode).toBe(1);
  expect(expired.talk).toContain("C06");
  expect((await saku(...claimArgs(url, cloudUrl, fresh))).exitCode).toBe(0);
  expect(cloud.readRoster().devices).toHaveLength(1);
});

test("a list that another technician changed in between is built upon", async () => {
  const cloud = new PaperCloud();
  const cloudUrl = await serve(cloud.handle);
  await saku(...initArgs(cloudUrl));
  cloud.conflictCount = 1;
  const url = await serve(new PaperTerminal(cloud, 4).handle);
  expect((await saku(...claimArgs(url, cloudUrl))).exitCode).toBe(0);
  expect(cloud.putCount).toBe(1);
});

test("a cloud that hides or rolls back the list, or signs one itself, is refused", async () => {
  const cloud = new PaperCloud();
  const cloudUrl = await serve(cloud.handle);
  await saku(...initArgs(cloudUrl));
  await saku(...claimArgs(await serve(new PaperTerminal(cloud, 5).handle), cloudUrl));
  const revOne = cloud.roster;
  await saku(...claimArgs(await serve(new PaperTerminal(cloud, 6).handle), cloudUrl));
  const revTwo = cloud.roster;
  // The third terminal asks another cloud about itself, so that the forged list meets the technician alone.
  const third = new PaperTerminal(new PaperCloud(), 7);
  const url = await serve(third.handle);
  const forged = toBase64Url(new Uint8Array(90).fill(1));
  const answers: string[] = [];
  for (const shown of [null, revOne, forged]) {
    cloud.roster = shown;
    const ran = await saku(...claimArgs(url, cloudUrl));
    answers.push(`${ran.exitCode} ${/R0\d/.exec(ran.talk)?.[0]}`);
  }
  expect(answers).toEqual(["1 R02", "1 R02", "1 R01"]);
  expect(cloud.putCount).toBe(2);
  cloud.roster = revTwo;
});

test("a terminal of another school, or with a borrowed name, is not touched", async () => {
  const cloud = new PaperCloud();
  const cloudUrl = await serve(cloud.handle);
  await saku(...initArgs(cloudUrl));
  const foreign = new PaperTerminal(cloud, 9);
  foreign.school = "sch-mawar";
  const ran = await saku(...claimArgs(await serve(foreign.handle), cloudUrl));
  expect([ran.exitCode, ran.talk.includes("C03")]).toEqual([1, true]);
  const other = new PaperTerminal(cloud, 10);
  const liar = await serve((request) => {
    const answer = other.handle(request);
    if (request.path !== "/service/identity") return answer;
    return { status: 200, body: { ...(answer.body as object), device: foreign.device } };
  });
  expect((await saku(...claimArgs(liar, cloudUrl))).talk).toContain("C01");
  expect([...foreign.claims, ...other.claims]).toEqual([]);
});

test("nothing secret is ever printed", async () => {
  const cloud = new PaperCloud();
  const cloudUrl = await serve(cloud.handle);
  const ran = [await saku(...initArgs(cloudUrl))];
  const url = await serve(new PaperTerminal(cloud, 11).handle);
  ran.push(
    await saku(...claimArgs(url, cloudUrl)),
    await saku(...claimArgs(url, cloudUrl), "--json"),
  );
  const all = ran.map((each) => each.talk + each.print).join("\n");
  for (const word of [CLAIM, "4711", "kata sandi panjang", "setup-token-1", "rahasia admin"])
    expect(all).not.toContain(word);
});

test("a wrong use, a question without a keyboard and an empty line answer 2, 2 and a sentence", async () => {
  expect((await saku("claim")).exitCode).toBe(2);
  expect((await saku("doctor", "--terminal", "serial0")).exitCode).toBe(2);
  const cloud = new PaperCloud();
  const url = await serve(cloud.handle);
  const args = initArgs(url).filter(
    (each) => !each.startsWith("--setup") && !each.endsWith("token"),
  );
  const asked = await saku(...args);
  expect([asked.exitCode, asked.talk.includes("S01")]).toEqual([2, true]);
  const nobody = await saku("doctor", "--terminal", "http://127.0.0.1:9");
  expect([nobody.exitCode, nobody.talk.includes("H01")]).toEqual([1, true]);
});

test("doctor answers 0, 2 and 1 for a terminal that is well, odd and broken, and --json is JSON alone", async () => {
  const answers = [
    { link: { state: "online" }, school: SCHOOL },
    { link: { state: "offline" }, school: SCHOOL },
    {},
  ];
  const exitCodes: number[] = [];
  for (const body of answers) {
    const url = await serve(() => ({ status: 200, body }));
    const ran = await saku("doctor", "--terminal", url, "--json", "--lang", "en");
    exitCodes.push(ran.exitCode);
    expect(JSON.parse(ran.print)).toMatchObject({ exitCode: ran.exitCode });
    expect(ran.talk).toBe("");
  }
  expect(exitCodes).toEqual([0, 2, 1]);
});
