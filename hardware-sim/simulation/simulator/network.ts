import { FRAME_SIZE_MAX } from "@saku/protocol";
import type { Random } from "@saku/hardware-sim/random";
import type { Agenda } from "./agenda.ts";

/** How bad one line is. */
export type Weather = {
  readonly loss: number;
  readonly doubled: number;
  readonly late: number;
};

export const FAIR: Weather = { loss: 0, doubled: 0, late: 0 };

/** One place's way to another, with everything that can happen to a frame on it. */
export class Line {
  readonly #agenda: Agenda;
  readonly #random: Random;
  weather: Weather;
  /** Nothing passes, and nobody is told. */
  isCut = false;
  /** Frames that the line lost, doubled or made late. */
  faultCount = 0;

  constructor(agenda: Agenda, random: Random, weather: Weather) {
    this.#agenda = agenda;
    this.#random = random;
    this.weather = weather;
  }

  /** How long two ends talk past each other before either notices: less than MQTT's keep-alive and a half. */
  noticeMs(): number {
    return 500 + this.#random.below(45_000);
  }

  delayMs(): number {
    const base = 5 + this.#random.below(40);
    if (!this.#random.chance(this.weather.late)) return base;
    this.faultCount += 1;
    return base + this.#random.below(4_000);
  }

  /** Hands a frame on later, once, twice or not at all; `lose` is told of one that never arrives. */
  carry(
    payload: Uint8Array,
    arrive: (payload: Uint8Array) => void,
    lose: () => void = () => undefined,
  ): void {
    if (payload.length > FRAME_SIZE_MAX) return;
    if (this.isCut || this.#random.chance(this.weather.loss)) {
      this.faultCount += this.isCut ? 0 : 1;
      lose();
      return;
    }
    const copies = this.#random.chance(this.weather.doubled) ? 2 : 1;
    this.faultCount += copies - 1;
    for (let copy = 0; copy < copies; copy++)
      this.#agenda.at(this.#agenda.nowMs + this.delayMs(), () => {
        if (this.isCut) lose();
        else arrive(payload);
      });
  }
}
