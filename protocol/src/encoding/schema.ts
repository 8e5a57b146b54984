import { z } from "zod";
import { encodeCbor, type CanonicalBytes, type CborValue } from "./cbor.ts";
import { err, ok, parseError, type ParseError, type Result } from "../primitives/result.ts";
import {
  ID_PATTERN,
  INCARNATION_PATTERN,
  type AskId,
  type DeviceId,
  type Incarnation,
  type LeaseId,
  type MerchantId,
  type SchoolId,
  type StudentId,
} from "../primitives/ids.ts";
import { LABEL_LENGTH_MAX, LABEL_PATTERN } from "../primitives/label.ts";
import { EVENT_AMOUNT_MAX_RUPIAH, type Rupiah } from "../primitives/rupiah.ts";
import { isSchoolDay, type SchoolDay } from "../primitives/school-day.ts";
import type { UnixMs } from "../primitives/time.ts";

// The building blocks of every message schema. Objects are strict: an unknown key is refused, because a key that
// one side ignores is a rule that one side does not know.
const id = <T>(): z.ZodType<T> => z.string().regex(ID_PATTERN) as unknown as z.ZodType<T>;

/** A `SchoolId`. */
export const schoolIdSchema: z.ZodType<SchoolId> = id<SchoolId>();
/** A `DeviceId`. */
export const deviceIdSchema: z.ZodType<DeviceId> = id<DeviceId>();
/** A `StudentId`. */
export const studentIdSchema: z.ZodType<StudentId> = id<StudentId>();
/** A `MerchantId`. */
export const merchantIdSchema: z.ZodType<MerchantId> = id<MerchantId>();
/** A `LeaseId`. */
export const leaseIdSchema: z.ZodType<LeaseId> = id<LeaseId>();
/** An `AskId`. */
export const askIdSchema: z.ZodType<AskId> = id<AskId>();
/** An `Incarnation`. */
export const incarnationSchema: z.ZodType<Incarnation> = z
  .string()
  .regex(INCARNATION_PATTERN) as unknown as z.ZodType<Incarnation>;
/** What one event may move: 1 … `EVENT_AMOUNT_MAX_RUPIAH`. */
export const amountSchema: z.ZodType<Rupiah> = z
  .number()
  .int()
  .min(1)
  .max(EVENT_AMOUNT_MAX_RUPIAH) as unknown as z.ZodType<Rupiah>;
/** Whole rupiah, 0 … 2⁵³−1. */
export const rupiahSchema: z.ZodType<Rupiah> = z
  .number()
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER) as unknown as z.ZodType<Rupiah>;
/** Milliseconds, 0 … 2⁵³−1: a terminal's clock may be wrong, its sale is still booked. */
export const unixMsSchema: z.ZodType<UnixMs> = z
  .number()
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER) as unknown as z.ZodType<UnixMs>;
/** A real day, yyyymmdd. */
export const schoolDaySchema: z.ZodType<SchoolDay> = z.custom<SchoolDay>(isSchoolDay);
/** A counter: 0 … 2⁵³−1. */
export const countSchema: z.ZodType<number> = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** A place in a sequence: 1 … 2⁵³−1. */
export const seqSchema: z.ZodType<number> = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
/** A text for people: 1 … 80 UTF-16 units, no control characters. */
export const labelSchema: z.ZodType<string> = z
  .string()
  .min(1)
  .max(LABEL_LENGTH_MAX)
  .regex(LABEL_PATTERN);

/** Where a terminal answers on its school's network: `http://<name or IPv4 address>:<port>`, no path. */
export const lanUrlSchema: z.ZodType<string> = z
  .string()
  .regex(/^http:\/\/[a-z0-9.-]{1,100}:[0-9]{1,5}$/);

/** A byte string of `min` … `max` bytes. */
export function bytesSchema(size: {
  readonly min: number;
  readonly max: number;
}): z.ZodType<Uint8Array> {
  return z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= size.min && value.length <= size.max,
  );
}
/** A SHA-256. */
export const hashSchema: z.ZodType<Uint8Array> = bytesSchema({ min: 32, max: 32 });

/** Canonical bytes of a value that its own parser accepts; throws `RangeError` on any other: a bug. */
export function encodeChecked<T extends CborValue>(
  schema: z.ZodType<T>,
  value: T,
  what: string,
): CanonicalBytes {
  const checked = parseWith(schema, value, what);
  if (!checked.ok)
    throw new RangeError(`Cannot encode ${what}: ${checked.error.path} ${checked.error.expected}`);
  return encodeCbor(value);
}

/** Runs a schema and says where the value failed first. */
export function parseWith<T>(
  schema: z.ZodType<T>,
  value: unknown,
  what: string,
): Result<T, ParseError> {
  const result = schema.safeParse(value);
  if (result.success) return ok(result.data);
  const issue = result.error.issues[0];
  return err(parseError(issue?.path.join(".") ?? "", `${what}: ${issue?.message ?? "valid"}`));
}
