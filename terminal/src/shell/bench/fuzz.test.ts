import { describe, expect, it } from "vitest";

import { REAL_ENGINE, type Engine } from "./fuzz-checks.ts";
import { runFuzz, type FuzzPlan } from "./fuzz-run.ts";

const PLAN: FuzzPlan = {
  seed: 1,
  from: 0,
  runs: 60,
  maxCallMs: Infinity,
  maxResidentBytes: Infinity,
};

describe("the engine under fuzz", () => {
  it("throws nothing but its typed errors and answers with numbers", () => {
    const { failure, counts } = runFuzz(REAL_ENGINE, { ...PLAN, runs: 250 });
    expect(failure).toBeNull();
    expect([...counts.keys()].toSorted()).toEqual([
      "bytes",
      "comparison",
      "enrolment",
      "image",
      "iso",
      "search",
    ]);
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

  it("stops at the first failure and can make it again alone", () => {
    const { failure } = runFuzz(crashing, PLAN);
    expect(failure).toMatchObject({ error: new TypeError("odd") });
    const again = runFuzz(crashing, { ...PLAN, from: failure?.run ?? -1, runs: 1 });
    expect(again.failure).toEqual(failure);
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
    expect(runFuzz({ ...REAL_ENGINE, ...broken }, PLAN).failure).not.toBeNull();
  });

  it("notices a call that takes too long and memory that grows too large", () => {
    expect(runFuzz(REAL_ENGINE, { ...PLAN, maxCallMs: 0 }).failure).not.toBeNull();
    expect(runFuzz(REAL_ENGINE, { ...PLAN, maxResidentBytes: 1 }).failure).not.toBeNull();
  });
});

const EMPTY = { widthPx: 1, heightPx: 1, minutiae: [], placementCount: 1 };
