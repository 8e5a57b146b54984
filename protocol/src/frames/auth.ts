import { assert } from "../primitives/assert.ts";
import { concatBytes, fromBase64Url, toBase64Url, utf8 } from "../primitives/bytes.ts";
import type { Incarnation } from "../primitives/ids.ts";

/** Size of the cloud's single-use nonce. */
export const NONCE_SIZE = 32;

/** What a terminal proves at CONNECT: that it holds its key, now, towards this cloud. */
export type AuthQuestion = {
  /** Host name the terminal believes it talks to, so that a proof cannot be relayed to another cloud. */
  readonly host: string;
  readonly clientId: string;
  readonly nonce: Uint8Array;
  readonly inc: Incarnation;
};

/**
 * The bytes a terminal signs at CONNECT: "saku-auth-v1", host, client id and incarnation, each closed by 0x00, then
 * the nonce. Throws `AssertionError` on a NUL inside a text, which would let one question read as another.
 */
export function authMessage(question: AuthQuestion): Uint8Array {
  const end = Uint8Array.of(0);
  assert(!`${question.host}${question.clientId}`.includes("\0"), "A host has no NUL");
  assert(question.nonce.length === NONCE_SIZE, `A nonce has ${NONCE_SIZE} bytes`);
  return concatBytes(
    utf8("saku-auth-v1"),
    end,
    utf8(question.host),
    end,
    utf8(question.clientId),
    end,
    utf8(question.inc),
    end,
    question.nonce,
  );
}

/** MQTT password: base64url(nonce(32) ‖ incarnation(16 ASCII) ‖ signature(64)). */
export function encodeAuthPassword(
  nonce: Uint8Array,
  inc: Incarnation,
  signature: Uint8Array,
): string {
  return toBase64Url(concatBytes(nonce, utf8(inc), signature));
}

/** The parts of a password, or null. */
export function parseAuthPassword(password: string): {
  readonly nonce: Uint8Array;
  readonly inc: Incarnation;
  readonly signature: Uint8Array;
} | null {
  if (password.length > 200) return null;
  const bytes = fromBase64Url(password);
  if (bytes === null || bytes.length !== NONCE_SIZE + 16 + 64) return null;
  const inc = String.fromCharCode(...bytes.subarray(NONCE_SIZE, NONCE_SIZE + 16));
  if (!/^[0-9a-f]{16}$/.test(inc)) return null;
  return {
    nonce: bytes.slice(0, NONCE_SIZE),
    inc: inc as Incarnation,
    signature: bytes.slice(NONCE_SIZE + 16),
  };
}
