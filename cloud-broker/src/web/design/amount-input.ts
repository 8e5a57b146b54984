import { err, ok, rupiah, type Result, type Rupiah } from "@saku/protocol";

const MULTIPLIER: Readonly<Record<string, number>> = {
  rb: 1_000,
  ribu: 1_000,
  k: 1_000,
  jt: 1_000_000,
  juta: 1_000_000,
};
const AMOUNT_MAX_CHARACTERS = 24;

/**
 * An amount as a person types it: "15000", "15.000", "15,000", "Rp 15.000", "15rb", "15 ribu", "1,5 jt".
 * Half rupiah, signs, and dots that do not part thousands are refused, never guessed at.
 */
export function readAmount(text: string): Result<Rupiah, "empty" | "not-an-amount"> {
  const tidy = text
    .toLowerCase()
    .replace(/[\s\u00a0]/g, "")
    .replace(/^rp\.?/, "");
  if (tidy === "") return err("empty");
  if (tidy.length > AMOUNT_MAX_CHARACTERS) return err("not-an-amount");
  const match = /^([\d.,]+)(rb|ribu|k|jt|juta)?$/.exec(tidy);
  const digits = match?.[1];
  if (digits === undefined) return err("not-an-amount");
  const amount = numberOf(digits) * (match?.[2] === undefined ? 1 : (MULTIPLIER[match[2]] ?? 1));
  // "1,5jt" is whole rupiah although 1,5 is not; "1,5" alone is not.
  const whole = Math.round(amount);
  return Number.isSafeInteger(whole) && Math.abs(whole - amount) < 1e-6
    ? ok(rupiah(whole))
    : err("not-an-amount");
}

function numberOf(digits: string): number {
  if (/^\d+$/.test(digits)) return Number(digits);
  if (/^\d{1,3}(\.\d{3})+$/.test(digits)) return Number(digits.replaceAll(".", ""));
  if (/^\d{1,3}(,\d{3})+$/.test(digits)) return Number(digits.replaceAll(",", ""));
  if (/^\d+[.,]\d$/.test(digits)) return Number(digits.replace(",", "."));
  return Number.NaN;
}
