import { hashText } from "../random.ts";
import type { Finger } from "../world.ts";
import { impressionOf } from "./impression.ts";
import { type FingerAge, type FingerMaster, synthesiseFinger } from "./master.ts";

/** Enough that a day at school does not show the same picture twice. */
const impressionCount = 1000;

/** A finger that grows when it is first needed and is then kept. */
export function createSyntheticFinger(options: {
  readonly fingerId: string;
  readonly seed: number;
  readonly age?: FingerAge;
}): Finger {
  let master: FingerMaster | null = null;
  return {
    fingerId: options.fingerId,
    impressionCount,
    impression: (index, condition) => {
      master ??= synthesiseFinger(fingerSeed(options.seed, options.fingerId), options.age);
      return impressionOf(master, index, condition);
    },
  };
}

/** The seed of one finger in a world: the same world seed and id give the same finger. */
export function fingerSeed(worldSeed: number, fingerId: string): number {
  return (Math.imul(worldSeed, 0x85eb_ca6b) ^ hashText(fingerId)) >>> 0;
}
