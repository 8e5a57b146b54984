import { Hono, type Context } from "hono";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { toBase64Url, unixMs, type DeviceId, type SchoolId } from "@saku/protocol";
import { z } from "zod";
import { maySync } from "../../core/devices/device.ts";
import { openClaim, redeemClaim, type ClaimRefusal } from "../devices/claims.ts";
import type { Nonces } from "../devices/nonces.ts";
import {
  currentRoster,
  mayReadRoster,
  storeRoster,
  type RosterRefusal,
} from "../devices/rosters.ts";
import type { Cloud } from "../office/cloud.ts";
import { bytesText, readJsonBody } from "./body.ts";
import { addressOf } from "./rate-limit.ts";

export type DeviceRoutesParts = {
  readonly cloud: Cloud;
  readonly nonces: Nonces;
  readonly cloudKey: Uint8Array;
  /** The name terminals sign at CONNECT. */
  readonly host: string;
  readonly mqttUrl: () => string;
};

const CLAIM_STATUS: Readonly<Record<ClaimRefusal, 400 | 409 | 410>> = {
  "bad-claim": 400,
  "claim-over": 410,
  "already-claimed": 409,
};
const CLAIM_SENTENCE: Readonly<Record<ClaimRefusal, string>> = {
  "bad-claim": "This claim is not one of ours, or is not signed by the terminal's own key.",
  "claim-over": "This claim was used or its 15 minutes are over: ask the school for a new one.",
  "already-claimed": "This terminal was claimed before: revoke it or make new keys.",
};
const ROSTER_STATUS: Readonly<Record<RosterRefusal, 403 | 404 | 409>> = {
  "unknown-school": 404,
  "bad-signature": 403,
  "wrong-school": 403,
  "wrong-rev": 409,
};
const ROSTER_SENTENCE: Readonly<Record<RosterRefusal, string>> = {
  "unknown-school": "There is no such school.",
  "bad-signature": "The roster is not signed by this school's root key.",
  "wrong-school": "The roster names another school.",
  "wrong-rev": "Somebody stored another roster meanwhile: read it again.",
};

type Gate = (key: string) => Promise<boolean>;

const CHALLENGES_PER_MINUTE = 60;
const CLAIMS_PER_MINUTE = 20;

const refuse = (
  c: Context,
  status: 400 | 401 | 403 | 404 | 409 | 410 | 429,
  error: string,
  detail: string,
): Response => c.json({ error, detail }, status);

const slowDown = (c: Context): Response =>
  refuse(c, 429, "too-many", "Too many requests: wait a minute.");

function createGate(points: number): Gate {
  const limiter = new RateLimiterMemory({ points, duration: 60 });
  return async (key) =>
    limiter.consume(key).then(
      () => true,
      () => false,
    );
}

const challengeSchema = z.strictObject({ device: z.string().min(2).max(40) });
const signedSchema = z.strictObject({ signed: bytesText });
const rosterSchema = z.strictObject({ roster: bytesText });

async function challenge(c: Context, parts: DeviceRoutesParts, gate: Gate): Promise<Response> {
  const body = await readJsonBody(c.req.raw, challengeSchema);
  if (body === null) return refuse(c, 400, "bad-body", "Send {device}.");
  // Per terminal, because a school's terminals share an address; and per address, because anybody may name a terminal
  // and could otherwise use up its questions.
  if (!(await gate(`${body.device} ${addressOf(c).slice(0, 64)}`))) return slowDown(c);
  const { cloud } = parts;
  const row = await cloud.store.read
    .selectFrom("device")
    .select(["id", "state"])
    .where("id", "=", body.device as DeviceId)
    .executeTakeFirst();
  if (row === undefined)
    return refuse(c, 404, "unknown-device", "This terminal was never claimed here.");
  if (!maySync(row.state))
    return refuse(c, 409, "not-active", "This terminal is not on the school's roster yet.");
  return c.json({
    nonce: toBase64Url(parts.nonces.issue(row.id)),
    term: cloud.store.term,
    host: parts.host,
    mqttUrl: parts.mqttUrl(),
  });
}

async function claim(c: Context, parts: DeviceRoutesParts): Promise<Response> {
  const body = await readJsonBody(c.req.raw, signedSchema);
  if (body === null) return refuse(c, 400, "bad-body", "Send {signed}: base64url.");
  const opened = openClaim(body.signed);
  const { cloud } = parts;
  const redeemed = opened.ok
    ? await cloud.store.commit((work) => redeemClaim(work, opened.value))
    : opened;
  if (!redeemed.ok)
    return refuse(c, CLAIM_STATUS[redeemed.error], redeemed.error, CLAIM_SENTENCE[redeemed.error]);
  cloud.changes.schoolChanged(redeemed.value.school);
  return c.json({
    ...redeemed.value,
    cloudKey: toBase64Url(parts.cloudKey),
    mqttUrl: parts.mqttUrl(),
    host: parts.host,
    term: cloud.store.term,
  });
}

async function readRoster(c: Context, { cloud }: DeviceRoutesParts): Promise<Response> {
  const school = c.req.param("school") as SchoolId;
  const [scheme, token = ""] = (c.req.header("authorization") ?? "").split(" ");
  const db = cloud.store.read;
  const isAllowed =
    scheme === "Claim" && (await mayReadRoster({ db, now: unixMs(cloud.clock()) }, school, token));
  if (!isAllowed) return refuse(c, 401, "no-claim", "Send `authorization: Claim <claim>`.");
  const { rev, bytes } = await currentRoster({ db }, school);
  return c.json({ rev, roster: bytes === null ? null : toBase64Url(bytes) });
}

async function putRoster(c: Context, { cloud }: DeviceRoutesParts): Promise<Response> {
  const school = c.req.param("school") as SchoolId;
  const body = await readJsonBody(c.req.raw, rosterSchema);
  if (body === null) return refuse(c, 400, "bad-body", "Send {roster}: base64url.");
  const stored = await cloud.store.commit((work) => storeRoster(work, cloud, school, body.roster));
  if (!stored.ok)
    return refuse(c, ROSTER_STATUS[stored.error], stored.error, ROSTER_SENTENCE[stored.error]);
  return c.json(stored.value);
}

/** What terminals and technicians reach over HTTP; everything is proven by signatures or one-time claims. */
export function deviceRoutes(parts: DeviceRoutesParts): Hono {
  const app = new Hono();
  const challengeGate = createGate(CHALLENGES_PER_MINUTE);
  const claimGate = createGate(CLAIMS_PER_MINUTE);
  app.post("/v1/auth/challenge", (c) => challenge(c, parts, challengeGate));
  app.post("/v1/devices/claim", async (c) =>
    (await claimGate("all")) ? claim(c, parts) : slowDown(c),
  );
  app.get("/v1/schools/:school/roster", (c) => readRoster(c, parts));
  app.put("/v1/schools/:school/roster", async (c) =>
    (await claimGate("roster")) ? putRoster(c, parts) : slowDown(c),
  );
  return app;
}
