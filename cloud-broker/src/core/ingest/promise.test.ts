import { incarnation } from "@saku/protocol";
import { describe, expect, it } from "vitest";
import { isSetBack } from "./promise.ts";

const A = incarnation("00000000000000aa");
const B = incarnation("00000000000000bb");
const held = { term: 7, rev: 20, ackOf: new Map([[A, 10]]) };
const says = (term: number, have: number, ...incs: { inc: typeof A; from: number }[]) =>
  isSetBack({ term, have, incs: incs.map((inc) => ({ ...inc, to: 60, tip: "" })) }, held);

describe("a database that was set back", () => {
  it("[N15] is known by a terminal that let go of, or applied, what the database does not hold", () => {
    expect(says(7, 20, { inc: A, from: 12 })).toBe(true);
    expect(says(7, 20, { inc: B, from: 2 })).toBe(true);
    expect(says(7, 21, { inc: A, from: 1 })).toBe(true);
    expect(says(8, 0)).toBe(true);
  });

  it("[N15] is not thought of while the terminal believes what this lineage, or an earlier one, promised", () => {
    expect(says(7, 20, { inc: A, from: 11 }, { inc: B, from: 1 })).toBe(false);
    expect(says(7, 3)).toBe(false);
    expect(says(6, 99, { inc: B, from: 50 })).toBe(false);
    expect(says(0, 0)).toBe(false);
  });
});
