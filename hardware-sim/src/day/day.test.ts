import { describe, expect, it } from "vitest";
import { parseDayOptions } from "./options.ts";
import { percentile } from "./percentile.ts";
import { planDay } from "./plan.ts";
import { dayStalls, enrolImpressions, moduleOfSize } from "./stalls.ts";

describe("the planned day", () => {
  const options = {
    childCount: 10,
    stallCount: 2,
    saleCount: 200,
    probeImpressions: [3, 4, 5, 6, 7],
    seed: 1,
  };

  it("is the same for the same seed and another for another", () => {
    expect(planDay(options)).toEqual(planDay(options));
    expect(planDay({ ...options, seed: 2 })).not.toEqual(planDay(options));
  });

  it("keeps the internet away for the middle third and kills every process once", () => {
    const { incidents } = planDay(options);
    expect(incidents.find(({ kind }) => kind === "cut-internet")?.atSale).toBe(66);
    expect(incidents.find(({ kind }) => kind === "restore-internet")?.atSale).toBe(133);
    const killed = incidents.flatMap((one) => (one.kind === "kill-terminal" ? [one.stall] : []));
    expect(killed.toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(incidents.filter(({ kind }) => kind === "kill-cloud")).toHaveLength(1);
  });

  it("never shows a print that was used at enrolment, nor the same one twice for a sale", () => {
    for (const { impressions } of planDay(options).sales) {
      expect(new Set(impressions).size).toBe(impressions.length);
      for (const impression of impressions) expect(options.probeImpressions).toContain(impression);
    }
  });
});

describe("the command's words", () => {
  it("have defaults and name what is wrong", () => {
    expect(parseDayOptions([])).toMatchObject({ studentCount: 10, saleCount: 200, isPaced: true });
    expect(() => parseDayOptions(["--students", "13"])).toThrow(/--students takes a whole number/);
    expect(() => parseDayOptions(["--sales", "many"])).toThrow(/--sales takes a whole number/);
  });
});

describe("the stalls of a day", () => {
  it("have the module whose pictures are shown, otherwise one of each, otherwise what was asked for", () => {
    const models = (...args: Parameters<typeof dayStalls>): readonly string[] =>
      dayStalls(...args).map(({ model }) => model);
    expect(moduleOfSize({ widthPx: 192, heightPx: 192 })).toBe("R503");
    expect(moduleOfSize({ widthPx: 388, heightPx: 374 })).toBeNull();
    expect(models(null, "R503")).toEqual(["R503", "R503"]);
    expect(models(null, null)).toEqual(["R307", "R503"]);
    expect(models(["R503", "R307"], "R307")).toEqual(["R503", "R307"]);
    expect(() => parseDayOptions(["--sensors", "R503,GT-511"])).toThrow(/--sensors takes two of/);
  });

  it("enrol as many impressions as the product asks for at the first", () => {
    expect(enrolImpressions(dayStalls(null, null))).toEqual([0, 1, 2]);
    expect(enrolImpressions(dayStalls(null, "R503"))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe("the percentile", () => {
  it.each([
    [[], 50, null],
    [[7], 95, 7],
    [[4, 1, 3, 2], 50, 2],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 95, 10],
  ])("of %j at %d is %s by nearest rank", (values, percent, wanted) => {
    expect(percentile(values, percent)).toBe(wanted);
  });
});
