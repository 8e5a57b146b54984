import type { GrayImage } from "../gray-image.ts";
import { createRandom, hashText } from "../random.ts";
import type { Condition } from "../world.ts";
import { delivered, glasses, type SensorName } from "./glass.ts";
import { impressionOf } from "./impression.ts";
import { type FingerAge, type FingerMaster, synthesiseFinger } from "./master.ts";
import { everyday } from "./touch.ts";

/** Who the fingers belong to. "mixed" draws an age for every finger. */
export type PopulationAge = FingerAge | "mixed";

/** "normal": every placement is a good one. "mixed": some are dry, wet, partial or beside the middle, as at a counter. */
export type PopulationCondition = "normal" | "mixed";

export type Population = {
  readonly seed: number;
  readonly age: PopulationAge;
  readonly sensor: SensorName;
  readonly condition: PopulationCondition;
};

/** Finger `index` of a population: it depends on nothing but the seed, the index and the age that was asked for. */
export function fingerOf(
  population: Pick<Population, "seed" | "age">,
  index: number,
): FingerMaster {
  const seed = seedOf(population.seed, index);
  const isAdult = population.age === "mixed" && createRandom(seed).fork("age").chance(0.5);
  return synthesiseFinger(
    seed,
    population.age === "mixed" ? (isAdult ? "adult" : "child") : population.age,
  );
}

/** One to one in `index`: of ten thousand seeds drawn from 32 bits, two would be the same in one population of a hundred. */
export function seedOf(populationSeed: number, index: number): number {
  let z = (hashText(`population ${populationSeed}`) + index) >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** Placement `placement` (1, 2 …) of a finger as the sensor delivers it. */
export function placementOf(
  finger: FingerMaster,
  placement: number,
  population: Pick<Population, "sensor" | "condition">,
): GrayImage {
  const condition = population.condition === "normal" ? "normal" : drawCondition(finger, placement);
  const glass = glasses[population.sensor];
  const image = impressionOf(finger, placement, condition, { window: glass, manner: everyday });
  return delivered(image, glass);
}

/** Shares of a school's queue: an assumption, kept mild because the terminal asks again after a poor picture. */
function drawCondition(finger: FingerMaster, placement: number): Condition {
  const draw = createRandom(finger.seed).fork(`condition ${placement}`).next();
  if (draw < 0.7) return "normal";
  if (draw < 0.8) return "dry";
  if (draw < 0.88) return "wet";
  return draw < 0.95 ? "shifted" : "partial";
}
