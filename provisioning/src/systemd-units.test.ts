import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const UNITS = fileURLToPath(new URL("../../systemd", import.meta.url));
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "saku-units-"));
afterAll(() => rmSync(folder, { recursive: true }));

const names = readdirSync(UNITS).filter((name) => name.endsWith(".service"));

/** The unit as it is, but with a program that exists on this machine. */
function standIn(name: string): string {
  const path = join(folder, name);
  const text = readFileSync(join(UNITS, name), "utf8");
  writeFileSync(
    path,
    text.replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath} /etc/hostname`),
  );
  return path;
}

function analyze(...args: readonly string[]): {
  readonly status: number | null;
  readonly said: string;
} {
  const run = spawnSync("systemd-analyze", args, { encoding: "utf8" });
  return { status: run.status, said: `${run.stdout}${run.stderr}`.trim() };
}

test("both daemons have a unit that starts what the build makes and dumps no core", () => {
  expect(names.toSorted()).toEqual(["saku-cloud.service", "saku-terminal.service"]);
  for (const name of names) {
    const text = readFileSync(join(UNITS, name), "utf8");
    expect(text).toMatch(
      /^ExecStart=\/usr\/bin\/node .*\/opt\/saku\/current\/[a-z-]+\/dist\/main\.js$/m,
    );
    expect(text).toMatch(/^LimitCORE=0$/m);
    expect(text).toMatch(/^StateDirectoryMode=0700$/m);
  }
});

// Debian without systemd (a container) cannot judge units; CI's image can.
describe.skipIf(!hasSystemd)("systemd-analyze (skipped where it is not installed)", () => {
  test.each(names)("%s is a valid unit", (name) => {
    expect(analyze("verify", "--man=no", standIn(name))).toEqual({ status: 0, said: "" });
  });

  test.each(names)("%s is no more exposed than its comment says", (name) => {
    const claimed = /systemd-analyze security: ([0-9.]+)/.exec(
      readFileSync(join(UNITS, name), "utf8"),
    );
    const { said } = analyze("security", "--offline=true", "--no-pager", standIn(name));
    const found = /Overall exposure level for \S+: ([0-9.]+)/.exec(said);
    expect(Number(found?.[1])).toBeLessThanOrEqual(Number(claimed?.[1]));
  });
});
