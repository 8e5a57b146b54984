import { assert } from "./assert.ts";
import type { Brand } from "./brand.ts";
import { toBase32 } from "./bytes.ts";

// Ids are short lower-case texts that are safe in MQTT topics, paths and logs: `[a-z0-9-]`, 2 … 40 characters.

/** A school; first in every key, so that schools shard. */
export type SchoolId = Brand<string, "SchoolId">;
/** Derived from the terminal's first Ed25519 public key; stays the same when keys rotate. */
export type DeviceId = Brand<string, "DeviceId">;
/** Random per school; says nothing about the child. */
export type StudentId = Brand<string, "StudentId">;
/** A stall, canteen or shop that sells at the school. */
export type MerchantId = Brand<string, "MerchantId">;
/** Money of one child reserved for one terminal. */
export type LeaseId = Brand<string, "LeaseId">;
/** Names one question of a terminal (`ask`, `vault`) until it is answered. */
export type AskId = Brand<string, "AskId">;
/** 64 random bits drawn at every daemon start, 16 hexadecimal characters. */
export type Incarnation = Brand<string, "Incarnation">;

/** What an id looks like. */
export const ID_PATTERN: RegExp = /^[a-z0-9][a-z0-9-]{1,39}$/;
/** What an incarnation looks like. */
export const INCARNATION_PATTERN: RegExp = /^[0-9a-f]{16}$/;

function checked<Name extends string>(text: string, name: string): Brand<string, Name> {
  assert(ID_PATTERN.test(text), `Not a ${name}: "${text}"`);
  return text as Brand<string, Name>;
}

/** A school id from our own text; throws `AssertionError` when it is none. */
export const schoolId = (text: string): SchoolId => checked<"SchoolId">(text, "school id");
/** A device id from our own text; throws `AssertionError` when it is none. */
export const deviceId = (text: string): DeviceId => checked<"DeviceId">(text, "device id");
/** A student id from our own text; throws `AssertionError` when it is none. */
export const studentId = (text: string): StudentId => checked<"StudentId">(text, "student id");
/** A merchant id from our own text; throws `AssertionError` when it is none. */
export const merchantId = (text: string): MerchantId => checked<"MerchantId">(text, "merchant id");
/** A lease id from our own text; throws `AssertionError` when it is none. */
export const leaseId = (text: string): LeaseId => checked<"LeaseId">(text, "lease id");
/** An ask id from our own text; throws `AssertionError` when it is none. */
export const askId = (text: string): AskId => checked<"AskId">(text, "ask id");

/** An incarnation from our own text; throws `AssertionError` when it is none. */
export function incarnation(text: string): Incarnation {
  assert(INCARNATION_PATTERN.test(text), `Not an incarnation: "${text}"`);
  return text as Incarnation;
}

/** An id text from random bytes (use at least 10): `<prefix>-<base32>`, for example `stu-9k2m…`. */
export function idText(prefix: string, random: Uint8Array): string {
  return `${prefix}-${toBase32(random)}`;
}
