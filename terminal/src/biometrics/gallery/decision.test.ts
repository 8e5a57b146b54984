import { describe, expect, it } from "vitest";

import { IDENTIFICATION } from "../parameters.ts";
import {
  childScore,
  decide,
  mayBeDuplicate,
  presentationScore,
  rank,
  thresholdFor,
} from "./decision.ts";

describe("the score of a child", () => {
  it("is that of its only template", () => {
    expect(childScore([13])).toBe(13);
    expect(childScore([])).toBe(0);
  });

  it("falls with every template that says nothing, and rises with one that agrees beyond chance", () => {
    expect(childScore([20, 3])).toBeCloseTo(20 - Math.log(2));
    expect(childScore([20, 3, 0, 5])).toBeCloseTo(20 - Math.log(4));
    expect(childScore([20, 18])).toBeCloseTo(20 + 0.25 * 10 - Math.log(2));
    expect(childScore([18, 20])).toBe(childScore([20, 18]));
    expect(childScore([0.1, 0])).toBe(0);
  });
});

describe("the score of a presentation", () => {
  it("adds what earlier placements exceed chance by, and is never below the newest alone", () => {
    const chance = IDENTIFICATION.perEarlierPlacement;
    expect(presentationScore([12])).toBe(12);
    expect(presentationScore([12, 15])).toBe(27 - chance);
    expect(presentationScore([12, 3])).toBe(12);
    expect(presentationScore([12, 0, 30])).toBe(42 - 2 * chance);
    expect(presentationScore([])).toBe(0);
  });
});

describe("the ranking", () => {
  const scored = [
    { key: "b", score: 20 },
    { key: "a", score: 20 },
    { key: "c", score: 12 },
  ];

  it("does not depend on the order, equals included", () => {
    const expected = { key: "a", score: 20, runnerUpScore: 20 };
    expect(rank(scored)).toEqual(expected);
    expect(rank(scored.toReversed())).toEqual(expected);
    expect(rank([])).toEqual({ key: "", score: 0, runnerUpScore: 0 });
  });
});

describe("the decision", () => {
  const found = (score: number, runnerUpScore: number): string =>
    decide({ key: "a", score, runnerUpScore }, 18).kind;

  it("names a child from the threshold on and never between two that are near each other", () => {
    expect([found(17.9, 0), found(18, 0), found(18, 12), found(18, 12.1), found(90, 88)]).toEqual([
      "not-found",
      "identified",
      "identified",
      "ambiguous",
      "ambiguous",
    ]);
  });

  it("asks a person about a finger that another child may have sooner than it would name that child", () => {
    const threshold = thresholdFor(500, 3);
    const nearly = threshold - IDENTIFICATION.duplicateSlack;
    const notFound = (bestScore: number) => ({ kind: "not-found", bestScore }) as const;
    expect(mayBeDuplicate(notFound(nearly), 500, 3)).toBe(true);
    expect(mayBeDuplicate(notFound(nearly - 0.1), 500, 3)).toBe(false);
    const twice = { kind: "ambiguous", bestScore: threshold, runnerUpScore: threshold } as const;
    expect(mayBeDuplicate(twice, 500, 3)).toBe(true);
  });
});
