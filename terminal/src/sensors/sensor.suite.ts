import { describe, expect, test } from "vitest";
import type { FingerSensor } from "./sensor.ts";

/** A sensor on a bench: the driver under test, and hands that touch, disturb and unplug its module. */
export type SensorBench = {
  readonly sensor: FingerSensor;
  /** The next images are exactly these grey values. */
  touch(): Promise<void>;
  lift(): Promise<void>;
  /** What `capture` must bring up for the present touch. */
  expectedPixels(): Uint8Array;
  /** Damages the next `count` image transfers on the wire. */
  damageTransfers(count: number): Promise<void>;
  /** The module hangs: it hears everything and says nothing. */
  silence(): Promise<void>;
  unplug(): Promise<void>;
  close(): Promise<void>;
};

export type SensorBenchFactory = () => Promise<SensorBench>;

const CALM = { aborted: false };

/** The contract of `FingerSensor`, as tests: every vendor's driver passes it over every kind of line. */
export function describeSensorContract(name: string, open: SensorBenchFactory): void {
  async function onBench(run: (bench: SensorBench) => Promise<void>): Promise<void> {
    const bench = await open();
    try {
      await run(bench);
    } finally {
      await bench.close();
    }
  }

  describe(`the sensor contract: ${name}`, () => {
    test("an untouched glass is `no-finger` once the wait is over", () =>
      onBench(async ({ sensor }) => {
        let takenCount = 0;
        const onTaken = (): void => void takenCount++;
        expect(await sensor.capture({ waitMs: 250, cancellation: CALM, onTaken })).toEqual({
          kind: "no-finger",
        });
        expect(takenCount).toBe(0);
      }));

    test("a finger becomes its image, pixel by pixel, with the geometry of `info`", () =>
      onBench(async (bench) => {
        await bench.touch();
        let takenCount = 0;
        const onTaken = (): void => void takenCount++;
        const outcome = await bench.sensor.capture({
          waitMs: 3000,
          cancellation: CALM,
          onTaken,
        });
        expect(outcome.kind).toBe("image");
        expect(takenCount).toBe(1);
        if (outcome.kind !== "image") return;
        const { info } = bench.sensor;
        expect(outcome.image).toMatchObject({
          widthPx: info.widthPx,
          heightPx: info.heightPx,
          resolutionDpi: info.resolutionDpi,
        });
        expect(outcome.image.pixels.length).toBe(info.widthPx * info.heightPx);
        expect(Buffer.compare(outcome.image.pixels, bench.expectedPixels())).toBe(0);
        expect(outcome.timings.transferRetryCount).toBe(0);
        expect(outcome.timings.transferMs).toBeGreaterThan(0);
      }));

    test("a wait that was given up is `cancelled`, touched or not", () =>
      onBench(async ({ sensor }) => {
        const outcome = await sensor.capture({ waitMs: 60_000, cancellation: { aborted: true } });
        expect(outcome).toEqual({ kind: "cancelled" });
      }));

    test("one damaged transfer is repaired, and counted", () =>
      onBench(async (bench) => {
        await bench.touch();
        await bench.damageTransfers(1);
        const outcome = await bench.sensor.capture({ waitMs: 3000, cancellation: CALM });
        expect(outcome.kind).toBe("image");
        if (outcome.kind !== "image") return;
        expect(outcome.timings.transferRetryCount).toBe(1);
        expect(Buffer.compare(outcome.image.pixels, bench.expectedPixels())).toBe(0);
      }));

    test("a line that damages every transfer gives `image-poor`, never a damaged image", () =>
      onBench(async (bench) => {
        await bench.touch();
        await bench.damageTransfers(50);
        const outcome = await bench.sensor.capture({ waitMs: 3000, cancellation: CALM });
        expect(outcome).toEqual({ kind: "image-poor", reason: "transfer-failed" });
      }));

    test("after an image the sensor tells a resting finger from a free glass", () =>
      onBench(async (bench) => {
        await bench.touch();
        await bench.sensor.capture({ waitMs: 3000, cancellation: CALM });
        expect(await bench.sensor.waitLifted({ waitMs: 250, cancellation: CALM })).toBe(false);
        await bench.lift();
        expect(await bench.sensor.waitLifted({ waitMs: 3000, cancellation: CALM })).toBe(true);
      }));

    test("every light may be shown, ring or not, also while a finger is awaited", () =>
      onBench(async ({ sensor }) => {
        const waiting = sensor.capture({ waitMs: 250, cancellation: CALM });
        for (const light of ["ready", "waiting", "approved", "retry", "not-this-time"] as const)
          await sensor.setLight(light);
        await sensor.setLight("off");
        expect((await waiting).kind).toBe("no-finger");
      }));

    test("a module that falls silent is `SensorGoneError` silent", () =>
      onBench(async (bench) => {
        await bench.silence();
        const capture = bench.sensor.capture({ waitMs: 60_000, cancellation: CALM });
        await expect(capture).rejects.toMatchObject({ name: "SensorGoneError", code: "silent" });
      }));

    test("a line pulled out in the middle of a wait is `SensorGoneError` unplugged", () =>
      onBench(async (bench) => {
        const capture = bench.sensor.capture({ waitMs: 60_000, cancellation: CALM });
        await Promise.all([
          expect(capture).rejects.toMatchObject({ name: "SensorGoneError", code: "unplugged" }),
          bench.unplug(),
        ]);
      }));
  });
}
