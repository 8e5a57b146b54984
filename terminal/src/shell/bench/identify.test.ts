import { describe, expect, it } from "vitest";

import type { Gallery, Template } from "../../biometrics/engine-api.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { compare } from "../../biometrics/match.ts";
import { growFinger } from "./identify-fingers.ts";
import { quantile, searchAll, type Probe } from "./identify-searches.ts";

const placementOf = (index: number, at: number): Template => {
  const placement = growFinger(4, index, 2).placements[at];
  if (placement === undefined) throw new Error("no such placement");
  return placement;
};

describe("synthetic fingers", () => {
  it("are the same for the same seed and index, and others otherwise", () => {
    expect(growFinger(4, 7, 3)).toEqual(growFinger(4, 7, 3));
    expect(growFinger(4, 7, 3)).not.toEqual(growFinger(4, 8, 3));
    expect(growFinger(5, 7, 3)).not.toEqual(growFinger(4, 7, 3));
  });

  it("are as dense as prints are, inside their window", () => {
    for (let i = 0; i < 20; i++) {
      const { merged, placements } = growFinger(1, i, 3);
      expect(merged.minutiae.length).toBeGreaterThanOrEqual(40);
      expect(merged.minutiae.length).toBeLessThanOrEqual(75);
      for (const { minutiae, widthPx, heightPx } of placements) {
        expect(minutiae.length).toBeGreaterThan(15);
        for (const { x, y } of minutiae) {
          expect(x >= 0 && x < widthPx).toBe(true);
          expect(y >= 0 && y < heightPx).toBe(true);
        }
      }
    }
  });

  it("match themselves and not each other", () => {
    expect(compare(placementOf(0, 0), placementOf(0, 1))).toBeGreaterThan(25);
    expect(compare(placementOf(0, 0), placementOf(1, 1))).toBeLessThan(15);
  });
});

describe("searchAll", () => {
  const probeOf = (index: number): Probe => ({
    own: { key: `k${index}`, templates: [placementOf(index, 0)] },
    template: placementOf(index, 1),
  });

  it("counts right names, names nobody who was taken out, and leaves the gallery as it was", () => {
    const gallery = createGallery();
    const probes = [0, 1, 2].map(probeOf);
    for (const { own } of probes) gallery.add(own);
    const report = searchAll(gallery, probes);
    expect(report).toMatchObject({ probes: 3, right: 3, wrong: 0, strangersNamed: 0 });
    expect(report.searchMs).toHaveLength(6);
    expect(gallery.keyCount).toBe(3);
  });

  it("counts a wrong name and a named stranger, and a failed extraction as a miss", () => {
    const guessing: Gallery = {
      ...createGallery(),
      keyCount: 1,
      identify: () => ({ kind: "identified", key: "k1", score: 9, runnerUpScore: 0 }),
    };
    const failed: Probe = { ...probeOf(2), template: null };
    const report = searchAll(guessing, [probeOf(0), probeOf(1), failed]);
    expect(report).toMatchObject({ probes: 3, right: 1, wrong: 1, strangersNamed: 2 });
    expect(report.falseNames).toEqual(["k0 -> k1", "k0 -> k1"]);
  });
});

describe("quantile", () => {
  it("takes the nearest rank", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.95)).toBe(4);
    expect(quantile([], 0.5)).toBe(0);
  });
});
