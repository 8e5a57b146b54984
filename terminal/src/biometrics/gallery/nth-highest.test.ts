import fc from "fast-check";
import { expect, test } from "vitest";

import { nthHighest } from "./nth-highest.ts";

test("the n-th highest is what sorting finds", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50), { maxLength: 60 }),
      fc.integer({ min: 1, max: 70 }),
      (values, n) => {
        expect(nthHighest(values, n)).toBe(values.toSorted((a, b) => b - a)[n - 1] ?? 0);
      },
    ),
  );
});
