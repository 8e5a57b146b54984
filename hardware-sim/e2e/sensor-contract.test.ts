import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { GrowModel } from "../src/devices/grow/profiles.ts";
import { createSensorModule, type SimulatedModule } from "../src/sensor-module.ts";
import type { GrayImage } from "../src/gray-image.ts";
import { probeSensor } from "../../terminal/src/sensors/probe.ts";
import {
  describeSensorContract,
  type SensorBench,
} from "../../terminal/src/sensors/sensor.suite.ts";
import { openSerialLine } from "../../terminal/src/shell/serial/serial-link.ts";
import { openSensorStation } from "../../terminal/src/shell/sensor-station/sensor-station.ts";

const directory = mkdtempSync(join(tmpdir(), "saku-sensor-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const SIZES = { R503: [192, 192, 508], R307: [256, 288, 500] } as const;
const CALM = { aborted: false };

/** Grey values that survive four bits: whatever differs afterwards was damaged on the way. */
function picture(model: GrowModel): GrayImage {
  const [widthPx, heightPx, resolutionDpi] = SIZES[model];
  const pixels = Uint8Array.from(
    { length: widthPx * heightPx },
    (_, index) => ((index * 7 + Math.floor(index / widthPx) * 3) % 16) * 17,
  );
  return { widthPx, heightPx, resolutionDpi, pixels };
}

let moduleCount = 0;

function moduleOf(model: GrowModel, isPaced: boolean, noiseDeviation = 0): SimulatedModule {
  moduleCount++;
  const name = `${model}-${moduleCount}`;
  return createSensorModule({ model, directory, name, seed: 7, paced: isPaced, noiseDeviation });
}

async function bench(model: GrowModel): Promise<SensorBench> {
  const module = moduleOf(model, false);
  const line = await openSerialLine(module.path, 57_600);
  const probed = await probeSensor(line, model);
  let damageCount = 0;
  // An event comes after its command is done: what is set now meets the next one.
  module.onEvent((event) => {
    if (event.kind !== "command") return;
    if (event.name === "UpImage" && damageCount > 0) damageCount--;
    const isUploadNext = event.name === "UpImage" || event.name === "GenImg";
    module.faults.set("dropped-bytes", isUploadNext && damageCount > 0 ? 0.002 : 0);
  });
  return {
    sensor: probed.sensor,
    touch: async () => module.place(picture(model)),
    lift: async () => module.lift(),
    expectedPixels: () => picture(model).pixels,
    damageTransfers: async (count) => {
      damageCount = count;
    },
    silence: async () => module.faults.set("silence", 1),
    unplug: async () => module.unplug(),
    close: async () => {
      probed.close();
      await line.close();
      module.close();
    },
  };
}

describeSensorContract("GROW R503 on a real pty", () => bench("R503"));
describeSensorContract("GROW R307 on a real pty", () => bench("R307"));

test("on a bad cable every image that comes up is whole, and almost all come up", async () => {
  const module = moduleOf("R503", false, 1.5);
  const line = await openSerialLine(module.path, 57_600);
  const { sensor, counters, close } = await probeSensor(line, "R503");
  module.place(picture("R503"));
  const { faults } = module;
  faults.set("stray-bytes", 0.05);
  faults.set("split-packets", 0.05);
  faults.set("late-packets", 0.005);
  faults.set("corrupted-bytes", 0.00002);
  faults.set("dropped-bytes", 0.00002);
  let wholeCount = 0;
  for (let round = 0; round < 12; round++) {
    const outcome = await sensor.capture({ waitMs: 5000, cancellation: CALM });
    if (outcome.kind !== "image") continue;
    wholeCount++;
    // The camera's noise is one level or two; a damaged picture would be shifted as a whole.
    const { pixels } = picture("R503");
    const wrong = outcome.image.pixels.filter(
      (grey, at) => Math.abs(grey - (pixels[at] ?? 0)) > 34,
    );
    expect(wrong.length).toBe(0);
  }
  expect(wholeCount).toBeGreaterThanOrEqual(10);
  expect(counters().discardedByteCount).toBeGreaterThan(0);
  close();
  await line.close();
  module.close();
});

test("a station finds, loses and finds again the same cable, at the real speed of the wire", async () => {
  const module = moduleOf("R503", true);
  const kinds: string[] = [];
  const station = openSensorStation({
    path: module.path,
    model: "auto",
    onEvent: (event) => kinds.push(event.kind),
  });
  const until = (kind: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (station.status().kind !== kind) return;
        stop();
        resolve();
      };
      const stop = station.onStatus(look);
      look();
    });
  await until("ready");
  module.unplug();
  await until("away");
  module.replug();
  await until("ready");
  module.place(picture("R503"));
  const outcome = await station.capture({ waitMs: 5000, cancellation: CALM });
  expect(outcome.kind).toBe("image");
  expect(kinds).toEqual(["ready", "away", "ready"]);
  expect(station.status()).toMatchObject({ info: { model: "R503", baudRate: 115_200 } });
  await station.close();
  module.close();
});
