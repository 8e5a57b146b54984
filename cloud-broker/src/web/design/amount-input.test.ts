import fc from "fast-check";
import { rupiah } from "@saku/protocol";
import { expect, test } from "vitest";
import { readAmount } from "./amount-input.ts";
import { formatsOf } from "./formats.ts";

test.each([
  ["15000", 15_000],
  ["15.000", 15_000],
  ["15,000", 15_000],
  ["15rb", 15_000],
  ["15 rb", 15_000],
  ["15 ribu", 15_000],
  ["15K", 15_000],
  ["Rp 15.000", 15_000],
  ["Rp\u00a015.000", 15_000],
  ["rp15000", 15_000],
  ["1,5jt", 1_500_000],
  ["1.5 juta", 1_500_000],
  ["2,5rb", 2_500],
  ["1.500.000", 1_500_000],
  ["0", 0],
])("reads %j as %d rupiah", (text, amount) => {
  expect(readAmount(text)).toEqual({ ok: true, value: amount });
});

test.each(["", "   ", "Rp"])("takes %j for nothing typed", (text) => {
  expect(readAmount(text)).toEqual({ ok: false, error: "empty" });
});

test.each([
  "-5000",
  "15.00",
  "15.0000",
  "1.5000",
  "15,5",
  "1,55rb",
  "lima belas",
  "15000 x",
  "1e5",
  "0x10",
  "٣٠٠٠",
  "9007199254740993",
  "9".repeat(30),
  "1,5.000",
])("refuses %j instead of guessing", (text) => {
  expect(readAmount(text)).toEqual({ ok: false, error: "not-an-amount" });
});

test("whatever we print, we read again", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000_000 }), (amount) => {
      for (const language of ["id", "en"] as const)
        expect(readAmount(formatsOf(language).money(rupiah(amount)))).toEqual({
          ok: true,
          value: amount,
        });
    }),
  );
});
