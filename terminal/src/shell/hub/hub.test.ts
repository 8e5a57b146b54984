import {
  askId,
  encodeHubAnswer,
  encodeHubAsk,
  encodeRoster,
  merchantId,
  parseEvent,
  parseHubAsk,
  openObject,
  rupiah,
  schoolDay,
  signObject,
  signingKeyFromSeed,
  toHex,
  type HubAsk,
  type SignedBytes,
} from "@saku/protocol";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SaleOutcome } from "../../core/wallet/sale-desk.ts";
import {
  CHILD,
  grant,
  openTestTerminal,
  SCHOOL,
  SCHOOL_ROOT,
  STALL,
  student,
  type TestTerminal,
} from "../sale-desk/desk.suite.ts";
import { nodeEntropy } from "../keys/node-entropy.ts";
import { verifyWithNode } from "../keys/verify.ts";
import { writeMeta } from "../store/meta.ts";
import { activeLeases } from "../store/money-store.ts";
import { answerHubAsk, type HubDeskParts } from "./hub-desk.ts";
import { createHubPost, createTurnstile, HUB_PATH, lanUrl, openHubDoor } from "./hub-door.ts";
import { createHubLine, type HubLine, type HubLineParts, type HubPost } from "./hub-line.ts";
import { createRosterKeys } from "./roster-keys.ts";

const TODAY = schoolDay(20261123);
const MERCHANT = merchantId("mrc-2");
let hub: TestTerminal;
let stall: TestTerminal;
let post: HubPost;
let asked: Uint8Array[];

async function know(terminal: TestTerminal, members: readonly TestTerminal[]): Promise<void> {
  const devices = members.map(({ keys }) => ({
    device: keys.device,
    signKey: keys.signKey,
    boxKey: keys.boxKey,
    sealedEpochKey: new Uint8Array(104),
  }));
  const payload = encodeRoster({ v: 1, school: SCHOOL, rev: 1, epoch: 1, devices });
  const roster = signObject("saku.roster.v1", "school", payload, SCHOOL_ROOT.sign);
  await terminal.database.transaction((tx) => writeMeta(tx, "roster", toHex(roster)));
  const place = { device: hub.keys.device, url: "http://10.0.0.2:4202" };
  await terminal.command(STALL, student(), { kind: "hub", hub: place });
}

function deskParts(terminal: TestTerminal = hub): HubDeskParts {
  const { database, keys, journal, clock, log } = terminal;
  const rosterKeys = createRosterKeys(SCHOOL, SCHOOL_ROOT.publicKey, verifyWithNode);
  return {
    school: SCHOOL,
    database,
    keys,
    journal,
    clock,
    verify: verifyWithNode,
    rosterKeys,
    log,
  };
}

function lineOf(terminal: TestTerminal, changes: Partial<HubLineParts> = {}): HubLine {
  return createHubLine({
    ...deskParts(terminal),
    database: terminal.database,
    post: (url, bytes) => post(url, bytes),
    probe: () => Promise.resolve(true),
    entropy: nodeEntropy,
    ...changes,
  });
}

const delivered: HubPost = async (_, bytes) => {
  asked.push(bytes);
  return (await answerHubAsk(deskParts(), bytes)).body;
};
const buy = (terminal: TestTerminal, amount: number): Promise<SaleOutcome> =>
  terminal.desk.sell({ student: CHILD, amount: rupiah(amount), purse: "snack", method: "finger" });
const held = async (terminal: TestTerminal): Promise<number> =>
  (await activeLeases(terminal.database.read)).reduce(
    (sum, { amount, spent, returned }) => sum + amount - spent - returned,
    0,
  );
async function typesOf(terminal: TestTerminal): Promise<readonly string[]> {
  const rows = await terminal.database.read.all("SELECT type FROM event ORDER BY rowid");
  return rows.map((row) => String(row["type"]));
}
function ask(changes: Partial<HubAsk> = {}): HubAsk {
  return {
    v: 1,
    school: SCHOOL,
    device: stall.keys.device,
    hub: hub.keys.device,
    ask: askId("ask-own"),
    day: TODAY,
    student: CHILD,
    merchant: MERCHANT,
    purse: "snack",
    amount: rupiah(4_000),
    ...changes,
  };
}
const signedAsk = (body: HubAsk, terminal: TestTerminal = stall): SignedBytes =>
  signObject("saku.hub-ask.v1", terminal.keys.device, encodeHubAsk(body), terminal.keys.sign);

beforeEach(async () => {
  [hub, stall] = await Promise.all([openTestTerminal(), openTestTerminal()]);
  await know(hub, [hub, stall]);
  await know(stall, [hub, stall]);
  await hub.command(grant(12_000));
  asked = [];
  post = delivered;
  stall.hub.line = lineOf(stall);
});
afterEach(async () => {
  await Promise.all([hub.close(), stall.close()]);
});

describe("a stall with a hub and no internet", () => {
  it("[H1] [H8] sells what the hub still holds, to the last rupiah, and then refuses", async () => {
    for (const amount of [5_000, 4_000, 3_000])
      expect((await buy(stall, amount)).kind).toBe("sold");
    expect(await held(hub)).toBe(0);
    expect(await buy(stall, 1_000)).toEqual({ kind: "refused", reason: "lease-short-offline" });
  });

  it("[H1] shares the leases with the hub's own stall", async () => {
    expect((await buy(hub, 8_000)).kind).toBe("sold");
    expect((await buy(stall, 5_000)).kind).toBe("refused");
    expect((await buy(stall, 4_000)).kind).toBe("sold");
  });

  it("[H3] [H6] leaves the grant in both chains, the hub's bytes in the stall's", async () => {
    await buy(stall, 4_000);
    expect((await typesOf(hub)).at(-1)).toBe("sub-grant");
    expect((await typesOf(stall)).slice(-2)).toEqual(["grant-accept", "sale"]);
    const given = await hub.database.read.get("SELECT bytes FROM event WHERE type = 'sub-grant'");
    const taken = await stall.database.read.get(
      "SELECT bytes FROM event WHERE type = 'grant-accept'",
    );
    const signed = openObject("saku.event.v1", taken?.["bytes"] as Uint8Array);
    const event = signed.ok ? parseEvent(signed.value.payload) : signed;
    const body = event.ok ? event.value.body : null;
    expect(body?.type === "grant-accept" && toHex(body.grant)).toBe(
      toHex(given?.["bytes"] as Uint8Array),
    );
  });

  it("[H7] asks again in the same bytes when the answer was lost, and the money moves once", async () => {
    post = async (url, bytes) => {
      await delivered(url, bytes);
      return null;
    };
    expect((await buy(stall, 4_000)).kind).toBe("refused");
    post = delivered;
    expect((await buy(stall, 4_000)).kind).toBe("sold");
    expect(toHex(asked[1] ?? new Uint8Array())).toBe(toHex(asked[0] ?? new Uint8Array()));
    expect(asked).toHaveLength(2);
    expect(await held(hub)).toBe(8_000);
  });

  it("[H7] takes the answer to an older question first, also after a restart, and asks for the rest", async () => {
    const folder = await mkdtemp(join(tmpdir(), "saku-stall-"));
    let own = await openTestTerminal(folder);
    await know(own, [hub, own]);
    await know(hub, [hub, own]);
    own.hub.line = lineOf(own);
    post = async (url, bytes) => {
      await delivered(url, bytes);
      return null;
    };
    await buy(own, 4_000);
    await own.close();
    post = delivered;
    own = await openTestTerminal(folder);
    own.hub.line = lineOf(own);
    expect((await buy(own, 6_000)).kind).toBe("sold");
    expect(asked).toHaveLength(3);
    expect([await held(hub), await held(own)]).toEqual([6_000, 0]);
    await own.close();
    await rm(folder, { recursive: true });
  });

  it("[H8] goes on to the cloud when the hub is short, and ends when the hub says frozen", async () => {
    stall.line.isOnline = true;
    await buy(stall, 20_000);
    expect(stall.asked).toHaveLength(1);
    await hub.command({ kind: "freeze", student: CHILD, isFrozen: true });
    expect(await buy(stall, 1_000)).toEqual({ kind: "refused", reason: "frozen" });
    expect(stall.asked).toHaveLength(1);
  });

  it("[H4] keeps the child's limit for this stall across stalls of the hub", async () => {
    const stalls = [{ merchant: merchantId("mrc-1"), perDay: rupiah(5_000) }];
    await hub.command({ kind: "limits", student: CHILD, perSale: null, stalls });
    expect((await buy(stall, 3_000)).kind).toBe("sold");
    expect(await buy(stall, 3_000)).toEqual({ kind: "refused", reason: "limit" });
  });
});

describe("the hub's desk", () => {
  it("[H2] gives the same bytes for the same question, and nothing for another under its name", async () => {
    const first = await answerHubAsk(deskParts(), signedAsk(ask()));
    const again = await answerHubAsk(deskParts(), signedAsk(ask()));
    expect(again).toEqual(first);
    expect(await held(hub)).toBe(8_000);
    const other = await answerHubAsk(deskParts(), signedAsk(ask({ amount: rupiah(5_000) })));
    expect(other).not.toEqual(first);
    expect(await held(hub)).toBe(8_000);
  });

  it("[H5] does not answer strangers, borrowed names, other schools or what is no question", async () => {
    const stranger = signingKeyFromSeed(new Uint8Array(32).fill(99));
    const payload = encodeHubAsk(ask());
    const forged = signObject("saku.hub-ask.v1", stall.keys.device, payload, stranger.sign);
    const asEvent = signObject("saku.event.v1", stall.keys.device, payload, stall.keys.sign);
    const cases: readonly (readonly [Uint8Array, number])[] = [
      [forged, 401],
      [asEvent, 401],
      [signedAsk(ask(), hub), 401],
      [signedAsk(ask({ school: "sch-other" as HubAsk["school"] })), 401],
      [new Uint8Array(12), 400],
      [new Uint8Array(1_025), 400],
    ];
    for (const [bytes, status] of cases)
      expect(await answerHubAsk(deskParts(), bytes)).toEqual({ status, body: null });
    expect(await held(hub)).toBe(12_000);
  });

  it("[H5] believes no answer but the hub's own to this question", async () => {
    const ofOther = (await answerHubAsk(deskParts(), signedAsk(ask()))).body;
    const forge = (bytes: Uint8Array): SignedBytes => {
      const signed = openObject("saku.hub-ask.v1", bytes);
      const own = signed.ok ? parseHubAsk(signed.value.payload) : signed;
      const payload = encodeHubAnswer({
        v: 1,
        school: SCHOOL,
        hub: hub.keys.device,
        device: stall.keys.device,
        ask: own.ok ? own.value.ask : askId("ask-none"),
        outcome: "granted",
        grant: new Uint8Array(10),
      });
      return signObject("saku.hub-answer.v1", hub.keys.device, payload, stall.keys.sign);
    };
    for (const answer of [() => ofOther, forge, () => new Uint8Array(40)]) {
      post = (_, bytes) => Promise.resolve(answer(bytes));
      expect((await buy(stall, 4_000)).kind).toBe("refused");
    }
    expect(await typesOf(stall)).not.toContain("grant-accept");
  });

  it("[H3] answers nothing when the disk refuses", async () => {
    const parts = deskParts();
    const broken = {
      ...parts.journal,
      commit: () => Promise.reject(new Error("The disk refused")),
    };
    const reply = await answerHubAsk({ ...parts, journal: broken }, signedAsk(ask()));
    expect(reply).toEqual({ status: 503, body: null });
  });
});

describe("the hub's door", () => {
  it("[H11] serves one path and one method, small bodies only, and carries a whole question", async () => {
    const probe = await openHubDoor(
      {
        answer: (bytes) => answerHubAsk(deskParts(), bytes),
        nowMs: () => 0,
        onFault: () => undefined,
      },
      { host: "127.0.0.1", port: 42_117 },
    );
    const url = lanUrl("127.0.0.1", 42_117) ?? "";
    try {
      post = createHubPost(2_000);
      stall.hub.line = lineOf(stall, { post: (_, bytes) => post(url, bytes) });
      expect((await buy(stall, 4_000)).kind).toBe("sold");
      const statusOf = async (path: string, init: RequestInit): Promise<number> =>
        (await fetch(new URL(path, url), init)).status;
      expect(await statusOf(HUB_PATH, { method: "GET" })).toBe(404);
      expect(await statusOf("/service/health", { method: "GET" })).toBe(404);
      const large = { method: "POST", body: Buffer.alloc(1_025) };
      expect(await statusOf(HUB_PATH, large)).toBe(413);
      expect(await statusOf(HUB_PATH, { method: "POST", body: "x" })).toBe(400);
    } finally {
      await probe.close();
    }
  });

  it("[H11] slows an address down without hindering another", () => {
    let nowMs = 0;
    const mayAsk = createTurnstile(() => nowMs);
    const burst = Array.from({ length: 25 }, () => mayAsk("10.0.0.7"));
    expect(burst.filter(Boolean)).toHaveLength(20);
    expect(mayAsk("10.0.0.8")).toBe(true);
    nowMs = 200;
    expect([mayAsk("10.0.0.7"), mayAsk("10.0.0.7"), mayAsk("10.0.0.7")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("[H11] has no address where the configuration says none", () => {
    expect(lanUrl("none", 4_202)).toBeNull();
    expect(lanUrl("10.0.0.2", 4_202)).toBe("http://10.0.0.2:4202");
  });
});
