import type { SensorLight } from "../sensor.ts";
import type { RingSetting } from "./commands.ts";

// R503 manual V1.2.2, AuraLedConfig. Colours 4 … 7 exist from manual V1.2 (2021-10) on.
const BREATHE = 1;
const FLASH = 2;
const STEADY = 3;
const OFF = 4;
const BLUE = 2;
const PURPLE = 3;
const GREEN = 4;
const YELLOW = 5;
const FOR_EVER = 0;

/** Never red: "not this time" must not point at a child in a queue. Flashing differs from steady for the colour-blind. */
const RINGS: Readonly<Record<SensorLight, RingSetting>> = {
  off: { control: OFF, speed: 0, colour: BLUE, count: FOR_EVER },
  ready: { control: BREATHE, speed: 255, colour: BLUE, count: FOR_EVER },
  waiting: { control: BREATHE, speed: 80, colour: BLUE, count: FOR_EVER },
  approved: { control: STEADY, speed: 0, colour: GREEN, count: FOR_EVER },
  retry: { control: FLASH, speed: 60, colour: YELLOW, count: 3 },
  "not-this-time": { control: STEADY, speed: 0, colour: PURPLE, count: FOR_EVER },
};

/** The same shapes in the three colours of older firmware. */
const OLD_COLOURS: ReadonlyMap<number, number> = new Map([
  [GREEN, BLUE],
  [YELLOW, PURPLE],
]);

export function ringOf(light: SensorLight): RingSetting {
  return RINGS[light];
}

/** What to try when the module refuses a colour; null when there is nothing simpler. */
export function simplerRing(ring: RingSetting): RingSetting | null {
  const colour = OLD_COLOURS.get(ring.colour);
  return colour === undefined ? null : { ...ring, colour };
}
