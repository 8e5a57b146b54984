import { describe, expect, it } from "vitest";
import { csvOf } from "./csv.ts";

describe("tables for spreadsheets", () => {
  it("writes amounts as plain digits and text whole, with its zeros and quotes", () => {
    expect(csvOf(["name", "number", "amount"], [['Kantin "Bu Sri"', "00123", 12_500]])).toBe(
      '\uFEFFname,number,amount\r\n"Kantin ""Bu Sri""","00123",12500\r\n',
    );
  });

  it.each(["=1+1", "+62812", "-5", "@SUM(A1)", "\t=1", "\r=1"])(
    "does not hand the formula %j to the spreadsheet",
    (text) => {
      expect(csvOf(["a"], [[text]])).toBe(`\uFEFFa\r\n"'${text}"\r\n`);
    },
  );

  it("leaves negative amounts numbers: only text can be a formula", () => {
    expect(csvOf(["a"], [[-5], [null]])).toBe("\uFEFFa\r\n-5\r\n\r\n");
  });
});
