import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  amountSchema,
  askIdSchema,
  deviceIdSchema,
  encodeChecked,
  merchantIdSchema,
  parseWith,
  schoolDaySchema,
  schoolIdSchema,
  studentIdSchema,
} from "../encoding/schema.ts";
import type { Purse } from "../events/event-body.ts";
import { leaseId, idText } from "../primitives/ids.ts";
import type {
  AskId,
  DeviceId,
  LeaseId,
  MerchantId,
  SchoolId,
  StudentId,
} from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";
import type { Rupiah } from "../primitives/rupiah.ts";
import type { SchoolDay } from "../primitives/school-day.ts";
import { hashBytes } from "../signing/cose.ts";

/** The largest signed question that a hub reads. */
export const HUB_ASK_SIZE_MAX = 1_024;

/**
 * A stall's question to the hub on the school's own network, signed by the stall as `saku.hub-ask.v1`. It names everything
 * that it wants, so that a copy of it can only ever get the same answer again.
 */
export type HubAsk = {
  readonly v: 1;
  readonly school: SchoolId;
  /** The stall that asks, and the hub that is meant: another hub refuses it. */
  readonly device: DeviceId;
  readonly hub: DeviceId;
  readonly ask: AskId;
  readonly day: SchoolDay;
  readonly student: StudentId;
  readonly merchant: MerchantId;
  readonly purse: Purse;
  /** Exactly what the sale lacks. */
  readonly amount: Rupiah;
};

/** The schema of a question to the hub; SPEC.md P48. */
export const hubAskSchema: z.ZodType<HubAsk> = z.strictObject({
  v: z.literal(1),
  school: schoolIdSchema,
  device: deviceIdSchema,
  hub: deviceIdSchema,
  ask: askIdSchema,
  day: schoolDaySchema,
  student: studentIdSchema,
  merchant: merchantIdSchema,
  purse: z.enum(["snack", "needs", "meal"]),
  amount: amountSchema,
}) as unknown as z.ZodType<HubAsk>;

/** Throws on a question that `parseHubAsk` would refuse: a bug. */
export function encodeHubAsk(ask: HubAsk): CanonicalBytes {
  return encodeChecked(hubAskSchema, ask, "hub ask");
}

/** Reads the payload of a verified `saku.hub-ask.v1`. */
export function parseHubAsk(payload: Uint8Array): Result<HubAsk, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(hubAskSchema, value.value, "hub ask") : value;
}

/**
 * The lease that answers a question: named by the hash of the question, so that one question can make one lease only, also
 * when a hub that was restored from an old card answers it a second time.
 */
export function subLeaseId(askPayload: CanonicalBytes): LeaseId {
  return leaseId(idText("sub", hashBytes(askPayload).subarray(0, 15)));
}
