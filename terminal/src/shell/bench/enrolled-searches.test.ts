import { describe, expect, it } from "vitest";

import type { Template } from "../../biometrics/engine-api.ts";
import { enrolFinger } from "./enrolled-finger.ts";
import { searchEnrolled } from "./enrolled-searches.ts";
import { growFinger } from "./identify-fingers.ts";
import { parsePgm } from "./pgm.ts";
import { reportSet, scorePairs, type Extracted, type ExtractedSet } from "./verification.ts";

const IMPRESSIONS = 4;
const THREE = { enrol: 3, stored: "all" } as const;

const placements = (finger: number): readonly Template[] =>
  growFinger(7, finger, IMPRESSIONS).placements;

const printOf = (finger: number, at: number, template: Template | null): Extracted => ({
  print: {
    file: `${finger}_${at}.pgm`,
    finger: `${finger}`,
    impression: `${at}`,
    load: () => parsePgm(new Uint8Array(0), 500),
  },
  template,
  failure: template === null ? "partial" : null,
});

const setOf = (fingers: readonly number[], shown = placements): ExtractedSet => ({
  name: "grown",
  extracted: fingers.flatMap((finger) =>
    shown(finger).map((template, at) => printOf(finger, at + 2, template)),
  ),
  extractMs: [],
});

describe("enrolled fingers", () => {
  it("are all probed by every impression that is not enrolled, in as many splits", () => {
    const set = setOf([0, 1, 2]);
    const report = searchEnrolled({ enrolled: set, probed: set }, THREE);
    expect(report).toMatchObject({ splits: 4, fingers: 3, probes: 12, dropped: 0 });
    expect(report.first).toEqual({ right: 12, wrong: 0, unsure: 0 });
    expect(report.rates).toMatchObject({ eer: 0, fmr1000: 0 });
    expect(report.mergedRates).toMatchObject({ eer: 0 });
    expect(report.strangersNamed + report.strangersNamedTwice).toBe(0);
    expect(report.lowestOwn).toBeGreaterThan(report.highestStranger);
  });

  it("are missed, not mistaken, when other fingers lie on the glass under their names", () => {
    const enrolled = setOf([0, 1]);
    const probed = setOf([0, 1], (finger) => placements(finger + 10));
    const report = searchEnrolled({ enrolled, probed }, THREE);
    expect(report.first).toEqual({ right: 0, wrong: 0, unsure: 8 });
    expect(report.second).toEqual({ right: 0, wrong: 0, unsure: 8 });
  });

  it("count a probe that could not be extracted as a miss", () => {
    const enrolled = setOf([0, 1]);
    const probed = {
      ...enrolled,
      extracted: enrolled.extracted.map(({ print }) => ({
        print,
        template: null,
        failure: "partial",
      })),
    };
    expect(searchEnrolled({ enrolled, probed }, THREE).rates?.zeroFmr).toBe(1);
  });

  it("leave out the placement of another finger", () => {
    const [a, b] = placements(0);
    const [stranger] = placements(1);
    if (a === undefined || b === undefined || stranger === undefined) throw new Error("no print");
    const enrolled = enrolFinger([a, stranger, b]);
    expect(enrolled.droppedCount).toBe(1);
    expect(enrolled.templates.map(({ placementCount }) => placementCount)).toEqual([2, 1, 1]);
    expect(enrolFinger([])).toEqual({ templates: [], droppedCount: 0 });
  });
});

describe("the report of a set", () => {
  it("takes the lowest impression of every finger for its first, whatever its number", () => {
    const set = setOf([0, 1, 2]);
    const pairs = set.extracted.flatMap(({ print: a }, i) =>
      set.extracted.slice(i + 1).map(({ print: b }) => ({
        a,
        b,
        // Only first impressions of strangers are alike.
        score: a.finger === b.finger ? 9 : a.impression === "2" && b.impression === "2" ? 10 : 1,
      })),
    );
    const report = reportSet(set, { pairs, perSecond: 1 });
    expect(report.fvc?.zeroFmr).toBe(1);
    expect(report.all).toMatchObject({ fmr100: 1, eer: 3 / 48 / 2 });
  });

  it("scores a failure to extract with -1 and names it", () => {
    const [first, ...others] = setOf([0, 1]).extracted;
    if (first === undefined) throw new Error("no print");
    const failed: Extracted = { ...first, template: null, failure: "partial" };
    const set = { name: "grown", extracted: [failed, ...others], extractMs: [1] };
    const scored = scorePairs(set);
    expect(scored.pairs.filter(({ score }) => score === -1)).toHaveLength(7);
    expect(scored.pairs).toHaveLength(28);
    expect(reportSet(set, scored).failures).toEqual(["0_2.pgm (partial)"]);
  });
});
