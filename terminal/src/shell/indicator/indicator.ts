import { createLogGpio, type GpioOutput, type GpioPort } from "../gpio/gpio-port.ts";
import { openOnoffGpio } from "../gpio/onoff-gpio.ts";
import { patternOf, type IndicatorSignal, type Lamp } from "./pattern.ts";

export type { IndicatorSignal } from "./pattern.ts";

export interface Indicator {
  readonly backendName: GpioPort["backendName"];
  /** Replaces what is shown at once and returns; a pin that fails is counted, because no sale waits for a beep. */
  show(signal: IndicatorSignal): void;
  /** Writes to pins that failed since the start. */
  failureCount(): number;
  close(): Promise<void>;
}

/** BCM numbers; null = not wired. */
export type IndicatorPins = {
  readonly buzzer: number | null;
  readonly okLamp: number | null;
  readonly attentionLamp: number | null;
};

export const DEFAULT_PINS: IndicatorPins = { buzzer: 18, okLamp: 23, attentionLamp: 24 };

export type IndicatorOptions = {
  /** "auto" takes onoff where there is a header, else the log; "onoff" throws when there is none. */
  readonly backend: "auto" | "onoff" | "log";
  readonly pins: IndicatorPins;
  /** Told every signal, whatever the back end. */
  readonly onSignal?: (signal: IndicatorSignal) => void;
  /** For tests: pins and time from elsewhere. */
  readonly gpio?: GpioPort;
  readonly after?: (delayMs: number, fire: () => void) => () => void;
};

type Outputs = {
  readonly buzzer: GpioOutput | null;
  readonly lamps: Readonly<Record<Lamp, GpioOutput | null>>;
};

function afterReal(delayMs: number, fire: () => void): () => void {
  const timer = setTimeout(fire, delayMs);
  return () => {
    clearTimeout(timer);
  };
}

async function chooseGpio(options: IndicatorOptions): Promise<GpioPort> {
  if (options.gpio !== undefined) return options.gpio;
  if (options.backend !== "log") {
    const outcome = await openOnoffGpio();
    if (outcome.kind === "open") return outcome.port;
    if (options.backend === "onoff")
      throw new Error(`There are no GPIO pins to use here: ${outcome.reason}`);
  }
  return createLogGpio(() => undefined);
}

async function claim(gpio: GpioPort, pins: IndicatorPins): Promise<Outputs> {
  const output = (pin: number | null): Promise<GpioOutput | null> =>
    pin === null ? Promise.resolve(null) : gpio.output(pin);
  return {
    buzzer: await output(pins.buzzer),
    lamps: { ok: await output(pins.okLamp), attention: await output(pins.attentionLamp) },
  };
}

/** Lamps and buzzer of the counter. Throws when `onoff` is demanded and absent, or a pin is taken. */
export async function openIndicator(options: IndicatorOptions): Promise<Indicator> {
  const gpio = await chooseGpio(options);
  const outputs = await claim(gpio, options.pins);
  const after = options.after ?? afterReal;
  let failureCount = 0;
  let cancelBeep: () => void = () => undefined;
  const write = (output: GpioOutput | null, level: 0 | 1): void => {
    output?.write(level).catch(() => {
      failureCount++;
    });
  };
  const beep = (beepsMs: readonly number[], index: number): void => {
    const lengthMs = beepsMs[index];
    write(outputs.buzzer, lengthMs !== undefined && index % 2 === 0 ? 1 : 0);
    if (lengthMs === undefined) return;
    cancelBeep = after(lengthMs, () => {
      beep(beepsMs, index + 1);
    });
  };
  const show = (signal: IndicatorSignal): void => {
    const pattern = patternOf(signal);
    cancelBeep();
    for (const lamp of ["ok", "attention"] as const)
      write(outputs.lamps[lamp], pattern.lamps.includes(lamp) ? 1 : 0);
    beep(pattern.beepsMs, 0);
    options.onSignal?.(signal);
  };
  return {
    backendName: gpio.backendName,
    show,
    failureCount: () => failureCount,
    close: async () => {
      cancelBeep();
      for (const output of [outputs.buzzer, outputs.lamps.ok, outputs.lamps.attention])
        await output?.close();
    },
  };
}
