import { spawnSync } from "node:child_process";
import { programPath } from "../src/fleet/fleet.ts";
import { expect, it } from "vitest";

/** The program's own answer where system calls cannot be recorded. */
const CANNOT_TRACE = 2;

it("no power cut takes a promised row from the real stores, and synchronous=NORMAL is found out", (context) => {
  const words = ["--images", "800", "--sales", "6", "--stalls", "1", "--minutes", "1"];
  const program = programPath("hardware-sim/simulation/dist/power-cuts/main.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    encoding: "utf8",
  });
  if (status === CANNOT_TRACE) context.skip(stderr.trim());
  expect(stderr).toBe("");
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  expect(last).toMatch(/^images \d{2,} corrupt 0 lost 0 \| NORMAL images \d+ corrupt 0 lost [1-9]/);
  expect(status).toBe(0);
});
