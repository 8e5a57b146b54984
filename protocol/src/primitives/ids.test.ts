import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concatBytes,
  equalBytes,
  fromBase64Url,
  fromHex,
  toBase32,
  toBase64Url,
  toHex,
  utf8,
} from "./bytes.ts";
import { idText, incarnation, studentId } from "./ids.ts";
import { addRupiah, minRupiah, parseRupiah, rupiah, subtractRupiah } from "./rupiah.ts";

const bytes = fc.uint8Array({ maxLength: 64 });

describe("names", () => {
  it("[P24] are short, lower-case and safe in topics, paths and logs", () => {
    for (const good of ["ab", "a1", "stu-9k2m", "0x", "a".repeat(40)])
      expect(studentId(good)).toBe(good);
    for (const bad of [
      "",
      "a",
      "-a",
      "A1",
      "a_b",
      "a/b",
      "a+",
      "a#",
      "a b",
      "a.b",
      "é1",
      "ab\n",
      "a".repeat(41),
    ])
      expect(() => studentId(bad)).toThrow();
  });
  it("[P24] are made from random bytes without letters that look or sound alike", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 20 }), (random) => {
        const text = idText("stu", random);
        expect(studentId(text)).toBe(text);
        expect(text.slice(4)).not.toMatch(/[ilou]/);
        expect(text.length).toBe(4 + Math.ceil((random.length * 8) / 5));
      }),
    );
  });
  it("[P24] of different bytes differ", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        fc.nat({ max: 95 }),
        (a, bit) => {
          const b = Uint8Array.from(a);
          b[bit >> 3] = (b[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          expect(toBase32(a)).not.toBe(toBase32(b));
        },
      ),
    );
  });
  it("[P25] of incarnations are 16 lower-case hexadecimal characters", () => {
    expect(incarnation("00c0ffee00c0ffee")).toBe("00c0ffee00c0ffee");
    for (const bad of [
      "",
      "00C0FFEE00C0FFEE",
      "00c0ffee00c0ffe",
      "00c0ffee00c0ffeeg",
      "00c0ffee00c0ffee\n",
    ])
      expect(() => incarnation(bad)).toThrow();
  });
});

describe("money", () => {
  it("[P27] is whole, not negative and safe", () => {
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", null, 1n]) {
      expect(parseRupiah(bad).ok).toBe(false);
      if (typeof bad === "number") expect(() => rupiah(bad)).toThrow();
    }
    expect(parseRupiah(Number.MAX_SAFE_INTEGER).ok).toBe(true);
  });
  it("[P27] throws when arithmetic would leave its range", () => {
    expect(() => addRupiah(rupiah(Number.MAX_SAFE_INTEGER), rupiah(1))).toThrow();
    expect(() => subtractRupiah(rupiah(1), rupiah(2))).toThrow();
  });
  it("[P27] adds, subtracts and compares like whole numbers", () => {
    const amounts = fc.integer({ min: 0, max: 1_000_000_000 }).map(rupiah);
    fc.assert(
      fc.property(amounts, amounts, (a, b) => {
        expect(subtractRupiah(addRupiah(a, b), b)).toBe(a);
        expect(minRupiah(a, b)).toBe(Math.min(a, b));
      }),
    );
  });
});

describe("bytes", () => {
  it("agree with node in hexadecimal, base64url and UTF-8", () => {
    fc.assert(
      fc.property(bytes, fc.string({ unit: "binary" }), (value, text) => {
        expect(toHex(value)).toBe(Buffer.from(value).toString("hex"));
        expect(toBase64Url(value)).toBe(Buffer.from(value).toString("base64url"));
        expect(fromHex(toHex(value))).toEqual(value);
        expect(fromBase64Url(toBase64Url(value))).toEqual(value);
        expect(utf8(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
  });
  it("have one spelling in base64url", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const value = fromBase64Url(text);
        if (value !== null) expect(toBase64Url(value)).toBe(text);
      }),
    );
    expect(fromBase64Url("AB")).toBeNull();
    expect(fromHex("0")).toBeNull();
    expect(fromHex("0g")).toBeNull();
  });
  it("are equal when their hexadecimal is", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(toHex(a) === toHex(b));
        expect(equalBytes(concatBytes(a, b), concatBytes(a, b))).toBe(true);
        expect(toHex(concatBytes(a, b))).toBe(toHex(a) + toHex(b));
      }),
    );
  });
});
