import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";

import { REAL_ENGINE, type Engine } from "./fuzz-checks.ts";
import { runFuzz, type FuzzBounds, type FuzzReport } from "./fuzz-run.ts";
import { fuzzInShards, type FuzzPlan, type FuzzTotal } from "./fuzz-shards.ts";

const BLOCK = { seed: 1, from: 0, runs: 60 };
const NO_BOUNDS: FuzzBounds = { maxCallMs: Infinity, maxResidentBytes: Infinity };

const fuzz = (engine: Engine, block = BLOCK, bounds = NO_BOUNDS): FuzzReport =>
  runFuzz({ engine, prints: [] }, block, bounds);

describe("the engine under fuzz", () => {
  it("throws nothing but its typed errors and answers with numbers", () => {
    const { failures, counts } = fuzz(REAL_ENGINE, { ...BLOCK, runs: 250 });
    expect(failures).toEqual([]);
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(0);
  });
});

describe("runFuzz", () => {
  const crashing: Engine = {
    ...REAL_ENGINE,
    decodeTemplate: (bytes) => {
      if (bytes.length % 2 === 1) throw new TypeError("odd");
      return REAL_ENGINE.decodeTemplate(bytes);
    },
  };

  it("names a failing run, which fails again alone", () => {
    const [failure] = fuzz(crashing).failures;
    expect(failure?.error).toContain("TypeError: odd");
    const again = fuzz(crashing, { ...BLOCK, from: failure?.run ?? -1, runs: 1 });
    expect(again.failures).toMatchObject([{ run: failure?.run, check: failure?.check }]);
  });

  it("comes to the same digest however the runs are divided, and to another with another engine", () => {
    const whole = fuzz(REAL_ENGINE).digest;
    const parts = [
      fuzz(REAL_ENGINE, { ...BLOCK, from: 20, runs: 40 }),
      fuzz(REAL_ENGINE, { ...BLOCK, runs: 20 }),
    ];
    expect((parts[0]?.digest ?? 0) + (parts[1]?.digest ?? 0) - whole).toSatisfy(
      (rest: number) => rest % 2 ** 32 === 0,
    );
    const generous: Engine = { ...REAL_ENGINE, compare: (a, b) => REAL_ENGINE.compare(a, b) + 1 };
    expect(fuzz(generous).digest).not.toBe(whole);
  });

  it.each<[string, Partial<Engine>]>([
    ["a score that is no number", { compare: () => Number.NaN }],
    ["bytes that mean a template nobody wrote", { decodeTemplate: () => EMPTY }],
    [
      "an image that is refused without a typed error",
      {
        extract: () => {
          throw new RangeError("no");
        },
      },
    ],
    [
      "a name that is not in the gallery",
      {
        createGallery: () => ({
          ...REAL_ENGINE.createGallery(),
          identify: () => ({ kind: "identified", key: "nobody", score: 99, runnerUpScore: 0 }),
        }),
      },
    ],
  ])("notices %s", (_, broken) => {
    expect(fuzz({ ...REAL_ENGINE, ...broken }).failures).not.toEqual([]);
  });

  it("notices a call that takes too long and memory that grows too large", () => {
    const slow = fuzz(REAL_ENGINE, BLOCK, { ...NO_BOUNDS, maxCallMs: 0 });
    expect(slow.failures[0]?.error).toContain("ms of CPU");
    const large = fuzz(REAL_ENGINE, BLOCK, { ...NO_BOUNDS, maxResidentBytes: 1 });
    expect(large.failures[0]?.error).toContain("bytes are resident");
  });
});

describe("fuzzInShards", () => {
  const plan = (jobs: number, more: Partial<FuzzPlan> = {}): FuzzPlan => ({
    seed: 1,
    from: 0,
    runs: 1200,
    jobs,
    bounds: NO_BOUNDS,
    stallMs: 60_000,
    prints: [],
    ...more,
  });

  const withChild = async (
    source: string,
    jobs: number,
    more: Partial<FuzzPlan> = {},
  ): Promise<FuzzTotal> => {
    const folder = mkdtempSync(path.join(tmpdir(), "saku-fuzz-child-"));
    const childFile = path.join(folder, "child.mjs");
    writeFileSync(childFile, source);
    try {
      return await fuzzInShards(plan(jobs, { childFile, ...more }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  // Says which runs it was given, as a digest.
  const HONEST = `process.on("message", ({ block }) => {
    let digest = 0;
    for (let run = block.from; run < block.from + block.runs; run++) digest += run;
    process.send({ runs: block.runs, failures: [], counts: { image: block.runs }, digest,
      slowest: { what: "x", run: 0, ms: 1 }, highestResidentBytes: 1, lastResidentBytes: 1 });
  });`;

  it.each([1, 3])("hands every run out once to %d processes", async (jobs) => {
    const total = await withChild(HONEST, jobs);
    expect(total).toMatchObject({ runs: 1200, digest: (1200 * 1199) / 2, failures: [] });
  });

  it("names the run in which a process hangs or dies, and goes on with the next block", async () => {
    const marking = `import { writeFileSync } from "node:fs";
      process.on("message", ({ block }) => {
        const mark = Buffer.alloc(8);
        mark.writeDoubleBE(block.from + 7);
        writeFileSync(process.argv[2], mark);
        if (block.from === 0) for (;;);
        process.exit(9);
      });`;
    const { failures } = await withChild(marking, 1, { stallMs: 2000 });
    expect(failures).toEqual([
      { run: 7, check: null, error: "no end within 2 s" },
      { run: 507, check: null, error: "the process ended with 9" },
      { run: 1007, check: null, error: "the process ended with 9" },
    ]);
  });

  it("makes real runs in real processes", async () => {
    const total = await fuzzInShards(plan(2, { runs: 30, stallMs: 60_000 }));
    expect(total.failures).toEqual([]);
    expect(total.digest).toBe(fuzz(REAL_ENGINE, { ...BLOCK, runs: 30 }).digest);
  });
});

const EMPTY = { widthPx: 1, heightPx: 1, minutiae: [], placementCount: 1 };
