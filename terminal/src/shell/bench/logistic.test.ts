import { describe, expect, it } from "vitest";

import { fitLogistic, oddsOf, solve } from "./logistic.ts";
import { bell, seeded } from "./seeded.ts";

/** Two bell curves one apart: the log-odds of a place are 2 · distance · place by theory. */
const curves = (count: number) => {
  const random = seeded(5);
  const labels = Array.from({ length: count }, (_, i) => i % 2 === 0);
  return {
    rows: labels.map((own) => Float64Array.of((own ? 1 : -1) + bell(random), bell(random), 7)),
    labels,
    weights: labels.map(() => 1),
  };
};

describe("logistic regression", () => {
  it("finds the log-odds that theory gives for two bell curves, and no use for noise or a constant", () => {
    const [bias = 0, signal = 0, noise = 0, constant = 0] = fitLogistic(curves(20_000), 1e-6);
    expect(Math.abs(signal - 2)).toBeLessThan(0.1);
    expect(Math.abs(noise)).toBeLessThan(0.1);
    expect(Math.abs(bias + 7 * constant)).toBeLessThan(0.1);
  });

  it("stays finite where the classes can be told apart without a mistake", () => {
    const rows = [-3, -2, 2, 3].map((x) => Float64Array.of(x));
    const weights = [1, 1, 1, 1];
    const fitted = fitLogistic({ rows, labels: [false, false, true, true], weights }, 1e-3);
    const odds = rows.map((row) => oddsOf(fitted, row));
    expect(odds.every(Number.isFinite)).toBe(true);
    expect(odds.map((value) => value > 0)).toEqual([false, false, true, true]);
  });

  it("lets the weights decide what an even score means", () => {
    const { rows, labels } = curves(20_000);
    const heavy = labels.map((own) => (own ? Math.E : 1));
    const even = oddsOf(fitLogistic(curves(20_000), 1e-6), Float64Array.of(0, 0, 7));
    const moved = oddsOf(
      fitLogistic({ rows, labels, weights: heavy }, 1e-6),
      Float64Array.of(0, 0, 7),
    );
    expect(Math.abs(moved - even - 1)).toBeLessThan(0.1);
  });

  it("solves a system whose answer is known", () => {
    const answer = solve(Float64Array.of(4, 2, 2, 3), Float64Array.of(10, 9));
    expect([...answer].map((value) => value.toFixed(9))).toEqual(["1.500000000", "2.000000000"]);
  });
});
