import { assert } from "./assert.ts";
import type { Brand } from "./brand.ts";
import { err, ok, parseError, type ParseError, type Result } from "./result.ts";

/** Whole rupiah, 0 … 2⁵³−1. Signs belong to debit and credit, never to an amount. */
export type Rupiah = Brand<number, "Rupiah">;

/** The most that one event may move: Rp 100.000.000. */
export const EVENT_AMOUNT_MAX_RUPIAH = 100_000_000;

/** For our own literals and sums; throws `AssertionError` outside the range. */
export function rupiah(amount: number): Rupiah {
  assert(Number.isSafeInteger(amount) && amount >= 0, `Not an amount of whole rupiah: ${amount}`);
  return amount as Rupiah;
}

/** For input: a JavaScript number that is a whole, non-negative, safe integer. */
export function parseRupiah(value: unknown, path = ""): Result<Rupiah, ParseError> {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? ok(value as Rupiah)
    : err(parseError(path, "whole rupiah, 0 or more"));
}

/** The sum; throws `AssertionError` when it is not a safe integer any more. */
export function addRupiah(...amounts: readonly Rupiah[]): Rupiah {
  return rupiah(amounts.reduce<number>((sum, amount) => sum + amount, 0));
}

/** `a − b`; a bug when the result would be negative, so compare first. */
export function subtractRupiah(a: Rupiah, b: Rupiah): Rupiah {
  assert(b <= a, `Rupiah would become negative: ${a} - ${b}`);
  return rupiah(a - b);
}

/** The smallest of the amounts. */
export function minRupiah(...amounts: readonly [Rupiah, ...Rupiah[]]): Rupiah {
  return rupiah(Math.min(...amounts));
}
