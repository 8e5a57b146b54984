import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  bytesSchema,
  deviceIdSchema,
  encodeChecked,
  labelSchema,
  parseWith,
} from "../encoding/schema.ts";
import { idText, deviceId, type DeviceId } from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";
import { hashBytes } from "../signing/cose.ts";

/** What a new terminal says of itself, signed by its own new key as `saku.claim.v1`, kid = its device id. */
export type DeviceClaim = {
  readonly v: 1;
  /** The one-time claim that the school handed to the technician. */
  readonly claim: string;
  readonly device: DeviceId;
  readonly signKey: Uint8Array;
  readonly boxKey: Uint8Array;
  readonly software: string;
};

const key = bytesSchema({ min: 32, max: 32 });
/** The schema of a claim's payload; SPEC.md P37. */
export const claimSchema: z.ZodType<DeviceClaim> = z.strictObject({
  v: z.literal(1),
  claim: z.string().min(16).max(64),
  device: deviceIdSchema,
  signKey: key,
  boxKey: key,
  software: labelSchema,
}) as unknown as z.ZodType<DeviceClaim>;

/** Throws on a claim that `parseClaim` would refuse: a bug. */
export function encodeClaim(claim: DeviceClaim): CanonicalBytes {
  return encodeChecked(claimSchema, claim, "claim");
}

/** Reads the payload of a verified `saku.claim.v1`. */
export function parseClaim(payload: Uint8Array): Result<DeviceClaim, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(claimSchema, value.value, "claim") : value;
}

/** A terminal's id: `trm-` and 96 bits of the hash of its first Ed25519 public key. */
export function deviceIdOfKey(signKey: Uint8Array): DeviceId {
  return deviceId(idText("trm", hashBytes(signKey).subarray(0, 12)));
}
