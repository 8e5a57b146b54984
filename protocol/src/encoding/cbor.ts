import { decode, encode } from "cborg";
import type { Brand } from "../primitives/brand.ts";
import { equalBytes } from "../primitives/bytes.ts";
import { err, ok, parseError, type ParseError, type Result } from "../primitives/result.ts";
import { DEPTH_MAX, hasSoundSkeleton } from "./skeleton.ts";

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

/** Larger input is refused before it is looked at, and larger output is never made. */
export const CBOR_SIZE_MAX = 65_536;

// A lone surrogate has no UTF-8, and a leading U+FEFF is swallowed by decoders that take it for a byte order mark.
const UNSPEAKABLE_TEXT = /^\ufeff|\p{Surrogate}/u;

function checkText(text: string): void {
  if (UNSPEAKABLE_TEXT.test(text))
    throw new RangeError("Text with a lone surrogate or a leading byte order mark");
}

function checkEncodable(value: unknown, depth: number): void {
  if (depth > DEPTH_MAX) throw new RangeError(`Nested deeper than ${DEPTH_MAX}`);
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "string") {
    checkText(value);
    return;
  }
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
    for (const [key, item] of Object.entries(value)) {
      checkText(key);
      checkEncodable(item, depth + 1);
    }
    return;
  }
  throw new TypeError(`A ${typeof value} cannot be encoded`);
}

/**
 * The only byte string of a value. Throws on floats, unsafe integers, undefined, bigint, class instances, ill-formed
 * text, nesting deeper than 16 and more than `CBOR_SIZE_MAX` bytes: a bug of ours.
 */
export function encodeCbor(value: CborValue): CanonicalBytes {
  checkEncodable(value, 0);
  const bytes = encode(value);
  if (bytes.length > CBOR_SIZE_MAX)
    throw new RangeError(`More than ${CBOR_SIZE_MAX} bytes of CBOR`);
  return bytes as CanonicalBytes;
}

/**
 * Reads bytes that `encodeCbor` could have made, and refuses all others (floats, tags, indefinite lengths,
 * non-minimal integers, unsorted or duplicate keys, ill-formed text, nesting deeper than 16, trailing bytes, more than
 * `CBOR_SIZE_MAX` bytes). Never throws, and the value shares no memory with `bytes`.
 */
export function decodeCbor(bytes: Uint8Array): Result<CborValue, ParseError> {
  if (bytes.length > CBOR_SIZE_MAX)
    return err(parseError("", `at most ${CBOR_SIZE_MAX} bytes of CBOR`));
  if (!hasSoundSkeleton(bytes)) return err(parseError("", "deterministic CBOR"));
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
