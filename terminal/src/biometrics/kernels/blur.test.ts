import { expect, it } from "vitest";

import { createPlane, gaussianKernel } from "../primitives/plane.ts";
import { seeded } from "../synthetic-print.suite.ts";
import { blurBy, blurPlainly } from "./blur.ts";

it("blurs with the bits of its TypeScript twin, whatever the size and whichever came before", () => {
  const random = seeded(4);
  for (const [widthPx, heightPx, sigmaPx] of [
    [97, 41, 2],
    [1, 1, 2.5],
    [5, 3, 3],
    [200, 150, 0.8],
    [16, 40, 1],
  ] as const) {
    const plane = createPlane(widthPx, heightPx);
    for (let i = 0; i < plane.data.length; i++) plane.data[i] = random() * 255;
    const weights = gaussianKernel(sigmaPx);
    expect(blurBy(plane, weights)).toEqual(blurPlainly(plane, weights));
  }
});
