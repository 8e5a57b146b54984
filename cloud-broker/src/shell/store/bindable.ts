/** What a statement may be given, after the check. */
export type SqlValue = number | string | Buffer | null;

/**
 * sqlite3 binds bigint and undefined as NULL without a word, pg undefined; a ledger must not. Booleans are refused as well:
 * columns are integers, and 0 or 1 is written out where it is meant. PostgreSQL has no NUL character in text.
 */
export function bindable(value: unknown): SqlValue {
  if (value === null) return value;
  if (typeof value === "string") {
    if (value.includes("\0")) throw new RangeError("Text with a NUL character");
    return value;
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new RangeError(`Not a whole number: ${value}`);
    return value;
  }
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError(`A ${typeof value} cannot be bound to a statement`);
}
