import type { Random } from "../random.ts";
import type { Condition } from "../world.ts";

/** How one touch presses, turns, drags and wets the skin; drawn once per impression. */
export type Touch = {
  readonly shiftX: number;
  readonly shiftY: number;
  readonly turnRad: number;
  /** Share of the skin's outline that touches the glass. */
  readonly contact: number;
  /** Where a tilted finger touches, relative to its middle. */
  readonly contactX: number;
  readonly contactY: number;
  /** Above 0 ridges look wider (pressure, moisture), below 0 thinner. */
  readonly ridgeWidth: number;
  readonly contrast: number;
  /** 0 … 1: how often dry skin leaves gaps in its ridges. */
  readonly gaps: number;
  /** 0 … 1: how much moisture fills the valleys. */
  readonly puddles: number;
  /** How ragged the edges of ridges are. */
  readonly roughness: number;
  readonly grain: number;
};

/** How alike the touches of one person are. Lengths in pixels at 500 dpi. */
export type Manner = {
  readonly shiftDeviationPx: number;
  readonly turnDeviationRad: number;
  /** Multiplies the skin's drag. */
  readonly drag: number;
  /** Deviation of ridge width from touch to touch. */
  readonly pressureDeviation: number;
  /** 0 … 1: how far skin can be from its best state: gaps, puddles, ragged ridges. */
  readonly wear: number;
  /** How often a touch is off by much more than that. */
  readonly clumsyShare: number;
};

/** A finger shown with care, as in the demo. */
export const careful: Manner = {
  shiftDeviationPx: 10,
  turnDeviationRad: 0.11,
  drag: 1,
  pressureDeviation: 0.16,
  wear: 0.15,
  clumsyShare: 0,
};

/** A finger in a queue: about a millimetre beside, some degrees turned, pressed as it comes. */
export const everyday: Manner = {
  shiftDeviationPx: 25,
  turnDeviationRad: 0.17,
  drag: 1.2,
  pressureDeviation: 0.25,
  wear: 0.42,
  clumsyShare: 0.15,
};

/** Whose finger it is, and how it lies. */
export type Occasion = {
  readonly condition: Condition;
  readonly manner: Manner;
  /** Deviation about 1: above 0 the skin of this finger is usually dry, below 0 moist. */
  readonly habit: number;
};

/** Of the state of skin, how much stays with the finger: whoever is hard to read today is mostly so tomorrow. */
const habitShare = 0.6;

export function drawTouch({ condition, manner, habit }: Occasion, random: Random): Touch {
  const side = random.chance(0.5) ? 1 : -1;
  // Nobody lays a finger beside the glass: what is further off than that is lifted and laid again.
  const normally = (): number => Math.max(-2.4, Math.min(2.4, random.gaussian()));
  const clumsy = random.chance(manner.clumsyShare) ? 1.6 : 1;
  const beside = clumsy * manner.shiftDeviationPx;
  const mood = Math.sqrt(1 - habitShare ** 2) * normally();
  const state = manner.wear * (habitShare * habit + mood);
  const [dryness, wetness] = [Math.max(0, state), Math.max(0, -state)];
  const normal: Touch = {
    shiftX: beside * normally(),
    shiftY: 1.4 * beside * normally(),
    turnRad: clumsy * manner.turnDeviationRad * normally(),
    contact: 0.84 + 0.1 * random.next(),
    contactX: beside * normally(),
    contactY: 1.4 * beside * normally(),
    ridgeWidth: manner.pressureDeviation * normally() - 0.25 * state,
    contrast: 0.9 + 0.1 * random.next(),
    gaps: 0.5 * dryness,
    puddles: 0.06 * random.next() + 0.35 * wetness,
    roughness: 0.22 + 0.4 * dryness,
    grain: 2,
  };
  switch (condition) {
    case "normal":
      return normal;
    case "dry":
      return { ...normal, ridgeWidth: -0.42, contrast: 0.66, gaps: 0.62, contact: 0.8, grain: 7 };
    case "wet":
      return { ...normal, ridgeWidth: 0.5, contrast: 0.97, puddles: 0.6, gaps: 0, contact: 0.97 };
    case "partial":
      return {
        ...normal,
        shiftX: normal.shiftX / 2,
        shiftY: normal.shiftY / 2,
        contact: 0.52,
        contactX: side * (34 + 14 * random.next()),
        contactY: 46 + 20 * random.next(),
      };
    case "shifted":
      return {
        ...normal,
        shiftX: side * (34 + 18 * random.next()),
        shiftY: 26 * random.gaussian(),
        turnRad: 0.28 * side,
      };
  }
}

export type Drag = {
  x(x: number, y: number): number;
  y(x: number, y: number): number;
};

/** Skin sticks to the glass and is dragged and twisted: slow waves of some pixels, and a twist that dies out. */
export function drawDrag(manner: Manner, random: Random): Drag {
  const wave = (): ((x: number, y: number) => number) => {
    const [kx, ky] = [0.011 * random.gaussian(), 0.011 * random.gaussian()];
    const phase = 2 * Math.PI * random.next();
    const amplitude = 2.2 * manner.drag * random.gaussian();
    return (x, y) => amplitude * Math.sin(kx * x + ky * y + phase);
  };
  const [x1, x2, y1, y2] = [wave(), wave(), wave(), wave()];
  const twist = 0.05 * manner.drag * random.gaussian();
  const stretchX = 0.015 * manner.drag * random.gaussian();
  const stretchY = 0.015 * manner.drag * random.gaussian();
  const twistAt = (x: number, y: number): number => twist * Math.exp(-(x * x + y * y) / 9000);
  return {
    x: (x, y) => x1(x, y) + x2(x, y) + stretchX * x - twistAt(x, y) * y,
    y: (x, y) => y1(x, y) + y2(x, y) + stretchY * y + twistAt(x, y) * x,
  };
}
