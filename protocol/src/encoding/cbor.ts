import { decode, encode } from "cborg";
import type { Brand } from "../primitives/brand.ts";
import { equalBytes } from "../primitives/bytes.ts";
import { err, ok, parseError, type ParseError, type Result } from "../primitives/result.ts";

/** What may stand in signed bytes: integers, texts, byte strings, booleans, null, arrays and text-keyed maps. */
export type CborValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | { readonly [key: string]: CborValue };

/** Bytes that the one encoder made: RFC 8949 §4.2.1 deterministic CBOR, no floats, no tags. */
export type CanonicalBytes = Brand<Uint8Array, "CanonicalBytes">;

/** Larger input is refused before it is looked at. */
export const CBOR_SIZE_MAX = 65_536;
const DEPTH_MAX = 16;

function checkEncodable(value: unknown, depth: number): void {
  if (depth > DEPTH_MAX) throw new RangeError(`Nested deeper than ${DEPTH_MAX}`);
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0))
      throw new RangeError("Only safe integers can be encoded");
    return;
  }
  if (value instanceof Uint8Array) return;
  if (Array.isArray(value)) {
    for (const item of value) checkEncodable(item, depth + 1);
    return;
  }
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) checkEncodable(item, depth + 1);
    return;
  }
  throw new TypeError(`A ${typeof value} cannot be encoded`);
}

/** The only byte string of a value. Throws on floats, undefined, bigint, class instances and deep nesting: our bug. */
export function encodeCbor(value: CborValue): CanonicalBytes {
  checkEncodable(value, 0);
  return encode(value) as CanonicalBytes;
}

/**
 * Reads bytes that `encodeCbor` could have made, and refuses all others (floats, tags, indefinite lengths,
 * non-minimal integers, unsorted or duplicate keys, trailing bytes, more than `CBOR_SIZE_MAX` bytes).
 */
export function decodeCbor(bytes: Uint8Array): Result<CborValue, ParseError> {
  if (bytes.length > CBOR_SIZE_MAX)
    return err(parseError("", `at most ${CBOR_SIZE_MAX} bytes of CBOR`));
  try {
    const value = decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    }) as CborValue;
    // The encoder is the judge: whatever it would spell otherwise is not canonical.
    if (!equalBytes(encodeCbor(value), bytes)) return err(parseError("", "deterministic CBOR"));
    return ok(value);
  } catch {
    return err(parseError("", "deterministic CBOR"));
  }
}
