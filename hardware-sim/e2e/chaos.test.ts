import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { programPath } from "../src/fleet/fleet.ts";

/** The program's whole output; it stops by itself. */
function chaos(...words: readonly string[]): Promise<readonly string[]> {
  const program = programPath("hardware-sim/dist/chaos/main.js");
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  return new Promise((resolve) => {
    child.once("close", () => resolve(output.trimEnd().split("\n")));
  });
}

const GOOD = (kills: number): RegExp =>
  new RegExp(`^kills ${kills} sales [1-9]\\d* lost 0 doubled 0 negative 0 imbalance 0$`);

it("loses and doubles nothing while processes are killed with -9 behind faulty lines", async () => {
  const lines = await chaos("--kills", "15", "--stalls", "2", "--students", "2", "--seed", "5");
  expect(lines.at(-1), lines.join("\n")).toMatch(GOOD(15));
});

it("rebuilds a destroyed ledger from a backup and the terminals, to the rupiah", async () => {
  const words = ["--kills", "4", "--stalls", "2", "--students", "2", "--destroy-ledger"];
  const lines = await chaos(...words);
  expect(lines.at(-1), lines.join("\n")).toMatch(GOOD(4));
  const missed = /the newest backup missed (\d+)/.exec(lines.join("\n"))?.[1];
  expect(Number(missed)).toBeGreaterThan(0);
  expect(lines.join("\n")).toContain("(difference Rp 0)");
});
