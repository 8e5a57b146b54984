import { createSyntheticFinger } from "../finger/synthetic-finger.ts";
import { fingerPositions, type FingerPosition } from "../stage/fleet-port.ts";
import { createWorld, type World } from "../world.ts";
import { madeUpPupils, type Pupil } from "./pupils.ts";

/** A child of the demo with ten fingers, two of them enrolled. */
export type DemoChild = {
  readonly pupil: Pupil;
  readonly fingers: Readonly<Record<FingerPosition, string>>;
  readonly enrolled: readonly FingerPosition[];
};

export const DEMO_ENROLLED: readonly FingerPosition[] = ["right-index", "left-index"];
const STRANGER_COUNT = 2;

export type DemoPeople = {
  readonly world: World;
  readonly children: readonly DemoChild[];
  readonly strangerFingerIds: readonly string[];
};

function fingersOf(index: number): Record<FingerPosition, string> {
  const id = (position: FingerPosition): string => `child-${index + 1}/${position}`;
  return Object.fromEntries(fingerPositions.map((position) => [position, id(position)])) as Record<
    FingerPosition,
    string
  >;
}

/** The people of the demo; a print grows when it is first laid on a glass. */
export function demoPeople(count: number, seed: number): DemoPeople {
  const children = madeUpPupils(count).map((pupil, index) => ({
    pupil,
    fingers: fingersOf(index),
    enrolled: DEMO_ENROLLED,
  }));
  const strangerFingerIds = Array.from(
    { length: STRANGER_COUNT },
    (_, index) => `stranger-${index + 1}`,
  );
  const fingerIds = [
    ...children.flatMap(({ fingers }) => Object.values(fingers)),
    ...strangerFingerIds,
  ];
  const world = createWorld(
    fingerIds.map((fingerId) => createSyntheticFinger({ fingerId, seed, age: "child" })),
  );
  return { world, children, strangerFingerIds };
}
