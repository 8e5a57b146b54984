import type { Text } from "./language.ts";

/** Exit codes of `saku`; of `doctor` 2 means "works, but look at it". */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_ATTENTION = 2;

/** Something that a technician can understand and change: shown as two lines, never with a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: string;
  readonly what: Text;
  readonly todo: Text | null;
  readonly exitCode: number;
  constructor(
    code: string,
    what: Text,
    more: { readonly todo?: Text; readonly exitCode?: number } = {},
  ) {
    super(`${code}: ${what.en}`);
    this.code = code;
    this.what = what;
    this.todo = more.todo ?? null;
    this.exitCode = more.exitCode ?? EXIT_FAILED;
  }
}
