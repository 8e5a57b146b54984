import { assert } from "./assert.ts";
import type { Brand } from "./brand.ts";

/** Milliseconds since 1970-01-01T00:00:00Z, as the named clock says; never used to decide about money. */
export type UnixMs = Brand<number, "UnixMs">;

/** For our own values; throws `AssertionError` unless it is a whole number of milliseconds, 0 or more. */
export function unixMs(value: number): UnixMs {
  assert(Number.isSafeInteger(value) && value >= 0, `Not an instant in milliseconds: ${value}`);
  return value as UnixMs;
}

/** How far the terminal's clock can be believed (rule of money-and-sync §3). */
export type ClockTrust = "none" | "file" | "server" | "ntp";
