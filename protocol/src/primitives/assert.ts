/** A rule that only a bug of ours can break; stays on in production and is never caught. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws `AssertionError` with `sentence` when `condition` is false. */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new AssertionError(sentence);
}

/** The defined value, or `AssertionError`: for look-ups that cannot fail unless we are wrong. */
export function must<T>(value: T | undefined | null, sentence: string): T {
  if (value === undefined || value === null) throw new AssertionError(sentence);
  return value;
}

/** The end of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new AssertionError(`Unreachable value ${JSON.stringify(value)}`);
}
