import { expect, test } from "vitest";
import { createVirtualClock } from "../../sensors/memory-line.suite.ts";
import {
  createScriptedModule,
  type ScriptedModule,
} from "../../sensors/grow/scripted-module.suite.ts";
import { SensorGoneError } from "../../sensors/sensor.ts";
import type { SerialLine } from "../serial/serial-link.ts";
import { openSensorStation, type SensorStation, type StationEvent } from "./sensor-station.ts";

const CALM = { aborted: false };

type Bench = {
  readonly station: SensorStation;
  readonly events: StationEvent[];
  readonly openedAt: number[];
  /** What the port leads to from now on; null = no port there. */
  plug(module: ScriptedModule | null): void;
};

function bench(first: ScriptedModule | null): Bench {
  const clock = createVirtualClock();
  const events: StationEvent[] = [];
  const openedAt: number[] = [];
  let plugged = first;
  const openLine = async (): Promise<SerialLine> => {
    openedAt.push(clock.nowMs());
    if (plugged === null) throw new SensorGoneError("unplugged", "No such port");
    return Object.assign(Object.create(plugged.memory.line) as SerialLine, {
      close: async () => undefined,
    });
  };
  const station = openSensorStation({
    path: "/dev/serial0",
    model: "R503",
    onEvent: (event) => events.push(event),
    openLine,
    after: clock.after,
    unixMs: () => clock.nowMs(),
  });
  const plug = (module: ScriptedModule | null): void => {
    plugged = module;
  };
  return { station, events, openedAt, plug };
}

/** Resolves as soon as the status is of the kind. */
function until(station: SensorStation, kind: string): Promise<void> {
  return new Promise((resolve) => {
    if (station.status().kind === kind) return resolve();
    const stop = station.onStatus(() => {
      if (station.status().kind !== kind) return;
      stop();
      resolve();
    });
  });
}

test("a station starts, becomes ready and captures", async () => {
  const module = createScriptedModule();
  module.isTouched = true;
  const { station } = bench(module);
  expect(station.status()).toEqual({ kind: "starting" });
  await until(station, "ready");
  expect(station.status()).toMatchObject({ info: { model: "R503", baudRate: 115_200 } });
  expect((await station.capture({ waitMs: 1000, cancellation: CALM })).kind).toBe("image");
  await station.close();
});

test("a cable pulled out makes it away at once, and a new module brings it back with its light", async () => {
  const old = createScriptedModule();
  const made = bench(old);
  const { station, events } = made;
  await until(station, "ready");
  await station.setLight("waiting");
  const refused = station.capture({ waitMs: 60_000, cancellation: CALM });
  const next = createScriptedModule();
  made.plug(next);
  await Promise.all([
    expect(refused).rejects.toMatchObject({ name: "SensorGoneError", code: "unplugged" }),
    (async () => {
      old.memory.unplug();
    })(),
  ]);
  await until(station, "away");
  await expect(station.capture({ waitMs: 1, cancellation: CALM })).rejects.toThrow(SensorGoneError);
  await until(station, "ready");
  expect(events.map((event) => event.kind)).toEqual(["ready", "away", "ready"]);
  expect(station.counters().reopenCount).toBe(1);
  expect(next.heard.some((line) => line.slice(18, 20) === "35")).toBe(true);
  await station.close();
});

test("a missing port is tried again for ever, first soon and then every five seconds, with one event", async () => {
  const made = bench(null);
  const { station, openedAt, events } = made;
  while (openedAt.length < 8) await new Promise(setImmediate);
  const gaps = openedAt.slice(1).map((at, index) => at - (openedAt[index] ?? 0));
  expect(gaps).toEqual([500, 1000, 2000, 4000, 5000, 5000, 5000]);
  expect(events).toEqual([{ kind: "away", reason: "unplugged", message: "No such port" }]);
  made.plug(createScriptedModule());
  await until(station, "ready");
  await station.close();
});

test("a module that hangs while nobody buys is noticed by the heartbeat", async () => {
  const module = createScriptedModule();
  const { station } = bench(module);
  await until(station, "ready");
  module.isSilent = true;
  await until(station, "away");
  expect(station.status()).toMatchObject({ kind: "away", reason: "silent" });
  module.isSilent = false;
  await until(station, "ready");
  expect(station.counters()).toMatchObject({ reopenCount: 1 });
  await station.close();
});
