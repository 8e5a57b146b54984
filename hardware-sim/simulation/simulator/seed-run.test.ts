import { describe, expect, it } from "vitest";
import { runSeed, type SeedOutcome } from "./seed-run.ts";
import { emptyTally, count, lastLine } from "./tally.ts";

describe("a simulated school", () => {
  it(
    "[Q1] is the same happenings, to the millisecond, for the same seed",
    { timeout: 300_000 },
    async () => {
      const first = await runSeed(7);
      const other = await runSeed(8);
      const again = await runSeed(7);
      expect(again).toEqual(first);
      expect(other.digest).not.toBe(first.digest);
    },
  );

  it(
    "[Q2] keeps every promise of its counters, whatever breaks",
    { timeout: 300_000 },
    async () => {
      const tally = emptyTally();
      const broken: SeedOutcome[] = [];
      for (let seed = 100; seed < 105; seed++) {
        const outcome = await runSeed(seed);
        count(tally, outcome);
        if (outcome.broken !== null) broken.push(outcome);
      }
      expect(broken).toEqual([]);
      expect(tally.faults).toBeGreaterThan(tally.seeds * 5);
      expect(lastLine(tally)).toBe(
        `seeds 5 purchases ${tally.purchases} faults ${tally.faults} lost 0 doubled 0 negative 0 imbalance 0 stuck 0`,
      );
    },
  );
});

describe("a simulated run", () => {
  it("[Q3] has no clock and no chance of the machine", async () => {
    const { setTrap } = await import("./trap.ts");
    const release = setTrap();
    let heard = "";
    try {
      Date.now();
    } catch (error) {
      heard = String(error);
    } finally {
      release();
    }
    expect(heard).toContain("Date.now of the machine");
    expect(Date.now()).toBeGreaterThan(0);
  });
});
