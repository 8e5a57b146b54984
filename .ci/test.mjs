// `npm test` after set-up: every gate in turn, each with its time; the last line is `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name) => join(root, "node_modules", ".bin", name);
const reports = join(root, ".cache", "test-reports");
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

let passed = 0;
let failed = 0;

function gate(name, command, args) {
  const startedAtMs = Date.now();
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  process.stdout.write(`== ${name}: ${result.status === 0 ? "ok" : "FAILED"} (${seconds} s)\n`);
  return result.status === 0;
}

function check(name, command, args) {
  if (gate(name, command, args)) passed += 1;
  else failed += 1;
}

function suite(name) {
  const report = join(reports, `${name}.json`);
  const ok = gate(`tests: ${name}`, bin("vitest"), [
    "run",
    "--project",
    name,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  try {
    const result = JSON.parse(readFileSync(report, "utf8"));
    passed += result.numPassedTests;
    failed += result.numFailedTests;
    if (!ok && result.numFailedTests === 0) failed += 1;
  } catch {
    failed += 1;
  }
}

check("types", bin("tsc"), ["-b"]);
check("lint", bin("oxlint"), ["--type-aware"]);
check("boundaries", bin("depcruise"), [
  "protocol",
  "terminal",
  "cloud-broker",
  "provisioning",
  "hardware-sim",
  "--config",
  ".dependency-cruiser.mjs",
]);
check("format", bin("prettier"), ["--check", "--log-level", "warn", "."]);
suite("unit");
suite("e2e");
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
