import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  amountSchema,
  askIdSchema,
  bytesSchema,
  countSchema,
  encodeChecked,
  hashSchema,
  incarnationSchema,
  labelSchema,
  lanUrlSchema,
  parseWith,
  schoolDaySchema,
  seqSchema,
  studentIdSchema,
} from "../encoding/schema.ts";
import type { Purse } from "../events/event-body.ts";
import type { AskId, Incarnation, StudentId } from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";
import type { Rupiah } from "../primitives/rupiah.ts";
import type { SchoolDay } from "../primitives/school-day.ts";
import { vaultItemSchema, type VaultItem } from "../roster/vault-item.ts";
import type { SignedBytes } from "../signing/cose.ts";

/** At most this many events in one `events` frame (money-and-sync §4). */
export const EVENTS_PER_FRAME_MAX = 200;
/** …and at most this many bytes of events. */
export const EVENT_BYTES_PER_FRAME_MAX = 49_152;
/** The largest MQTT payload either side accepts. */
export const FRAME_SIZE_MAX = 65_536;

/** One incarnation in a terminal's outbox: unsent or unsafe events `from` … `to`, and the id of event `to`. */
export type OutboxRange = {
  readonly inc: Incarnation;
  readonly from: number;
  readonly to: number;
  readonly tip: Uint8Array;
  /** Only where it stands above `from`: the first event that the terminal still holds; `to` + 1 if it holds none. */
  readonly first?: number;
};

/** A tree of the school's ledger as a terminal saw it signed: the term it belongs to, its size and its root. */
export type RememberedLog = {
  readonly term: number;
  readonly size: number;
  readonly root: Uint8Array;
};

/** What a terminal publishes on its `up` topic. */
export type UpFrame =
  /** On connect, and every retry interval while the outbox is not empty but nothing is left to send. */
  | {
      readonly t: "hello";
      readonly v: 1;
      /** Highest cloud term seen. */
      readonly term: number;
      /** Highest command revision applied. */
      readonly have: number;
      readonly incs: readonly OutboxRange[];
      readonly software: string;
      /** Highest roster revision accepted, 0 for none. */
      readonly roster: number;
      /** Where this terminal answers on the school's own network; null = nowhere. */
      readonly lan: string | null;
      /** The newest checkpoint of the ledger that it remembers. */
      readonly log: RememberedLog | null;
      /** At most 40, named by letters, digits, `_`, `.` and `-`; whole numbers. */
      readonly metrics: Readonly<Record<string, number>>;
    }
  /** Signed events `from`, `from`+1, … of one incarnation. */
  | {
      readonly t: "events";
      readonly inc: Incarnation;
      readonly from: number;
      readonly events: readonly SignedBytes[];
    }
  /** A child stands at the counter and the leases here do not cover `need` (the amount missing). */
  | {
      readonly t: "ask";
      readonly ask: AskId;
      readonly student: StudentId;
      readonly purse: Purse;
      readonly day: SchoolDay;
      readonly need: Rupiah;
    }
  /** A sealed secret for the school's other terminals; sent until `vault-ack`. */
  | { readonly t: "vault"; readonly ask: AskId; readonly item: VaultItem };

const METRIC_PATTERN = /^[A-Za-z][A-Za-z0-9_.-]{0,39}$/;

// Not `z.record`: that drops a key named `__proto__` instead of refusing it.
const metricsSchema = z.custom<Readonly<Record<string, number>>>((value) => {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return false;
  const metrics = Object.entries(value);
  return (
    metrics.length <= 40 &&
    metrics.every(([name, count]) => METRIC_PATTERN.test(name) && Number.isSafeInteger(count))
  );
});

/** The schema of a frame from a terminal; SPEC.md P31. */
export const upSchema: z.ZodType<UpFrame> = z.discriminatedUnion("t", [
  z.strictObject({
    t: z.literal("hello"),
    v: z.literal(1),
    term: countSchema,
    have: countSchema,
    incs: z
      .array(
        z.strictObject({
          inc: incarnationSchema,
          from: seqSchema,
          to: seqSchema,
          tip: hashSchema,
          first: seqSchema.exactOptional(),
        }),
      )
      .max(256),
    software: labelSchema,
    roster: countSchema,
    lan: lanUrlSchema.nullable(),
    log: z.strictObject({ term: countSchema, size: countSchema, root: hashSchema }).nullable(),
    metrics: metricsSchema,
  }),
  z.strictObject({
    t: z.literal("events"),
    inc: incarnationSchema,
    from: seqSchema,
    events: z
      .array(bytesSchema({ min: 1, max: 8_192 }))
      .min(1)
      .max(EVENTS_PER_FRAME_MAX),
  }),
  z.strictObject({
    t: z.literal("ask"),
    ask: askIdSchema,
    student: studentIdSchema,
    purse: z.enum(["snack", "needs", "meal"]),
    day: schoolDaySchema,
    need: amountSchema,
  }),
  z.strictObject({ t: z.literal("vault"), ask: askIdSchema, item: vaultItemSchema }),
]) as unknown as z.ZodType<UpFrame>;

/** Throws on a frame that `parseUpFrame` would refuse: a bug. */
export function encodeUpFrame(frame: UpFrame): CanonicalBytes {
  return encodeChecked(upSchema, frame, "up frame");
}

/** Reads an MQTT payload from a terminal; refuses anything over `FRAME_SIZE_MAX` bytes. */
export function parseUpFrame(payload: Uint8Array): Result<UpFrame, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(upSchema, value.value, "up frame") : value;
}
