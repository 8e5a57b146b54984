import { parseArgs, type ParseArgsConfig } from "node:util";

/** Reads what was typed. A mistake is answered by its sentence and the usage, never by a stack. */
export function typed<T extends ParseArgsConfig>(
  usage: string,
  config: T,
): ReturnType<typeof parseArgs<T>>["values"] {
  try {
    return parseArgs(config).values;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${sentence}\n\n${usage}\n`);
    process.exit(2);
  }
}

/** A whole number of at least `min`; anything else ends the program with the usage. */
export function wholeNumber(
  usage: string,
  option: { readonly name: string; readonly text: string; readonly min: number },
): number {
  const value = Number(option.text);
  if (Number.isSafeInteger(value) && value >= option.min) return value;
  process.stderr.write(
    `--${option.name} takes a whole number from ${option.min} on, not "${option.text}"\n\n${usage}\n`,
  );
  process.exit(2);
}
