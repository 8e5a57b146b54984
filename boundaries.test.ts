// Fences that see nothing pass everything: each rule of .dependency-cruiser.mjs is broken once on purpose.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = dirname(fileURLToPath(import.meta.url));
const ROOMS = ["protocol", "terminal", "cloud-broker", "provisioning", "hardware-sim"];

/** Two seconds on an idle machine; a busy one is given time. */
const CRUISE_TIMEOUT_MS = 120_000;

type Report = {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
};

function cruise(directory: string): Report {
  const tool = join(root, "node_modules", "dependency-cruiser", "bin", "dependency-cruise.mjs");
  const args = [...ROOMS, "--config", join(root, ".dependency-cruiser.mjs")];
  const result = spawnSync(process.execPath, [tool, ...args, "--output-type", "json"], {
    cwd: directory,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(result.stdout) as Report;
}

/** One broken rule a row: the file that breaks it, what it imports, and a target when that is not there yet. */
const PLANTED: readonly {
  readonly rule: string;
  readonly from: string;
  readonly imports: string;
  readonly target?: string;
  readonly text?: string;
}[] = [
  {
    rule: "protocol-imports-nobody",
    from: "protocol/src/a.ts",
    imports: "../../terminal/src/a.ts",
    target: "terminal/src/a.ts",
  },
  {
    rule: "apps-meet-only-in-protocol",
    from: "terminal/src/b.ts",
    imports: "../../cloud-broker/src/b.ts",
    target: "cloud-broker/src/b.ts",
  },
  {
    rule: "pure-rooms-are-pure",
    from: "terminal/src/core/c.ts",
    imports: "node:fs",
  },
  {
    rule: "pure-rooms-import-protocol-only",
    from: "cloud-broker/src/core/d.ts",
    imports: "pino",
  },
  {
    rule: "engine-knows-nobody",
    from: "terminal/src/biometrics/e.ts",
    imports: "../core/e.ts",
    target: "terminal/src/core/e.ts",
  },
  {
    rule: "vendors-are-strangers",
    from: "terminal/src/sensors/grow/f.tsx",
    imports: "../adh/f.ts",
    target: "terminal/src/sensors/adh/f.ts",
  },
  {
    rule: "simulator-imports-no-driver",
    from: "hardware-sim/src/g.ts",
    imports: "../../terminal/src/sensors/grow/g.ts",
    target: "terminal/src/sensors/grow/g.ts",
  },
  {
    rule: "core-never-knows-shell",
    from: "cloud-broker/src/core/h.ts",
    imports: "../shell/h.ts",
    target: "cloud-broker/src/shell/h.ts",
  },
  {
    rule: "no-runtime-cycles",
    from: "provisioning/src/i.ts",
    imports: "./j.ts",
    target: "provisioning/src/j.ts",
    text: 'export * from "./i.ts";\n',
  },
  { rule: "imports-are-declared", from: "provisioning/src/k.ts", imports: "pino" },
  { rule: "test-imports-are-declared", from: "provisioning/src/k.test.ts", imports: "pino" },
  { rule: "imports-resolve", from: "provisioning/src/l.ts", imports: "./nowhere.ts" },
];

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe("the fences between rooms", () => {
  const planted = mkdtempSync(join(tmpdir(), "saku-planted-"));
  let found: Report;

  beforeAll(() => {
    for (const room of ROOMS) write(join(planted, room, "package.json"), `{"name":"${room}"}`);
    write(join(planted, "node_modules/pino/package.json"), `{"name":"pino","main":"index.js"}`);
    write(join(planted, "node_modules/pino/index.js"), "");
    for (const { target, text } of PLANTED)
      if (target !== undefined) write(join(planted, target), text ?? "export const x = 1;\n");
    for (const { from, imports } of PLANTED)
      write(join(planted, from), `import * as it from "${imports}";\nexport const y = it;\n`);
    found = cruise(planted);
  }, CRUISE_TIMEOUT_MS);
  afterAll(() => rmSync(planted, { recursive: true, force: true }));

  it.each(PLANTED)("catch $from importing $imports as $rule", ({ rule, from }) => {
    const hits = found.summary.violations.filter((violation) => violation.from === from);
    expect(hits.map((violation) => violation.rule.name)).toContain(rule);
  });

  it("have a planted violation for every rule", () => {
    const config = readFileSync(join(root, ".dependency-cruiser.mjs"), "utf8");
    const names = Array.from(config.matchAll(/^\s+name: "([^"]+)"/gm), ([, name]) => name);
    expect(new Set(PLANTED.map((row) => row.rule))).toEqual(new Set(names));
  });

  it(
    "see every room of this repository and find nothing",
    () => {
      const report = cruise(root);
      expect(report.summary.totalCruised).toBeGreaterThan(50);
      expect(
        report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
      ).toEqual([]);
    },
    CRUISE_TIMEOUT_MS,
  );

  it("are the ones that `npm run boundaries` checks", () => {
    const scripts = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    for (const room of ROOMS) expect(scripts.scripts["boundaries"]).toContain(room);
  });
});

describe("the fence against clocks and chance", () => {
  const planted = mkdtempSync(join(tmpdir(), "saku-planted-"));
  afterAll(() => rmSync(planted, { recursive: true, force: true }));

  const PURE = [
    "protocol/src",
    "terminal/src/core",
    "terminal/src/biometrics",
    "terminal/src/sensors",
    "cloud-broker/src/core",
    "provisioning/src/checks",
  ];
  const FORBIDDEN = [
    "Date.now()",
    "new Date()",
    "Math.random()",
    "performance.now()",
    "setTimeout(() => 1, 1)",
    "process.env",
    "globalThis.Date",
  ];

  it(
    "stops each of them in every pure room, and none in a shell",
    () => {
      copyFileSync(join(root, ".oxlintrc.json"), join(planted, ".oxlintrc.json"));
      const expected: string[] = [];
      for (const room of [...PURE, "terminal/src/shell"])
        for (const [index, code] of FORBIDDEN.entries()) {
          const path = `${room}/planted-${index}.ts`;
          write(join(planted, path), `export const it: unknown = ${code};\n`);
          if (PURE.includes(room)) expected.push(path);
        }
      const tool = join(root, "node_modules", "oxlint", "bin", "oxlint");
      const { stdout } = spawnSync(process.execPath, [tool, "--format", "json"], {
        cwd: planted,
        encoding: "utf8",
      });
      const { diagnostics } = JSON.parse(stdout) as {
        readonly diagnostics: readonly { readonly filename: string }[];
      };
      expect(new Set(diagnostics.map(({ filename }) => filename))).toEqual(new Set(expected));
    },
    CRUISE_TIMEOUT_MS,
  );
});
