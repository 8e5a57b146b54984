import { describe, expect, it } from "vitest";
import { policyTable, refusedPercent, type PolicyRow } from "./policy-table.ts";

const rows = policyTable([1, 2, 3, 4, 5]);

function rowOf(name: string): PolicyRow {
  const row = rows.find((each) => each.name.startsWith(name));
  if (row === undefined) throw new Error(`No policy is named ${name}`);
  return row;
}

describe("a day without internet", () => {
  it("is a thousand pupils who would make about 1.3 purchases each", () => {
    const { wishCount, dayCount } = rowOf("hub");
    expect(wishCount / dayCount).toBeGreaterThan(1_200);
    expect(wishCount / dayCount).toBeLessThan(1_400);
  });

  it("with a hub on the LAN refuses nothing affordable and spends nothing that is not there", () => {
    const { affordableCount, refusedCount, overspend, lent } = rowOf("hub");
    expect(affordableCount).toBeGreaterThan(1_000);
    expect({ refusedCount, overspend, lent }).toEqual({ refusedCount: 0, overspend: 0, lent: 0 });
  });

  it("is served better by the usual-stall split than by equal parts, and never beyond the money", () => {
    expect(refusedPercent(rowOf("usual-stall split, as"))).toBeLessThan(
      refusedPercent(rowOf("equal")) - 20,
    );
    for (const name of ["no sales", "equal", "usual-stall split, as", "usual-stall split and"])
      expect(rowOf(name).overspend).toBe(0);
  });

  it("costs the reserve less than six stalls' allowances, and refuses fewer hungry children", () => {
    const row = rowOf("usual-stall split and");
    expect(row.lent / row.dayCount).toBeLessThanOrEqual(6 * 300_000);
    expect(row.refusedCount).toBeLessThan(rowOf("usual-stall split, as").refusedCount);
  });

  it("is overspent by tills that trust the last balance they saw", () => {
    expect(rowOf("cached").overspend).toBeGreaterThan(0);
    expect(rowOf("cached").refusedCount).toBe(0);
  });
});
