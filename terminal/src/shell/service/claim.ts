import {
  encodeClaim,
  fromBase64Url,
  fromHex,
  parsePublicKey,
  schoolId,
  signObject,
  toBase64Url,
  toHex,
  ID_PATTERN,
  type DeviceId,
  type PublicKey,
  type SchoolId,
} from "@saku/protocol";
import { z } from "zod";
import type { DeviceKeys } from "../keys/device-keys.ts";
import { LinkError, postJson } from "../mqtt/transport.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { Database, Sql } from "../store/sqlite.ts";
import { fitsVerifier, makeVerifier } from "../vault/secret-code.ts";

/** The school that this terminal belongs to, and the keys that it believes since the claim. */
export type Membership = {
  readonly school: SchoolId;
  readonly cloudUrl: string;
  readonly host: string;
  readonly cloudKey: PublicKey;
  readonly schoolRootKey: PublicKey;
};

export type ClaimInput = {
  readonly cloudUrl: string;
  readonly claim: string;
  readonly schoolRootKey: string;
  readonly operatorCode: string;
};

export const claimInputSchema: z.ZodType<ClaimInput> = z.strictObject({
  cloudUrl: z.url({ protocol: /^https?$/ }).max(255),
  claim: z.string().min(16).max(64),
  schoolRootKey: z.string().length(43),
  operatorCode: z.string().min(4).max(32),
});

export type ClaimOutcome =
  | { readonly kind: "claimed"; readonly school: SchoolId; readonly device: DeviceId }
  | {
      readonly kind: "refused";
      readonly reason:
        "other-school" | "wrong-operator-code" | "bad-root-key" | "cloud-answer" | "cloud-away";
      readonly sentence: string;
    };

const answerSchema = z.object({
  school: z.string().regex(ID_PATTERN),
  device: z.string().regex(ID_PATTERN),
  cloudKey: z.string().length(43),
  mqttUrl: z.string().max(255),
  host: z.string().min(1).max(255),
  term: z.number().int().min(0),
});

function keyOf(text: string): PublicKey | null {
  const parsed = parsePublicKey(fromBase64Url(text));
  return parsed.ok ? parsed.value : null;
}

async function readKey(sql: Sql, name: "cloud-key" | "school-root-key"): Promise<PublicKey | null> {
  const parsed = parsePublicKey(fromHex((await readMeta(sql, name)) ?? ""));
  return parsed.ok ? parsed.value : null;
}

/** What the claim has stored; null before it. */
export async function readMembership(sql: Sql): Promise<Membership | null> {
  const school = await readMeta(sql, "school");
  const cloudUrl = await readMeta(sql, "cloud-url");
  const host = await readMeta(sql, "host");
  const cloudKey = await readKey(sql, "cloud-key");
  const schoolRootKey = await readKey(sql, "school-root-key");
  if (school === null || cloudUrl === null || host === null) return null;
  if (cloudKey === null || schoolRootKey === null) return null;
  return { school: schoolId(school), cloudUrl, host, cloudKey, schoolRootKey };
}

export async function checkOperator(sql: Sql, code: string): Promise<boolean> {
  const stored = await readMeta(sql, "operator-code");
  return fitsVerifier(code, stored === null ? null : fromHex(stored));
}

function refused(
  reason: Extract<ClaimOutcome, { kind: "refused" }>["reason"],
  sentence: string,
): ClaimOutcome {
  return { kind: "refused", reason, sentence };
}

/**
 * Brings this terminal to a school: signs the one-time claim with its own key and pins what the cloud answers. Again
 * only for the same school, and then only with the operator's code.
 */
export async function claimTerminal(
  parts: {
    readonly database: Database;
    readonly keys: DeviceKeys;
    readonly software: string;
    /** The counter's own check: wrong codes are counted together, or this would be the door to guess them at. */
    readonly checkCode: (code: string) => Promise<boolean>;
  },
  input: ClaimInput,
): Promise<ClaimOutcome> {
  const { database, keys } = parts;
  const rootKey = keyOf(input.schoolRootKey);
  if (rootKey === null)
    return refused("bad-root-key", "The school's root key is not an Ed25519 key");
  const member = await readMembership(database.read);
  if (member !== null && !(await parts.checkCode(input.operatorCode)))
    return refused("wrong-operator-code", "This terminal is claimed; its operator code is needed");
  if (member !== null && toHex(member.schoolRootKey) !== toHex(rootKey))
    return refused("other-school", "This terminal belongs to another school");
  const answer = await askCloud(parts, input);
  if (answer.kind === "refused") return answer.outcome;
  const { school, host, cloudKey } = answer;
  if (member !== null && member.school !== school)
    return refused("other-school", "This terminal belongs to another school");
  const verifier = await makeVerifier(input.operatorCode);
  await database.transaction(async (tx) => {
    await writeMeta(tx, "school", school);
    await writeMeta(tx, "device", keys.device);
    await writeMeta(tx, "cloud-url", input.cloudUrl);
    await writeMeta(tx, "host", host);
    await writeMeta(tx, "cloud-key", toHex(cloudKey));
    await writeMeta(tx, "school-root-key", toHex(rootKey));
    await writeMeta(tx, "operator-code", toHex(verifier));
  });
  return { kind: "claimed", school, device: keys.device };
}

type CloudAnswer =
  | {
      readonly kind: "member";
      readonly school: SchoolId;
      readonly host: string;
      readonly cloudKey: PublicKey;
    }
  | { readonly kind: "refused"; readonly outcome: ClaimOutcome };

async function askCloud(
  { keys, software }: { readonly keys: DeviceKeys; readonly software: string },
  input: ClaimInput,
): Promise<CloudAnswer> {
  const { device, signKey, boxKey, sign } = keys;
  const claim = encodeClaim({ v: 1, claim: input.claim, device, signKey, boxKey, software });
  const signed = toBase64Url(signObject("saku.claim.v1", device, claim, sign));
  let answer: unknown;
  try {
    answer = await postJson(new URL("/v1/devices/claim", input.cloudUrl).href, { signed });
  } catch (error) {
    const sentence = error instanceof Error ? error.message : "The cloud cannot be reached";
    const hasRefused = error instanceof LinkError && error.code !== null;
    return {
      kind: "refused",
      outcome: refused(hasRefused ? "cloud-answer" : "cloud-away", sentence),
    };
  }
  const parsed = answerSchema.safeParse(answer);
  const cloudKey = parsed.success ? keyOf(parsed.data.cloudKey) : null;
  if (!parsed.success || cloudKey === null || parsed.data.device !== device)
    return {
      kind: "refused",
      outcome: refused("cloud-answer", "The cloud's answer cannot be read"),
    };
  const { school, host } = parsed.data;
  return { kind: "member", school: schoolId(school), host, cloudKey };
}
