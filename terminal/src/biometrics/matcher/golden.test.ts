import { describe, expect, it } from "vitest";

import { placedAt, randomTemplate } from "../synthetic-print.suite.ts";
import { compareTemplates } from "./comparison.ts";
import { CYLINDER_WORDS } from "./cylinders.ts";
import { prepare } from "./prepared.ts";

/*
 * Answers of the matcher to fixed templates. They change only when the matcher's decisions change on purpose; then the
 * error rates on real prints are measured again (docs/fingerprint.md) and these numbers replaced.
 */
const FINGER = randomTemplate(30, 4);
const HALF = { ...FINGER, minutiae: FINGER.minutiae.filter(({ y }) => y < 190) };

describe("golden outputs", () => {
  it("of one cylinder", () => {
    const { cylinders } = prepare(FINGER);
    const words = [...cylinders.bits.subarray(0, CYLINDER_WORDS)].map((word) => word >>> 0);
    expect(words.map((word) => word.toString(16).padStart(8, "0")).join("")).toMatchInlineSnapshot(
      `"000200000000000000000020003010008000000000000018000000000000000001000000000000000000000000000000"`,
    );
  });

  it("of a comparison with a moved half of itself and with a stranger", () => {
    const moved = placedAt(HALF, { turnRad: 0.3, dx: 14, dy: -9 });
    const own = compareTemplates(prepare(moved), prepare(FINGER));
    const other = compareTemplates(prepare(moved), prepare(randomTemplate(30, 99)));
    expect({
      own: own.score.toFixed(2),
      mates: own.evidence?.mates.length,
      other: other.score.toFixed(2),
    }).toMatchInlineSnapshot(`
      {
        "mates": 18,
        "other": "1.79",
        "own": "70.67",
      }
    `);
  });
});
