import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReadStream } from "node:tty";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPacketReader, encodePacket, type Packet } from "./devices/grow/frame.ts";
import { createSensorModule, type SimulatedModule } from "./sensor-module.ts";

let directory = "";
const openModules: SimulatedModule[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "saku-pty-"));
});
afterEach(() => {
  for (const module of openModules.splice(0)) module.close();
  rmSync(directory, { recursive: true });
});

function start(extra: Partial<Parameters<typeof createSensorModule>[0]> = {}): SimulatedModule {
  const module = createSensorModule({
    model: "R503",
    directory,
    name: "sensor-1",
    seed: 1,
    paced: false,
    noiseDeviation: 0,
    ...extra,
  });
  openModules.push(module);
  return module;
}

/** The smallest host there can be: raw port, one command, packets until the answer is complete. */
type Host = {
  ask(
    content: readonly number[],
    isComplete?: (packets: readonly Packet[]) => boolean,
  ): Promise<readonly Packet[]>;
  setBaudRate(baudRate: number): void;
  readonly hungUp: Promise<void>;
  close(): void;
};

const oneAnswer = (packets: readonly Packet[]): boolean => packets.length === 1;
const wholeUpload = (packets: readonly Packet[]): boolean => packets.at(-1)?.identifier === "end";

function openHost(path: string, baudRate: number): Host {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const setBaudRate = (rate: number): void => {
    spawnSync("stty", ["-F", path, "raw", "-echo", String(rate)]);
  };
  setBaudRate(baudRate);
  const stream = new ReadStream(fd);
  const reader = createPacketReader();
  let packets: Packet[] = [];
  let onPackets = (): void => undefined;
  stream.on("data", (bytes: Uint8Array) => {
    packets.push(...reader.push(new Uint8Array(bytes), performance.now()));
    onPackets();
  });
  const hungUp = new Promise<void>((resolve) => {
    stream.on("error", () => resolve());
    stream.on("close", () => resolve());
  });
  return {
    hungUp,
    setBaudRate,
    ask: (content, isComplete = oneAnswer) => {
      packets = [];
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("silence")), 8000);
        onPackets = () => {
          if (!isComplete(packets)) return;
          clearTimeout(timer);
          resolve(packets);
        };
        writeSync(fd, encodePacket(0xffffffff, "command", Uint8Array.from(content)));
      });
    },
    close: () => void stream.destroy(),
  };
}

const genImg = [0x01];
const upImage = [0x0a];
const setBaud115200 = [0x0e, 4, 12];

function gradient(widthPx: number, heightPx: number, resolutionDpi: number) {
  const pixels = Uint8Array.from(
    { length: widthPx * heightPx },
    (_, i) => (i * 7 + (i >> 8)) & 255,
  );
  return { widthPx, heightPx, resolutionDpi, pixels };
}

function joined(packets: readonly Packet[]): Uint8Array {
  return Uint8Array.from(packets.slice(1).flatMap((packet) => [...packet.content]));
}

test.each([
  { model: "R503", widthPx: 192, heightPx: 192, resolutionDpi: 508, packetCount: 144 },
  { model: "R307", widthPx: 256, heightPx: 288, resolutionDpi: 500, packetCount: 288 },
] as const)(
  "a host takes a whole $model picture off a real pty, left pixel in the high nibble",
  async (the) => {
    const module = start({ model: the.model });
    const host = openHost(module.path, 57_600);
    const image = gradient(the.widthPx, the.heightPx, the.resolutionDpi);
    module.place(image);
    expect((await host.ask(genImg))[0]?.content).toEqual(Uint8Array.of(0));
    const packets = await host.ask(upImage, wholeUpload);
    expect(packets.length).toBe(1 + the.packetCount);
    expect(packets.every((packet) => packet.isSumRight)).toBe(true);
    const bytes = joined(packets);
    expect(bytes.length).toBe((the.widthPx * the.heightPx) / 2);
    const levels = [...bytes].flatMap((byte) => [byte >> 4, byte & 15]);
    expect(levels).toEqual([...image.pixels].map((grey) => grey >> 4));
    host.close();
  },
);

test("at 57600 and, after SetSysPara, at 115200 the picture takes the line's own time", async () => {
  const module = start({ paced: true });
  await new Promise<void>((resolve) => {
    module.onEvent((event) => event.kind === "ready" && resolve());
  });
  module.place(gradient(192, 192, 508));
  const host = openHost(module.path, 57_600);
  const transfer = async (): Promise<number> => {
    await host.ask(genImg);
    const startedAt = performance.now();
    await host.ask(upImage, wholeUpload);
    return performance.now() - startedAt;
  };
  const slowMs = await transfer();
  const [answer] = await host.ask(setBaud115200);
  expect(answer?.content).toEqual(Uint8Array.of(0));
  host.setBaudRate(115_200);
  const fastMs = await transfer();
  // 20,028 bytes of ten bits can not be faster than this.
  expect(slowMs).toBeGreaterThan(3400);
  expect(fastMs).toBeGreaterThan(1700);
  expect(fastMs).toBeLessThan(slowMs);
  host.close();
});

test("a host at another speed and the module do not understand each other", async () => {
  const module = start();
  const host = openHost(module.path, 9600);
  const asked = host.ask(genImg);
  const silent = await Promise.race([
    asked.then(
      () => "understood",
      () => "silence",
    ),
    new Promise<string>((resolve) => {
      const timer = setInterval(() => {
        if (module.counters.line.mismatchedPackets === 0) return;
        clearInterval(timer);
        resolve("garbage");
      }, 5);
    }),
  ]);
  expect(silent).toBe("garbage");
  host.setBaudRate(57_600);
  module.cutPower();
  asked.catch(() => undefined);
  expect((await host.ask(genImg))[0]?.content).toEqual(Uint8Array.of(2));
  host.close();
});

test("pulling the cable hangs up the host even when a child process was started meanwhile, and replugging keeps the name", async () => {
  const module = start();
  const host = openHost(module.path, 57_600);
  const child = spawnSync("ls", ["-l", "/proc/self/fd"], { encoding: "utf8" });
  expect(child.stdout).not.toContain("ptmx");
  module.unplug();
  await host.hungUp;
  expect(existsSync(module.path)).toBe(false);
  module.replug();
  const again = openHost(module.path, 57_600);
  expect((await again.ask(genImg))[0]?.content).toEqual(Uint8Array.of(2));
  again.close();
});

test("faults strike at their rate, are counted, and stop when they are cleared", async () => {
  const module = start();
  const host = openHost(module.path, 57_600);
  module.place(gradient(192, 192, 508));
  await host.ask(genImg);
  module.faults.set("corrupted-bytes", 0.002);
  const packets = await host.ask(upImage, (seen) => seen.length > 100 && wholeUpload(seen));
  const spoilt = packets.filter((packet) => !packet.isSumRight).length;
  expect(module.faults.counters["corrupted-bytes"]).toBeGreaterThan(10);
  expect(spoilt + (145 - packets.length)).toBeGreaterThan(5);
  module.faults.clear();
  const clean = await host.ask(upImage, wholeUpload);
  expect(clean.every((packet) => packet.isSumRight)).toBe(true);
  host.close();
});

test("the touch line of the R503 is low while a finger lies on it", () => {
  const module = start();
  expect(module.touchLevel).toBe(1);
  module.place(gradient(192, 192, 508));
  expect(module.touchLevel).toBe(0);
  module.lift();
  expect(module.touchLevel).toBe(1);
});

test("the pty is closed for others than its owner by name only, never left behind", () => {
  const module = start();
  const fd = openSync(module.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  closeSync(fd);
  module.close();
  expect(existsSync(module.path)).toBe(false);
});
