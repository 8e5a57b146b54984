import { describe, expect, it } from "vitest";
import { bindable } from "./bindable.ts";
import { isGoodSqlite } from "./sqlite-connection.ts";

describe("what a statement may be given", () => {
  it("is checked, because the driver would store bigint and undefined as NULL without a word", () => {
    for (const value of [1n, undefined, 1.5, Number.NaN, 2 ** 53, true, {}, [], "a\0b"])
      expect(() => bindable(value)).toThrow();
    expect(bindable(1_795_400_000_000)).toBe(1_795_400_000_000);
    expect(bindable(Uint8Array.of(1, 2))).toEqual(Buffer.from([1, 2]));
    expect(bindable(null)).toBeNull();
  });
});

describe("the SQLite it runs on", () => {
  it.each([
    ["3.51.2", false],
    ["3.51.3", true],
    ["3.52.0", false],
    ["3.52.1", true],
    ["3.53.2", true],
  ])("%s may hold money: %s", (version, isGood) => {
    expect(isGoodSqlite(version)).toBe(isGood);
  });
});
