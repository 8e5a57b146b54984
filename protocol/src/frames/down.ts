import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  askIdSchema,
  bytesSchema,
  countSchema,
  deviceIdSchema,
  encodeChecked,
  incarnationSchema,
  labelSchema,
  parseWith,
  seqSchema,
  unixMsSchema,
} from "../encoding/schema.ts";
import type { AskId, DeviceId, Incarnation } from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";
import type { UnixMs } from "../primitives/time.ts";
import type { SignedBytes } from "../signing/cose.ts";

/** How far the cloud is in one incarnation: `ack` committed (stop resending), `safe` also stored elsewhere (may be pruned). */
export type Watermark = { readonly inc: Incarnation; readonly ack: number; readonly safe: number };

/** The payload of a `saku.ack.v1`, signed by the cloud: the only thing that lets a terminal forget. */
export type Ack = {
  readonly v: 1;
  readonly device: DeviceId;
  /** Fencing number of the cloud's database lineage: a lower one is ignored, a higher one resets `ack`. */
  readonly term: number;
  readonly at: UnixMs;
  readonly incs: readonly Watermark[];
  /** `events` frames the terminal may have in flight, 0 … 4. */
  readonly credit: number;
  /** Wait this long before the next `events` frame. */
  readonly delayMs: number;
  readonly drain: boolean;
  /** The school no longer trusts this terminal: it sells nothing any more and only delivers what it wrote. */
  readonly stop?: true;
};

/** Why a lease was not granted. */
export type AskRefusal =
  "funds" | "limit" | "frozen" | "unknown-student" | "held-elsewhere" | "wrong-day";

/** The only three kinds of error: try later, this input will never be accepted, you are no longer welcome. */
export type ErrorKind = "retry" | "quarantine" | "stop";

/** What the cloud publishes on a terminal's `dn` topic. */
export type DownFrame =
  | { readonly t: "ack"; readonly ack: SignedBytes }
  /** Signed commands in `rev` order. */
  | { readonly t: "cmd"; readonly commands: readonly SignedBytes[] }
  /** The grant itself is a command; `granted` says that revision `rev` carries it. */
  | { readonly t: "answer"; readonly ask: AskId; readonly outcome: "granted"; readonly rev: number }
  | {
      readonly t: "answer";
      readonly ask: AskId;
      readonly outcome: "refused";
      readonly reason: AskRefusal;
    }
  | { readonly t: "vault-ack"; readonly ask: AskId }
  | {
      readonly t: "error";
      readonly kind: ErrorKind;
      readonly reason: string;
      readonly inc: Incarnation | null;
      readonly n: number | null;
      readonly delayMs: number;
    };

/** The schema of an ack's payload; SPEC.md P33. */
export const ackSchema: z.ZodType<Ack> = z.strictObject({
  v: z.literal(1),
  device: deviceIdSchema,
  term: countSchema,
  at: unixMsSchema,
  incs: z
    .array(
      z
        .strictObject({ inc: incarnationSchema, ack: countSchema, safe: countSchema })
        .refine((mark) => mark.safe <= mark.ack, { message: "safe must not pass ack" }),
    )
    .max(256),
  credit: z.number().int().min(0).max(4),
  delayMs: z.number().int().min(0).max(3_600_000),
  drain: z.boolean(),
  stop: z.literal(true).optional(),
}) as unknown as z.ZodType<Ack>;

const signedSchema = bytesSchema({ min: 1, max: 60_000 });
/** The schema of a frame from the cloud; SPEC.md P32. */
export const downSchema: z.ZodType<DownFrame> = z.union([
  z.strictObject({ t: z.literal("ack"), ack: signedSchema }),
  z.strictObject({ t: z.literal("cmd"), commands: z.array(signedSchema).min(1).max(200) }),
  z.strictObject({
    t: z.literal("answer"),
    ask: askIdSchema,
    outcome: z.literal("granted"),
    rev: seqSchema,
  }),
  z.strictObject({
    t: z.literal("answer"),
    ask: askIdSchema,
    outcome: z.literal("refused"),
    reason: z.enum(["funds", "limit", "frozen", "unknown-student", "held-elsewhere", "wrong-day"]),
  }),
  z.strictObject({ t: z.literal("vault-ack"), ask: askIdSchema }),
  z.strictObject({
    t: z.literal("error"),
    kind: z.enum(["retry", "quarantine", "stop"]),
    reason: labelSchema,
    inc: incarnationSchema.nullable(),
    n: seqSchema.nullable(),
    delayMs: z.number().int().min(0).max(3_600_000),
  }),
]) as unknown as z.ZodType<DownFrame>;

/** Throws on an ack that `parseAck` would refuse: a bug. */
export function encodeAck(ack: Ack): CanonicalBytes {
  return encodeChecked(ackSchema, ack, "ack");
}

/** Reads the payload of a verified `saku.ack.v1`. */
export function parseAck(payload: Uint8Array): Result<Ack, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(ackSchema, value.value, "ack") : value;
}

/** Throws on a frame that `parseDownFrame` would refuse: a bug. */
export function encodeDownFrame(frame: DownFrame): CanonicalBytes {
  return encodeChecked(downSchema, frame, "down frame");
}

/** Reads an MQTT payload from the cloud. */
export function parseDownFrame(payload: Uint8Array): Result<DownFrame, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(downSchema, value.value, "down frame") : value;
}
