import { rupiah, schoolDay, unixMs } from "@saku/protocol";
import { describe, expect, test } from "vitest";
import { formatsOf } from "./formats.ts";

const NBSP = "\u00a0";
const MOMENT = unixMs(Date.UTC(2026, 10, 23, 3, 5));

describe.each(["id", "en"] as const)("in %s", (language) => {
  const formats = formatsOf(language);

  test.each([
    [0, "none", `Rp${NBSP}0`],
    [500, "none", `Rp${NBSP}500`],
    [12_500, "none", `Rp${NBSP}12.500`],
    [12_500, "minus", `\u2212Rp${NBSP}12.500`],
    [100_000, "plus", `+Rp${NBSP}100.000`],
    [Number.MAX_SAFE_INTEGER, "none", `Rp${NBSP}9.007.199.254.740.991`],
  ] as const)("%d with sign %s is written whole, with a no-break space", (amount, sign, text) => {
    expect(formats.money(rupiah(amount), sign)).toBe(text);
  });

  test.each([
    [420, "10.05", "10.05 WIB"],
    [480, "11.05", "11.05 WITA"],
    [540, "12.05", "12.05 WIT"],
  ] as const)("the clock of zone %d shows %s", (zone, time, withZone) => {
    expect(formats.time(MOMENT, zone)).toBe(time);
    expect(formats.timeWithZone(MOMENT, zone)).toBe(withZone);
  });

  test("midnight is 00.00, not 24.00", () => {
    expect(formats.time(unixMs(Date.UTC(2026, 10, 22, 17, 0)), 420)).toBe("00.00");
  });
});

test("days are named in the reader's language", () => {
  expect(formatsOf("id").day(schoolDay(20261123))).toBe("Senin, 23 November");
  expect(formatsOf("en").day(schoolDay(20261123))).toBe("Monday, 23 November");
});

test("a moment on another day carries its date on the school's wall clock", () => {
  const lateEvening = unixMs(Date.UTC(2026, 10, 22, 17, 30));
  expect(formatsOf("id").dayAndTime(lateEvening, 420)).toBe("23 Nov, 00.30");
});
