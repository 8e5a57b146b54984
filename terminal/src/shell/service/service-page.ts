import { toBase64Url } from "@saku/protocol";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { DeviceKeys } from "../keys/device-keys.ts";
import { claimInputSchema, type ClaimInput, type ClaimOutcome } from "./claim.ts";
import type { Duty } from "./duty.ts";
import { metricsText, type Health } from "./health.ts";
import { loopbackGuard } from "./loopback-guard.ts";

export type Identity = {
  readonly device: string;
  /** base64url, 32 bytes each. */
  readonly signKey: string;
  readonly boxKey: string;
  /** Six words that the technician compares with the terminal's screen. */
  readonly phrase: string;
  readonly software: string;
  readonly school: string | null;
};

export function identityOf(keys: DeviceKeys, software: string, duty: Duty | null): Identity {
  return {
    device: keys.device,
    signKey: toBase64Url(keys.signKey),
    boxKey: toBase64Url(keys.boxKey),
    phrase: keys.phrase,
    software,
    school: duty?.membership.school ?? null,
  };
}

export type ServiceParts = {
  readonly ownHost: string;
  readonly identity: () => Identity;
  readonly claim: (input: ClaimInput) => Promise<ClaimOutcome>;
  readonly health: () => Promise<Health>;
};

const STATUS_OF = {
  "other-school": 409,
  "wrong-operator-code": 403,
  "bad-root-key": 400,
  "cloud-answer": 502,
  "cloud-away": 502,
} as const;
const BODY_SIZE_MAX = 4_096;

/** What a technician's tool asks of this terminal, on loopback only. */
export function createService(parts: ServiceParts): Hono {
  const service = new Hono();
  service.use(loopbackGuard(parts.ownHost));
  service.get("/identity", (context) => context.json(parts.identity()));
  service.get("/health", async (context) => context.json(await parts.health()));
  service.get("/metrics", async (context) =>
    context.text(metricsText(await parts.health()), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    }),
  );
  service.post("/claim", bodyLimit({ maxSize: BODY_SIZE_MAX }), async (context) => {
    const body: unknown = await context.req.json().catch(() => null);
    const input = claimInputSchema.safeParse(body);
    if (!input.success) {
      const path = input.error.issues[0]?.path.join(".") ?? "";
      return context.json({ reason: "malformed", sentence: `Cannot read ${path}` }, 400);
    }
    const outcome = await parts.claim(input.data);
    if (outcome.kind === "claimed")
      return context.json({ school: outcome.school, device: outcome.device });
    const { reason, sentence } = outcome;
    return context.json({ reason, sentence }, STATUS_OF[reason]);
  });
  return service;
}
