/** What was typed cannot be done; the message is a sentence for whoever typed it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export type WholeRange = { readonly min: number; readonly max: number };

/** @throws UsageError unless `text` is a whole number within the range. */
export const wholeFrom = (text: string, option: string, { min, max }: WholeRange): number => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`--${option} takes a whole number from ${min} to ${max}, not "${text}"`);
};

/** @throws UsageError unless `text` is one of the choices. */
export const oneOf = <T extends string>(text: string, option: string, choices: readonly T[]): T => {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${option} takes ${choices.join(" or ")}, not "${text}"`);
};

/** @throws UsageError unless `text` is a regular expression. */
export const patternFrom = (text: string, option: string): RegExp => {
  try {
    return new RegExp(text);
  } catch {
    throw new UsageError(`--${option} takes a regular expression, not "${text}"`);
  }
};
