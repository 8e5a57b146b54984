import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

describe("the configuration", () => {
  it("listens on loopback and waits up to half a minute after a cold boot unless told otherwise", () => {
    expect(readConfig({})).toMatchObject({
      counterHost: "127.0.0.1",
      counterPort: 4_201,
      sensorPort: null,
      frameAncestors: [],
      timing: { coldBootMaxMs: 30_000, reconnectMaxMs: 120_000 },
    });
  });

  it("reads what it is told", () => {
    const config = readConfig({
      SAKU_SENSOR_PORT: "/dev/serial0",
      SAKU_SENSOR_MODEL: "R307",
      SAKU_FRAME_ANCESTORS: "http://127.0.0.1:4100 http://localhost:4100",
      SAKU_COLD_BOOT_MAX_MS: "0",
      SAKU_COUNTER_PORT: "4300",
    });
    expect(config.frameAncestors).toEqual(["http://127.0.0.1:4100", "http://localhost:4100"]);
    expect(config).toMatchObject({
      sensorPort: "/dev/serial0",
      sensorModel: "R307",
      counterPort: 4_300,
    });
    expect(config.timing.coldBootMaxMs).toBe(0);
  });

  it.each([
    ["SAKU_SENSOR_MODEL", "R999"],
    ["SAKU_COUNTER_PORT", "99999"],
    ["SAKU_COLD_BOOT_MAX_MS", "-1"],
  ])("names %s when it cannot be used", (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
});
