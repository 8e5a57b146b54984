import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  askIdSchema,
  bytesSchema,
  deviceIdSchema,
  encodeChecked,
  parseWith,
  schoolIdSchema,
} from "../encoding/schema.ts";
import type { AskId, DeviceId, SchoolId } from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";

/** The largest signed answer that a stall reads. */
export const HUB_ANSWER_SIZE_MAX = 8_192;

/** Why the hub gives nothing. After `short` and `not-hub` the cloud may still know better. */
export type HubRefusal =
  /** What the hub holds of the child does not cover it. */
  | "short"
  /** A limit of the child for this stall or for one sale. */
  | "limit"
  | "frozen"
  | "unknown-student"
  /** The two terminals live on different school days. */
  | "wrong-day"
  /** This terminal is not the school's hub, or not the one that was meant. */
  | "not-hub"
  /** The question's name was used for another question. */
  | "ask-reused";

/** The hub's answer, signed by the hub as `saku.hub-answer.v1`. `grant` is its own signed `sub-grant` event. */
export type HubAnswer = {
  readonly v: 1;
  readonly school: SchoolId;
  readonly hub: DeviceId;
  readonly device: DeviceId;
  readonly ask: AskId;
} & (
  | { readonly outcome: "granted"; readonly grant: Uint8Array }
  | { readonly outcome: "refused"; readonly reason: HubRefusal }
);

const head = {
  v: z.literal(1),
  school: schoolIdSchema,
  hub: deviceIdSchema,
  device: deviceIdSchema,
  ask: askIdSchema,
};

/** The schema of the hub's answer; SPEC.md P49. */
export const hubAnswerSchema: z.ZodType<HubAnswer> = z.union([
  z.strictObject({
    ...head,
    outcome: z.literal("granted"),
    grant: bytesSchema({ min: 1, max: 4_096 }),
  }),
  z.strictObject({
    ...head,
    outcome: z.literal("refused"),
    reason: z.enum([
      "short",
      "limit",
      "frozen",
      "unknown-student",
      "wrong-day",
      "not-hub",
      "ask-reused",
    ]),
  }),
]) as unknown as z.ZodType<HubAnswer>;

/** Throws on an answer that `parseHubAnswer` would refuse: a bug. */
export function encodeHubAnswer(answer: HubAnswer): CanonicalBytes {
  return encodeChecked(hubAnswerSchema, answer, "hub answer");
}

/** Reads the payload of a verified `saku.hub-answer.v1`. */
export function parseHubAnswer(payload: Uint8Array): Result<HubAnswer, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(hubAnswerSchema, value.value, "hub answer") : value;
}
