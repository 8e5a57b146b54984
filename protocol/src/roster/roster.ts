import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  bytesSchema,
  countSchema,
  deviceIdSchema,
  encodeChecked,
  parseWith,
  schoolIdSchema,
  seqSchema,
} from "../encoding/schema.ts";
import type { DeviceId, SchoolId } from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";

/** A terminal that the school trusts, with the epoch key sealed to it (money-and-sync §2; ADR on keys). */
export type RosterDevice = {
  readonly device: DeviceId;
  /** Ed25519, signs events. */
  readonly signKey: Uint8Array;
  /** X25519, opens sealed epoch keys. */
  readonly boxKey: Uint8Array;
  /** NaCl box of the 32-byte epoch key: ephemeral public key(32) ‖ nonce(24) ‖ box(48). */
  readonly sealedEpochKey: Uint8Array;
};

/**
 * The list of terminals that may hold templates, signed by the school's root key (`saku.roster.v1`), which the cloud
 * never has. A terminal accepts only a higher `rev`.
 */
export type Roster = {
  readonly v: 1;
  readonly school: SchoolId;
  readonly rev: number;
  /** Number of the epoch key that `sealedEpochKey` holds. */
  readonly epoch: number;
  readonly devices: readonly RosterDevice[];
};

const key = bytesSchema({ min: 32, max: 32 });

/** The schema of a roster's payload; SPEC.md P35. */
export const rosterSchema: z.ZodType<Roster> = z.strictObject({
  v: z.literal(1),
  school: schoolIdSchema,
  rev: seqSchema,
  epoch: countSchema,
  devices: z
    .array(
      z.strictObject({
        device: deviceIdSchema,
        signKey: key,
        boxKey: key,
        sealedEpochKey: bytesSchema({ min: 104, max: 104 }),
      }),
    )
    .max(200),
}) as unknown as z.ZodType<Roster>;

/** Throws on a roster that `parseRoster` would refuse: a bug. */
export function encodeRoster(roster: Roster): CanonicalBytes {
  return encodeChecked(rosterSchema, roster, "roster");
}

/** Reads the payload of a verified `saku.roster.v1`. */
export function parseRoster(payload: Uint8Array): Result<Roster, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(rosterSchema, value.value, "roster") : value;
}
