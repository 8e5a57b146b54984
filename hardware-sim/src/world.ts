import type { GrayImage } from "./gray-image.ts";

/** How a finger lies on the glass. */
export type Condition = "normal" | "dry" | "wet" | "partial" | "shifted";

export const conditions: readonly Condition[] = ["normal", "dry", "wet", "partial", "shifted"];

/** One finger of one person; every impression of it is another picture of the same ridges. */
export interface Finger {
  readonly fingerId: string;
  /** How many different impressions there are; they repeat after that. */
  readonly impressionCount: number;
  impression(index: number, condition: Condition): GrayImage;
}

/** What lies on a glass. */
export type Placement = {
  readonly fingerId: string;
  readonly impressionIndex: number;
  readonly condition: Condition;
  readonly image: GrayImage;
};

/** All fingers there are, and which impression each shows next. */
export interface World {
  readonly fingerIds: readonly string[];
  add(finger: Finger): void;
  /** Throws for an unknown finger: the caller made the world. */
  place(fingerId: string, how?: PlacementChoice): Placement;
}

export type PlacementChoice = {
  /** Without it, each placement of a finger is its next impression. */
  readonly impressionIndex?: number;
  readonly condition?: Condition;
};

export function createWorld(fingers: Iterable<Finger> = []): World {
  const known = new Map<string, Finger>();
  const nextImpression = new Map<string, number>();
  for (const finger of fingers) known.set(finger.fingerId, finger);
  return {
    get fingerIds() {
      return [...known.keys()];
    },
    add: (finger) => void known.set(finger.fingerId, finger),
    place: (fingerId, how = {}) => {
      const finger = known.get(fingerId);
      if (finger === undefined) throw new Error(`there is no finger ${fingerId} in this world`);
      const upcoming = nextImpression.get(fingerId) ?? 0;
      const impressionIndex = (how.impressionIndex ?? upcoming) % finger.impressionCount;
      if (how.impressionIndex === undefined) nextImpression.set(fingerId, upcoming + 1);
      const condition = how.condition ?? "normal";
      const image = finger.impression(impressionIndex, condition);
      return { fingerId, impressionIndex, condition, image };
    },
  };
}
