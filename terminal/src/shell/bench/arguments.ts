import { NoPrintsError } from "./print-folder.ts";

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

/** Node's own word for an option it does not know, or one without its value. */
const isParseError = (error: unknown): error is TypeError =>
  error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");

const refusalOf = (error: unknown, usage: string): string | null => {
  if (error instanceof NoPrintsError) return error.message;
  if (error instanceof UsageError || isParseError(error)) return `${error.message}\n\n${usage}`;
  return null;
};

/** Runs a tool: what it answers (0 for nothing), or 2 after a sentence about what cannot be done as it was typed. Anything else thrown is a bug. */
export const exitCodeOf = async (
  run: () => number | undefined | Promise<number | undefined>,
  usage: string,
): Promise<number> => {
  try {
    return (await run()) ?? 0;
  } catch (error) {
    const refusal = refusalOf(error, usage);
    if (refusal === null) throw error;
    process.stderr.write(`${refusal}\n`);
    return 2;
  }
};
