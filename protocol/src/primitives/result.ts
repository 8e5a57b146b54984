/** Bad input is a value, not an exception: the caller must look at `ok` before it can use either side. */
export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** The good side. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** The other side. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/** What was wrong with bytes or values from outside: where, and what would have been right. */
export type ParseError = {
  readonly kind: "parse-error";
  /** Dotted path inside the value, empty for the value itself. */
  readonly path: string;
  readonly expected: string;
};

/** `expected` completes the sentence "this must be …". */
export function parseError(path: string, expected: string): ParseError {
  return { kind: "parse-error", path, expected };
}
