import {
  equalBytes,
  must,
  parseRoster,
  verifyObject,
  type DeviceId,
  type PublicKey,
  type Roster,
  type SchoolId,
} from "@saku/protocol";
import type { DeviceKeys } from "../keys/device-keys.ts";
import { verifyWithNode } from "../keys/verify.ts";
import { seal, unseal } from "./seal.ts";

// A sealed epoch key is ephemeral public key(32) ‖ nonce(24) ‖ NaCl box(48).
const SENDER_KEY_SIZE = 32;
const BOX_START = 56;

/** Epoch keys rest under a key of this terminal, never in the clear. */
export function sealEpochKey(keys: DeviceKeys, epoch: number, epochKey: Uint8Array): Uint8Array {
  return seal(keys.deriveKey("saku.epoch-at-rest.v1"), epochKey, `epoch|${epoch}`);
}

export function openEpochKey(
  keys: DeviceKeys,
  stored: { readonly epoch: number; readonly sealed: Uint8Array },
): Uint8Array | null {
  return unseal(keys.deriveKey("saku.epoch-at-rest.v1"), stored.sealed, `epoch|${stored.epoch}`);
}

export type RosterVerdict =
  | {
      readonly kind: "accepted";
      readonly roster: Roster;
      /** Null when the school's list no longer names this terminal: it may hold no template. */
      readonly epochKey: Uint8Array | null;
    }
  | {
      readonly kind: "refused";
      readonly reason:
        "not-signed-by-school" | "malformed" | "other-school" | "not-newer" | "key-not-ours";
    };

/** Judges a roster: signed by the school's root key, of this school, newer than the last, and sealed to our keys. */
export function judgeRoster(
  bytes: Uint8Array,
  known: {
    readonly school: SchoolId;
    readonly device: DeviceId;
    readonly rootKey: PublicKey;
    readonly rev: number;
  },
  keys: DeviceKeys,
): RosterVerdict {
  const signed = verifyObject("saku.roster.v1", bytes, () => known.rootKey, verifyWithNode);
  if (!signed.ok) return { kind: "refused", reason: "not-signed-by-school" };
  const parsed = parseRoster(signed.value.payload);
  if (!parsed.ok) return { kind: "refused", reason: "malformed" };
  const roster = parsed.value;
  if (roster.school !== known.school) return { kind: "refused", reason: "other-school" };
  if (roster.rev <= known.rev) return { kind: "refused", reason: "not-newer" };
  const own = roster.devices.find((device) => device.device === known.device);
  if (own === undefined) return { kind: "accepted", roster, epochKey: null };
  // The school signs its list anew in its own time: until then it names the key before the rotation (KR3).
  const isOurs =
    equalBytes(own.signKey, keys.signKey) ||
    (keys.former !== undefined && equalBytes(own.signKey, keys.former.publicKey));
  if (!isOurs || !equalBytes(own.boxKey, keys.boxKey))
    return { kind: "refused", reason: "key-not-ours" };
  const epochKey = keys.openBox(
    own.sealedEpochKey.slice(BOX_START),
    own.sealedEpochKey.slice(SENDER_KEY_SIZE, BOX_START),
    own.sealedEpochKey.slice(0, SENDER_KEY_SIZE),
  );
  if (epochKey?.length !== 32) return { kind: "refused", reason: "key-not-ours" };
  return { kind: "accepted", roster, epochKey: must(epochKey, "An epoch key that vanished") };
}
