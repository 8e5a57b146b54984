/** What a statement may bind and a column may hold. */
export type SqlValue = number | string | Uint8Array | null;
export type Row = Readonly<Record<string, SqlValue>>;

/**
 * Checks values before the driver sees them: sqlite3 6 binds `undefined` and `bigint` as NULL without a word, and a
 * fraction or an unsafe integer as a REAL that a STRICT column would have to guess back.
 */
export function checkedBind(values: readonly unknown[]): readonly SqlValue[] {
  return values.map((value, index) => {
    if (value === null || typeof value === "string") return value;
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    if (value instanceof Uint8Array)
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    throw new TypeError(`Parameter ${index + 1} cannot be bound: ${describe(value)}`);
  });
}

function describe(value: unknown): string {
  return typeof value === "number" ? `the number ${value}` : typeof value;
}

function wrongColumn(column: string, expected: string): never {
  throw new TypeError(`Column ${column} does not hold ${expected}`);
}

/** Readers of columns: a wrong name or type is a bug of ours and must not become `undefined` money. */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" && Number.isSafeInteger(value)
    ? value
    : wrongColumn(column, "an integer");
}

export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : wrongColumn(column, "a text");
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? new Uint8Array(value) : wrongColumn(column, "bytes");
}

export function integerOrNullOf(row: Row, column: string): number | null {
  return row[column] === null ? null : integerOf(row, column);
}

export function textOrNullOf(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}
