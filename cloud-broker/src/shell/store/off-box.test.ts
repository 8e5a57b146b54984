import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.suite.ts";
import { isOffBox } from "./off-box.ts";

const cloudDirectory = temporaryFolder("cloud");
const file = { place: { file: join(cloudDirectory, "ledger.sqlite") }, cloudDirectory };
const server = (host: string) => ({
  place: { url: `postgresql://saku@${host}/saku` },
  cloudDirectory,
});

describe("a backup directory", () => {
  it("[N9] on the ledger's own disk is not off the box, whether it exists yet or not", () => {
    expect(isOffBox(cloudDirectory, file)).toBe(false);
    expect(isOffBox(join(cloudDirectory, "not", "yet"), file)).toBe(false);
  });

  it("[N9] on another device is, and a database on another machine makes this one another", () => {
    const other = ["/dev/shm", "/proc", "/sys"].find(
      (path) => existsSync(path) && statSync(path).dev !== statSync(cloudDirectory).dev,
    );
    expect(isOffBox(other ?? "/proc", file)).toBe(true);
    expect(isOffBox(cloudDirectory, server("db.example"))).toBe(true);
    expect(isOffBox(cloudDirectory, server("localhost"))).toBe(false);
  });
});
