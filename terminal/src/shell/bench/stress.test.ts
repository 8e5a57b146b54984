import { describe, expect, it } from "vitest";

import { drawRidges, scatter } from "../../biometrics/synthetic-print.suite.ts";
import type { PrintSet } from "./print-folder.ts";
import { STRESSES, stressSet } from "./stress.ts";

const AREA = { widthPx: 240, heightPx: 260, apartPx: 30 };
const IMAGE = drawRidges({
  ...AREA,
  wavelengthPx: 9,
  centre: { x: 90, y: 300 },
  dislocations: scatter(20, 4, AREA),
});
const SET: PrintSet = {
  name: "x",
  prints: [1, 2].map((n) => ({
    file: `a_${n}.pgm`,
    finger: "a",
    impression: String(n),
    load: () => IMAGE,
  })),
  resolutionDpi: 500,
  remarks: [],
};

describe("prints under stress", () => {
  it("are the same in every run, differ from print to print, and keep whole images", () => {
    for (const stress of STRESSES) {
      const [first, again] = [stressSet(SET, stress), stressSet(SET, stress)];
      const images = first.prints.map((print) => print.load());
      expect(first.name).toBe(`stress-${stress}_x`);
      expect(again.prints.map((print) => print.load())).toEqual(images);
      expect(images[0]?.pixels).not.toEqual(images[1]?.pixels);
      for (const { pixels, widthPx, heightPx } of images)
        expect(pixels.length).toBe(widthPx * heightPx);
    }
  });

  it("are cut to what a R503 sees", () => {
    const [cut] = stressSet(SET, "window").prints;
    expect(cut?.load()).toMatchObject({ widthPx: 192, heightPx: 192 });
  });
});
