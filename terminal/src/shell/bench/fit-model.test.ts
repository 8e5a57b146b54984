import { describe, expect, it } from "vitest";

import { fitWeights, leaveOneFamilyOut, measure, type Part } from "./fit-model.ts";
import { familyOf, type SampleSet } from "./fit-samples.ts";
import { bell, seeded } from "./seeded.ts";

/** Own fingers at +separation, strangers at −separation, a tenth as many own as strangers. */
const made = (name: string, separation: number, seed: number): SampleSet => {
  const random = seeded(seed);
  const samples = Array.from({ length: 2200 }, (_, i) => {
    const genuine = i % 11 === 0;
    return { genuine, row: Float64Array.of((genuine ? separation : -separation) + bell(random)) };
  });
  return { name, family: familyOf(name), samples };
};

const sets = [made("x", 1, 1), made("sim_r503_x", 0.5, 2), made("y", 1, 3)];
const alone = (chosen: readonly SampleSet[]): readonly Part[] => [{ sets: chosen, share: 1 }];

describe("fitting weights", () => {
  it("knows which sets show the same images", () => {
    expect(sets.map(({ family }) => family)).toEqual(["x", "x", "y"]);
    expect(familyOf("stress-warp_sim_r307_x")).toBe("x");
  });

  it("gives a part its share however many pairs it has", () => {
    const [weak, strong] = [made("weak", 0.5, 4), made("strong", 1.5, 5)];
    const many = Array.from({ length: 6 }, (_, i) => made(`weak-${i}`, 0.5, 10 + i));
    const slopeOf = (parts: readonly Part[]): number => fitWeights(parts)[1] ?? 0;
    const few = slopeOf([
      { sets: [weak], share: 0.2 },
      { sets: [strong], share: 0.8 },
    ]);
    const more = slopeOf([
      { sets: many, share: 0.2 },
      { sets: [strong], share: 0.8 },
    ]);
    expect(Math.abs(more - few)).toBeLessThan(0.15);
    expect(Math.abs(slopeOf(alone([...many, strong])) - few)).toBeGreaterThan(0.4);
  });

  it("measures a family with weights that never saw it", () => {
    const spoiled: SampleSet = {
      ...made("z", 1, 6),
      samples: made("z", 1, 6).samples.map((sample) => ({ ...sample, genuine: !sample.genuine })),
    };
    const held = leaveOneFamilyOut(alone([...sets, spoiled]), [spoiled]);
    const seen = measure([spoiled], fitWeights(alone([spoiled])));
    expect(held[0]?.rates.eer).toBeGreaterThan(0.8);
    expect(seen[0]?.rates.eer).toBeLessThan(0.2);
  });
});
