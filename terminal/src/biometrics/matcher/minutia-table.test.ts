import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { completeTable, firstFrom } from "./minutia-table.ts";

describe("a table of minutiae", () => {
  it("finds from the left everything at or right of a place, however far the minutiae lie apart", () => {
    const place = fc.oneof(fc.integer({ min: -50, max: 400 }), fc.integer({ min: -2e9, max: 2e9 }));
    fc.assert(
      fc.property(fc.array(place, { maxLength: 60 }), place, (places, from) => {
        const x = Float32Array.from(places);
        const { length: count } = x;
        const zeros = new Float32Array(count);
        const table = completeTable({
          count,
          x,
          y: zeros,
          rad: zeros,
          quality: zeros,
          isEnding: new Uint8Array(count),
        });
        const first = firstFrom(table, from);
        expect(table.sortedX.subarray(0, first).every((left) => left < from)).toBe(true);
        expect([...table.byX].map((minutia) => x[minutia])).toEqual([...table.sortedX]);
        expect(table.strips.length).toBeLessThan(140);
      }),
    );
  });
});
