import { expect, test } from "vitest";
import { probeSensor, type SensorModel } from "../probe.ts";
import { describeSensorContract, type SensorBench } from "../sensor.suite.ts";
import type { CaptureOutcome, FingerSensor } from "../sensor.ts";
import {
  createScriptedModule,
  productPage,
  testPicture,
  type ScriptedModule,
} from "./scripted-module.suite.ts";

const CALM = { aborted: false };

function expand(packed: Uint8Array): Uint8Array {
  return Uint8Array.from(
    [...packed].flatMap((byte) => [Math.floor(byte / 16) * 17, (byte % 16) * 17]),
  );
}

/** Loses one byte in the middle: what a small FIFO does under load. */
const loseOneByte = (bytes: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, 5000), bytes.subarray(5001)]);

async function benchOf(module: ScriptedModule, model: SensorModel): Promise<SensorBench> {
  const probed = await probeSensor(module.memory.line, model);
  return {
    sensor: probed.sensor,
    touch: async () => {
      module.isTouched = true;
    },
    lift: async () => {
      module.isTouched = false;
    },
    expectedPixels: () => expand(module.packed),
    damageTransfers: async (count) => {
      for (let index = 0; index < count; index++) module.wireFaults.push(loseOneByte);
    },
    silence: async () => {
      module.isSilent = true;
    },
    unplug: async () => {
      module.memory.unplug();
    },
    close: async () => {
      probed.close();
    },
  };
}

describeSensorContract("GROW R503 over memory", () => benchOf(createScriptedModule(), "R503"));

describeSensorContract("GROW R307 over memory, in pieces of three bytes", () => {
  const module = createScriptedModule({ canSetBaud: false });
  module.packed = testPicture(36_864);
  module.chunkSize = 3;
  module.product = null;
  return benchOf(module, "R307");
});

async function opened(
  change: (module: ScriptedModule) => void,
  model: SensorModel = "R503",
): Promise<{ readonly module: ScriptedModule; readonly sensor: FingerSensor }> {
  const module = createScriptedModule();
  change(module);
  return { module, sensor: (await probeSensor(module.memory.line, model)).sensor };
}

function capture(sensor: FingerSensor): Promise<CaptureOutcome> {
  return sensor.capture({ waitMs: 2000, cancellation: CALM });
}

test("the module is found at every rate it may have been left at", async () => {
  for (const baudRate of [9600, 19_200, 38_400, 57_600, 115_200]) {
    const { sensor } = await opened((module) => {
      module.baudRate = baudRate;
      module.savedBaudUnits = baudRate / 9600;
    });
    expect(sensor.info.baudRate).toBe(115_200);
  }
});

test("a rate that only begins after a power cut leaves the old one in use and is not written twice", async () => {
  const { module, sensor } = await opened((m) => {
    m.baudPersonality = "saved";
  });
  expect(sensor.info.baudRate).toBe(57_600);
  await probeSensor(module.memory.line, "R503");
  expect(module.heard.filter((line) => line.includes("0e040c"))).toHaveLength(1);
});

test("a bridge that cannot change the far rate never sends a baud command", async () => {
  const module = createScriptedModule({ canSetBaud: false });
  const { sensor } = await probeSensor(module.memory.line, "R503");
  expect(sensor.info.baudRate).toBe(57_600);
  expect(module.heard.some((line) => line.includes("0e04"))).toBe(false);
});

test("the packet size of a former project is adapted to, and written only when it differs", async () => {
  for (const packetSizeCode of [0, 1, 2, 3]) {
    const { module, sensor } = await opened((m) => {
      m.packetSizeCode = packetSizeCode;
      m.isTouched = true;
    });
    expect((await capture(sensor)).kind).toBe("image");
    const writes = module.heard.filter((line) => line.includes("0e0603"));
    expect(writes).toHaveLength(packetSizeCode === 3 ? 0 : 1);
  }
});

test("a module of unknown model is taken by its product page, the long one too, and refused without one", async () => {
  const named = await opened((m) => {
    m.product = productPage("R503", 192, 192);
  }, "auto");
  expect(named.sensor.info).toMatchObject({
    model: "R503",
    hasLightRing: true,
    enrolPlacementCount: 6,
  });
  const long = await opened((m) => {
    m.product = Buffer.concat([productPage("XY-1", 160, 160), Buffer.alloc(4)]);
  }, "auto");
  expect(long.sensor.info).toMatchObject({ model: "XY-1", widthPx: 160, hasLightRing: false });
  for (const product of [null, new Uint8Array(0), productPage("R503", 0, 0)]) {
    const refused = opened((m) => {
      m.product = product;
    }, "auto");
    await expect(refused).rejects.toMatchObject({ code: "wrong-module" });
  }
});

test("an image of another model's size is refused as a wrong module, larger or smaller", async () => {
  const tooLarge = await opened((m) => {
    m.packed = testPicture(36_864);
    m.isTouched = true;
  }, "R503");
  await expect(capture(tooLarge.sensor)).rejects.toMatchObject({ code: "wrong-module" });
  const tooSmall = await opened((m) => {
    m.isTouched = true;
  }, "R307");
  await expect(capture(tooSmall.sensor)).rejects.toMatchObject({ code: "wrong-module" });
});

test("a login lost in the middle (21) is renewed once; a foreign password is said to be one", async () => {
  const { module, sensor } = await opened((m) => {
    m.isTouched = true;
  });
  module.isLocked = true;
  expect((await capture(sensor)).kind).toBe("image");
  module.isLocked = true;
  module.isForeign = true;
  await expect(capture(sensor)).rejects.toMatchObject({ code: "password-locked" });
});

test("a flipped address byte is caught although no checksum covers it", async () => {
  const { module, sensor } = await opened((m) => {
    m.isTouched = true;
  });
  module.wireFaults.push((bytes) => bytes.map((byte, at) => (at === 3 ? byte ^ 0x10 : byte)));
  const outcome = await capture(sensor);
  expect(outcome).toMatchObject({ kind: "image", timings: { transferRetryCount: 1 } });
});

test("stray bytes and our own echo between packets cost nothing", async () => {
  const { module, sensor } = await opened((m) => {
    m.isTouched = true;
  });
  const echo = Buffer.from("ef01ffffffff0100030a000e550055ff", "hex");
  module.wireFaults.push((bytes) => Buffer.concat([echo, bytes]));
  const outcome = await capture(sensor);
  expect(outcome).toMatchObject({ kind: "image", timings: { transferRetryCount: 0 } });
});

test("a last packet that forgets to say so, and one packet too many, end in a good image", async () => {
  const { module, sensor } = await opened((m) => {
    m.isTouched = true;
  });
  module.wireFaults.push((bytes) => bytes.subarray(0, bytes.length - 267));
  const gap = await capture(sensor);
  expect(gap).toMatchObject({ kind: "image", timings: { transferRetryCount: 1 } });
  const extra = Buffer.from("ef01ffffffff020006010203040012", "hex");
  module.wireFaults.push((bytes) => Buffer.concat([bytes, extra]));
  expect((await capture(sensor)).kind).toBe("image");
  expect((await capture(sensor)).kind).toBe("image");
});

test("a finger that never rests is `image-poor` with the capture to blame", async () => {
  const { module, sensor } = await opened(() => undefined);
  module.glassCodes.push(3, 3, 3, 3, 3);
  expect(await capture(sensor)).toEqual({ kind: "image-poor", reason: "capture-failed" });
});

test("a finger that came to rest after bad exposures is timed from its first touch", async () => {
  const { module, sensor } = await opened((m) => {
    m.isTouched = true;
  });
  module.glassCodes.push(2, 3, 3);
  const outcome = await capture(sensor);
  expect(outcome.kind === "image" && outcome.timings.captureMs).toBeGreaterThan(200);
});

test("a module that sends its old picture again is not believed: it may show the child before", async () => {
  const { module, sensor } = await opened((m) => {
    m.isTouched = true;
  });
  expect((await capture(sensor)).kind).toBe("image");
  module.isFrozen = true;
  expect(await capture(sensor)).toEqual({ kind: "image-poor", reason: "capture-failed" });
  module.isFrozen = false;
  expect((await capture(sensor)).kind).toBe("image");
});

test("one grey all over is no image", async () => {
  for (const grey of [0x00, 0x77, 0xff]) {
    const { sensor } = await opened((m) => {
      m.isTouched = true;
      m.isFrozen = true;
      m.packed = new Uint8Array(18_432).fill(grey);
    });
    expect(await capture(sensor)).toEqual({ kind: "image-poor", reason: "capture-failed" });
  }
});

test("no light is red, and old firmware gets colours that it knows", async () => {
  const { module, sensor } = await opened((m) => {
    m.colourMax = 3;
  });
  for (const light of ["ready", "waiting", "approved", "retry", "not-this-time", "off"] as const)
    await sensor.setLight(light);
  const colours = module.heard
    .filter((line) => line.slice(18, 20) === "35")
    .map((line) => Number.parseInt(line.slice(24, 26), 16));
  expect(colours).not.toContain(1);
  expect(colours).toEqual([2, 2, 4, 2, 5, 3, 3, 2]);
});

test("nothing that a driver sends can store, search, lock or re-address a module", async () => {
  const { module, sensor } = await opened((m) => {
    m.isTouched = true;
  }, "auto");
  module.wireFaults.push(loseOneByte, loseOneByte);
  await capture(sensor);
  await sensor.setLight("ready");
  const opcodes = new Set(module.heard.map((line) => line.slice(18, 20)));
  expect([...opcodes].toSorted()).toEqual(["01", "0a", "0e", "0f", "13", "35", "3c"]);
});
