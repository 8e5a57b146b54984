import { decode, encode } from "cborg";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Brand } from "../primitives/brand.ts";
import { concatBytes, equalBytes, utf8 } from "../primitives/bytes.ts";
import { err, ok, parseError, type ParseError, type Result } from "../primitives/result.ts";
import { CBOR_SIZE_MAX, type CanonicalBytes } from "../encoding/cbor.ts";
import { hasSoundSkeleton } from "../encoding/skeleton.ts";
import { assert } from "../primitives/assert.ts";
import type { PublicKey, Sign, Verify } from "./keys.ts";
import type { SignedKind } from "./kinds.ts";

/** An untagged COSE_Sign1 array (RFC 9052 §4.2) exactly as it was made or received. */
export type SignedBytes = Brand<Uint8Array, "SignedBytes">;

/** SHA-256 of kind ‖ 0x00 ‖ payload: the name of a signed object, its signature left out. */
export type ObjectId = Brand<Uint8Array, "ObjectId">;

/** A COSE_Sign1 taken apart; `payload` may be decoded only once its signature is verified. */
export type SignedObject = {
  readonly kid: string;
  readonly payload: CanonicalBytes;
  readonly signature: Uint8Array;
  /** The Sig_structure that was signed. */
  readonly message: Uint8Array;
};

/** Why a signed object is not accepted: malformed, a signer nobody knows, or a signature that does not fit. */
export type SignedError =
  | ParseError
  | { readonly kind: "unknown-signer"; readonly kid: string }
  | { readonly kind: "bad-signature"; readonly kid: string };

// COSE labels of RFC 9052 §3.1 and RFC 9053 §2.2.
const LABEL_ALGORITHM = 1;
const LABEL_KEY_ID = 4;
const ALGORITHM_EDDSA = -8;

// A signer is named by an id or one word such as `cloud`; nothing else may enter logs and look-ups.
const KID_PATTERN = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** The parent of a device's first event. */
export const ZERO_ID: ObjectId = new Uint8Array(32) as ObjectId;

/** The id of canonical bytes of a kind: SHA-256(kind ‖ 0x00 ‖ payload). */
export function objectId(kind: SignedKind, payload: CanonicalBytes): ObjectId {
  return sha256(concatBytes(utf8(kind), Uint8Array.of(0), payload)) as ObjectId;
}

/** SHA-256, 32 bytes. */
export function hashBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(concatBytes(...parts));
}

function protectedHeader(kid: string): Uint8Array {
  return encode(
    new Map<number, unknown>([
      [LABEL_ALGORITHM, ALGORITHM_EDDSA],
      [LABEL_KEY_ID, utf8(kid)],
    ]),
  );
}

/** RFC 9052 §4.4 Sig_structure with context "Signature1" and the kind as external_aad. */
function sigStructure(kind: SignedKind, header: Uint8Array, payload: Uint8Array): Uint8Array {
  return encode(["Signature1", header, utf8(kind), payload]);
}

/** Signs canonical bytes as `kind`, named by `kid`: 1 … 40 of `a-z 0-9 -`, not beginning with a hyphen. */
export function signObject(
  kind: SignedKind,
  kid: string,
  payload: CanonicalBytes,
  sign: Sign,
): SignedBytes {
  assert(KID_PATTERN.test(kid), `Not a signer's name: "${kid}"`);
  const header = protectedHeader(kid);
  const signature = sign(sigStructure(kind, header, payload));
  assert(signature.length === 64, "An Ed25519 signature has 64 bytes");
  const signed = encode([header, {}, payload, signature]);
  assert(signed.length <= CBOR_SIZE_MAX, `More than ${CBOR_SIZE_MAX} bytes in a signed object`);
  return signed as SignedBytes;
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/**
 * Takes a COSE_Sign1 apart without checking its signature; refuses any spelling that `signObject` would not make, so
 * that a signed object has one byte string only. Never throws.
 */
export function openObject(kind: SignedKind, bytes: Uint8Array): Result<SignedObject, ParseError> {
  const wrong = err(parseError("", `a COSE_Sign1 of kind ${kind}`));
  if (bytes.length > CBOR_SIZE_MAX || !hasSoundSkeleton(bytes)) return wrong;
  try {
    const outer: unknown = decode(bytes, { strict: true, allowIndefinite: false });
    if (!Array.isArray(outer) || outer.length !== 4) return wrong;
    const [header, , payload, signature] = outer as unknown[];
    if (!(header instanceof Uint8Array) || header.length > 64) return wrong;
    if (!(payload instanceof Uint8Array)) return wrong;
    if (!(signature instanceof Uint8Array) || signature.length !== 64) return wrong;
    const labels = decode(header, { strict: true, useMaps: true }) as Map<number, unknown>;
    const kidBytes = labels.get(LABEL_KEY_ID);
    if (!(kidBytes instanceof Uint8Array)) return wrong;
    const kid = textOf(kidBytes);
    if (!KID_PATTERN.test(kid)) return wrong;
    if (!equalBytes(protectedHeader(kid), header)) return wrong;
    if (!equalBytes(encode([header, {}, payload, signature]), bytes)) return wrong;
    return ok({
      kid,
      payload: payload as CanonicalBytes,
      signature,
      message: sigStructure(kind, header, payload),
    });
  } catch {
    return wrong;
  }
}

/** Opens and verifies: the payload may be decoded only after this said `ok`. */
export function verifyObject(
  kind: SignedKind,
  bytes: Uint8Array,
  keyOf: (kid: string) => PublicKey | undefined,
  verify: Verify,
): Result<SignedObject, SignedError> {
  const opened = openObject(kind, bytes);
  if (!opened.ok) return opened;
  const { kid, message, signature } = opened.value;
  const publicKey = keyOf(kid);
  if (publicKey === undefined) return err({ kind: "unknown-signer", kid });
  if (!verify(publicKey, message, signature)) return err({ kind: "bad-signature", kid });
  return opened;
}
