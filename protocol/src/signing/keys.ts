import nacl from "tweetnacl";
import type { Brand } from "../primitives/brand.ts";
import { err, ok, parseError, type ParseError, type Result } from "../primitives/result.ts";

/** An Ed25519 public key, 32 bytes. */
export type PublicKey = Brand<Uint8Array, "PublicKey">;

/** Makes a 64-byte Ed25519 signature of a message; holds its key inside. */
export type Sign = (message: Uint8Array) => Uint8Array;

/** Checks a 64-byte Ed25519 signature. Must refuse non-canonical S (RFC 8032 §5.1.7). */
export type Verify = (publicKey: PublicKey, message: Uint8Array, signature: Uint8Array) => boolean;

/** Points of small order: a "key" among them would let anyone forge (the order divides 8). */
const SMALL_ORDER_HEX: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "0100000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]);

/** RFC 8032 §5.1.3: a y of p or more is another spelling of a smaller one. */
function isCanonicalPoint(bytes: Uint8Array): boolean {
  if (((bytes[31] ?? 0) & 0x7f) !== 0x7f || (bytes[0] ?? 0) < 0xed) return true;
  return bytes.subarray(1, 31).some((byte) => byte !== 0xff);
}

/** A usable Ed25519 public key: 32 bytes, spelt canonically and not of small order. */
export function parsePublicKey(value: unknown, path = ""): Result<PublicKey, ParseError> {
  if (!(value instanceof Uint8Array) || value.length !== 32)
    return err(parseError(path, "an Ed25519 public key of 32 bytes"));
  const hex = Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (SMALL_ORDER_HEX.has(hex))
    return err(parseError(path, "a public key that is not of small order"));
  if (!isCanonicalPoint(value)) return err(parseError(path, "a canonical public key"));
  return ok(value as PublicKey);
}

/** A key pair that signs; the private half stays inside `sign`. */
export type SigningKey = { readonly publicKey: PublicKey; readonly sign: Sign };

/** The tweetnacl signer of a 32-byte seed (RFC 8032 §5.1.5 private key). */
export function signingKeyFromSeed(seed: Uint8Array): SigningKey {
  const pair = nacl.sign.keyPair.fromSeed(seed);
  return {
    publicKey: pair.publicKey as PublicKey,
    sign: (message) => nacl.sign.detached(message, pair.secretKey),
  };
}

/** L, the order of the base point, little endian; S must be smaller (tweetnacl alone accepts S + L). */
const ORDER: readonly number[] = [
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

function isCanonicalS(signature: Uint8Array): boolean {
  for (let index = 31; index >= 0; index--) {
    const s = signature[32 + index] ?? 0;
    const l = ORDER[index] ?? 0;
    if (s < l) return true;
    if (s > l) return false;
  }
  return false;
}

/** tweetnacl's check with RFC 8032's rule on S added: the slow witness beside node:crypto. */
export const verifyWithTweetnacl: Verify = (publicKey, message, signature) =>
  signature.length === 64 &&
  isCanonicalS(signature) &&
  nacl.sign.detached.verify(message, signature, publicKey);
