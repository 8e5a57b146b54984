import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  deviceIdSchema,
  encodeChecked,
  hashSchema,
  incarnationSchema,
  parseWith,
  schoolIdSchema,
  seqSchema,
  unixMsSchema,
} from "../encoding/schema.ts";
import { ID_PATTERN, type DeviceId, type Incarnation, type SchoolId } from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";
import type { UnixMs } from "../primitives/time.ts";

/** `discard`: the event moves nothing. `suspense`: a sale that can be read is paid to the stall from suspense. */
export type DecisionKind = "discard" | "suspense";

/**
 * What persons of a school decided about an event that could not be booked, signed by the cloud (`saku.decision.v1`): only
 * this lets a watermark pass it. `hash` is the SHA-256 of the very bytes that the terminal sent.
 */
export type Decision = {
  readonly v: 1;
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly inc: Incarnation;
  readonly n: number;
  readonly hash: Uint8Array;
  readonly what: DecisionKind;
  /** One or two different persons. */
  readonly persons: readonly string[];
  readonly at: UnixMs;
};

const personSchema = z.string().regex(ID_PATTERN);

/** The schema of a decision's payload; SPEC.md P53. */
export const decisionSchema: z.ZodType<Decision> = z.strictObject({
  v: z.literal(1),
  school: schoolIdSchema,
  device: deviceIdSchema,
  inc: incarnationSchema,
  n: seqSchema,
  hash: hashSchema,
  what: z.enum(["discard", "suspense"]),
  persons: z
    .array(personSchema)
    .min(1)
    .max(2)
    .refine((persons) => new Set(persons).size === persons.length, {
      message: "one person cannot decide twice",
    }),
  at: unixMsSchema,
}) as unknown as z.ZodType<Decision>;

/** Throws on a decision that `parseDecision` would refuse: a bug. */
export function encodeDecision(decision: Decision): CanonicalBytes {
  return encodeChecked(decisionSchema, decision, "decision");
}

/** Reads the payload of a verified `saku.decision.v1`. */
export function parseDecision(payload: Uint8Array): Result<Decision, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(decisionSchema, value.value, "decision") : value;
}
