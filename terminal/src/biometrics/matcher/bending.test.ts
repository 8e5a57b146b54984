import { describe, expect, it } from "vitest";

import type { Template } from "../engine-api.ts";
import { randomTemplate } from "../synthetic-print.suite.ts";
import type { Places } from "./alignment.ts";
import { bend } from "./bending.ts";
import type { Mates } from "./mates.ts";
import { completeTable, toColumns, type MinutiaTable } from "./minutia-table.ts";

const FINGER = randomTemplate(40, 8);
const tableOf = (template: Template): MinutiaTable => completeTable(toColumns(template));

const placesOf = (count: number): Places => ({
  count,
  x: new Float32Array(count),
  y: new Float32Array(count),
  rad: new Float32Array(count),
});

/** Every minutia is the mate of the one with its number. */
const sameNumbers = (count: number): Mates => ({
  count,
  a: Uint16Array.from({ length: count }, (_, i) => i),
  b: Uint16Array.from({ length: count }, (_, i) => i),
  weight: new Float64Array(count).fill(1),
  distancePx: new Float64Array(count),
  turnRad: new Float64Array(count),
});

const meanDistance = (a: Places, b: MinutiaTable): number => {
  let sum = 0;
  for (let i = 0; i < a.count; i++)
    sum += Math.hypot((a.x[i] ?? 0) - (b.x[i] ?? 0), (a.y[i] ?? 0) - (b.y[i] ?? 0));
  return sum / a.count;
};

/** Bends FINGER onto itself with every minutia displaced; mean distance afterwards. */
const afterBending = (displace: (x: number, y: number, i: number) => number): number => {
  const rigid = tableOf(FINGER);
  const other = tableOf({
    ...FINGER,
    minutiae: FINGER.minutiae.map((m, i) => ({ ...m, x: m.x + displace(m.x, m.y, i) })),
  });
  const bent = placesOf(rigid.count);
  bend(rigid, sameNumbers(rigid.count), other, bent);
  return meanDistance(bent, other);
};

describe("bending", () => {
  it("takes up what skin does: a stretch that grows across the print", () => {
    const stretch = (x: number): number => 12 * (x / 256 - 0.5);
    expect(meanDistance(tableOf(FINGER), tableOf(FINGER))).toBe(0);
    expect(afterBending(stretch)).toBeLessThan(1.8);
  });

  it("does not bring together what moves in no common way, as the minutiae of strangers do", () => {
    const scattered = (_x: number, _y: number, i: number): number => (i % 2 === 0 ? 8 : -8);
    expect(afterBending(scattered)).toBeGreaterThan(6.5);
  });

  it("leaves a print alone that has no mates", () => {
    const rigid = tableOf(FINGER);
    const bent = placesOf(rigid.count);
    bend(rigid, sameNumbers(0), rigid, bent);
    expect([...bent.x]).toEqual([...rigid.x]);
    expect([...bent.y]).toEqual([...rigid.y]);
  });
});
