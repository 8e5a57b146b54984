import { expect, test } from "vitest";
import type { GpioPort } from "../gpio/gpio-port.ts";
import { createLogGpio } from "../gpio/gpio-port.ts";
import { DEFAULT_PINS, openIndicator, type Indicator, type IndicatorSignal } from "./indicator.ts";

type Written = { readonly atMs: number; readonly pin: number; readonly level: 0 | 1 };

/** Pins on paper and a clock that is moved by hand. */
async function bench(gpio?: GpioPort): Promise<{
  readonly indicator: Indicator;
  readonly written: Written[];
  readonly signals: IndicatorSignal[];
  pass(): void;
}> {
  const written: Written[] = [];
  const signals: IndicatorSignal[] = [];
  let nowMs = 0;
  let due: { atMs: number; fire: () => void } | null = null;
  const indicator = await openIndicator({
    backend: "log",
    pins: DEFAULT_PINS,
    gpio: gpio ?? createLogGpio((pin, level) => written.push({ atMs: nowMs, pin, level })),
    onSignal: (signal) => signals.push(signal),
    after: (delayMs, fire) => {
      due = { atMs: nowMs + delayMs, fire };
      return () => {
        due = null;
      };
    },
  });
  const pass = (): void => {
    while (due !== null) {
      const { atMs, fire } = due;
      due = null;
      nowMs = atMs;
      fire();
    }
  };
  return { indicator, written, signals, pass };
}

/** The milliseconds at which the buzzer changes, from the first sound on. */
function sound(written: readonly Written[]): readonly number[] {
  const buzz = written.filter((each) => each.pin === DEFAULT_PINS.buzzer);
  return buzz.map((each) => (each.level === 1 ? each.atMs : -each.atMs));
}

test("approved is a short and a long beep with the ok lamp", async () => {
  const { indicator, written, pass } = await bench();
  indicator.show("approved");
  pass();
  expect(sound(written)).toEqual([0, -90, 140, -280]);
  expect(written.filter((each) => each.pin === DEFAULT_PINS.okLamp)).toMatchObject([{ level: 1 }]);
});

test("retry, not this time and approved differ by ear alone, and waiting is quiet", async () => {
  const heard = new Set<string>();
  for (const signal of ["approved", "retry", "not-this-time"] as const) {
    const { indicator, written, pass } = await bench();
    indicator.show(signal);
    pass();
    heard.add(JSON.stringify(sound(written)));
  }
  expect(heard.size).toBe(3);
  const { indicator, written, pass } = await bench();
  indicator.show("waiting");
  pass();
  expect(sound(written).filter((at) => at > 0)).toEqual([]);
});

test("a new signal cuts the beep of the old one short", async () => {
  const { indicator, written, signals, pass } = await bench();
  indicator.show("approved");
  indicator.show("idle");
  pass();
  expect(written.findLast((each) => each.pin === DEFAULT_PINS.buzzer)?.level).toBe(0);
  expect(written.filter((each) => each.level === 1 && each.pin === DEFAULT_PINS.buzzer)).toEqual([
    { atMs: 0, pin: DEFAULT_PINS.buzzer, level: 1 },
  ]);
  expect(signals).toEqual(["approved", "idle"]);
});

test("a pin that fails is counted and never thrown at a sale", async () => {
  const { indicator, pass } = await bench({
    backendName: "log",
    output: async () => ({
      write: () => Promise.reject(new Error("EIO")),
      close: async () => undefined,
    }),
  });
  indicator.show("retry");
  pass();
  await new Promise(setImmediate);
  expect(indicator.failureCount()).toBe(4);
});

test("without a header, auto falls back to the log and onoff says why not", async () => {
  const pins = { buzzer: null, okLamp: null, attentionLamp: null };
  const indicator = await openIndicator({ backend: "log", pins });
  expect(indicator.backendName).toBe("log");
});
