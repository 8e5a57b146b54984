import { describe, expect, it } from "vitest";

import type { Minutia, Template } from "../engine-api.ts";
import { SCORE } from "../parameters.ts";
import { placedAt, randomTemplate, seeded } from "../synthetic-print.suite.ts";
import { compareTemplates } from "./comparison.ts";
import { CYLINDER_WORDS } from "./cylinders.ts";
import { prepare } from "./prepared.ts";

/*
 * A slow, obvious matcher that shares nothing with the fast one: cylinders of real numbers by the formulas of Cappelli,
 * Ferrara, Maltoni (PAMI 32(12) 2010, section 3), no bits, no relaxation; and an alignment from every single pair of
 * minutiae, mates counted one by one. Where prints are clear the two must agree.
 */
const RADIUS = 70;
const ACROSS = 8;
const SECTIONS = 6;
/** Cells of the floor within the radius. */
const CELLS = 52;
const SIGMA = 28 / 3;
const TURN_SIGMA = (2 * Math.PI) / 9;

const wrapped = (rad: number): number => Math.atan2(Math.sin(rad), Math.cos(rad));

const gauss = (value: number, sigma: number): number =>
  Math.exp(-(value ** 2) / (2 * sigma ** 2)) / (sigma * Math.sqrt(2 * Math.PI));

/** The area under the directional Gaussian over one section (formula 11), summed in small steps. */
const sectionArea = (centre: number): number => {
  const steps = 24;
  const width = (2 * Math.PI) / SECTIONS;
  let sum = 0;
  for (let k = 0; k < steps; k++)
    sum += gauss(centre - width / 2 + ((k + 0.5) * width) / steps, TURN_SIGMA) * (width / steps);
  return sum;
};

/** y up, as the paper draws it. */
const upward = ({ x, y, angleRad }: Minutia) => ({ x, y: -y, angle: angleRad });

const slowCylinder = (all: readonly Minutia[], centre: Minutia): number[] => {
  const own = upward(centre);
  const cells: number[] = [];
  for (let i = 0; i < ACROSS; i++)
    for (let j = 0; j < ACROSS; j++)
      for (let k = 0; k < SECTIONS; k++) {
        const side = (2 * RADIUS) / ACROSS;
        const [u, v] = [(i + 0.5) * side - RADIUS, (j + 0.5) * side - RADIUS];
        if (Math.hypot(u, v) > RADIUS) continue;
        const x = own.x + Math.cos(own.angle) * u - Math.sin(own.angle) * v;
        const y = own.y + Math.sin(own.angle) * u + Math.cos(own.angle) * v;
        const turn = -Math.PI + ((k + 0.5) * 2 * Math.PI) / SECTIONS;
        let sum = 0;
        for (const other of all) {
          if (other === centre) continue;
          const at = upward(other);
          const distance = Math.hypot(at.x - x, at.y - y);
          if (distance > 3 * SIGMA) continue;
          sum +=
            gauss(distance, SIGMA) * sectionArea(wrapped(turn - wrapped(own.angle - at.angle)));
        }
        cells.push(1 / (1 + Math.exp(-400 * (sum - 0.01))));
      }
  return cells;
};

type Pair = readonly [number, number];

/** Mates of the alignment that lays minutia `i` of a on `j` of b: greedy, nearest first, 15 px and 0.5 rad. */
const matesFrom = (a: Template, b: Template, [i, j]: Pair): Pair[] => {
  const [from, to] = [a.minutiae[i], b.minutiae[j]];
  if (from === undefined || to === undefined) return [];
  const turn = to.angleRad - from.angleRad;
  const near: { pair: Pair; distance: number }[] = [];
  for (const [p, one] of a.minutiae.entries()) {
    const [dx, dy] = [one.x - from.x, from.y - one.y];
    const x = to.x + Math.cos(turn) * dx - Math.sin(turn) * dy;
    const y = to.y - (Math.sin(turn) * dx + Math.cos(turn) * dy);
    for (const [q, other] of b.minutiae.entries()) {
      const distance = Math.hypot(other.x - x, other.y - y);
      const off = Math.abs(wrapped(one.angleRad + turn - other.angleRad));
      if (distance <= 15 && off <= 0.5) near.push({ pair: [p, q], distance });
    }
  }
  const found: Pair[] = [];
  for (const { pair } of near.toSorted((s, t) => s.distance - t.distance))
    if (!found.some(([p, q]) => p === pair[0] || q === pair[1])) found.push(pair);
  return found;
};

/** The alignment of all with most mates; on equal numbers, the one whose seeds are most alike. */
const slowMates = (a: Template, b: Template): Pair[] => {
  let best: Pair[] = [];
  for (const i of a.minutiae.keys())
    for (const j of b.minutiae.keys()) {
      const mates = matesFrom(a, b, [i, j]);
      if (mates.length > best.length) best = mates;
    }
  return best;
};

/** Half of the smaller print's minutiae and at least eight lie on each other. */
const slowDecision = (a: Template, b: Template): boolean => {
  const smaller = Math.min(a.minutiae.length, b.minutiae.length);
  return slowMates(a, b).length >= Math.max(8, smaller / 2);
};

/** The finger again: turned, shifted, jittered by a pixel, a few minutiae lost and a few made up. */
const seenAgain = (finger: Template, seed: number): Template => {
  const random = seeded(seed);
  const jitter = (): number => 2 * (random() - 0.5);
  const kept = finger.minutiae
    .filter(() => random() < 0.85)
    .map((m) => ({
      ...m,
      x: m.x + jitter(),
      y: m.y + jitter(),
      angleRad: m.angleRad + 0.1 * jitter(),
    }));
  const extra = randomTemplate(4, seed + 500).minutiae;
  const motion = { turnRad: 0.8 * jitter(), dx: 25 * jitter(), dy: 25 * jitter() };
  return placedAt({ ...finger, minutiae: [...kept, ...extra] }, motion);
};

const FINGERS = Array.from({ length: 3 }, (_, i) => randomTemplate(22, 300 + 31 * i));
const IMPRESSIONS = FINGERS.map((finger, i) => [
  finger,
  seenAgain(finger, i),
  seenAgain(finger, i + 50),
]);

describe("the slow, obvious matcher", () => {
  it("comes to the same decisions as the fast one", () => {
    const prints = IMPRESSIONS.flatMap((three, finger) =>
      three.map((print) => ({ print, finger })),
    );
    for (const [k, a] of prints.entries())
      for (const b of prints.slice(k + 1)) {
        const { score } = compareTemplates(prepare(a.print), prepare(b.print));
        expect(slowDecision(a.print, b.print)).toBe(a.finger === b.finger);
        expect(score > SCORE.evenOdds).toBe(a.finger === b.finger);
      }
  });

  it("finds the same mates", () => {
    for (const [finger, again] of IMPRESSIONS) {
      if (finger === undefined || again === undefined) continue;
      const { evidence } = compareTemplates(prepare(again), prepare(finger));
      const fast = new Set(evidence?.mates.map(({ a, b }) => `${a} ${b}`));
      const slow = slowMates(again, finger).map((pair) => pair.join(" "));
      const shared = slow.filter((pair) => fast.has(pair)).length;
      expect(shared / Math.max(slow.length, fast.size)).toBeGreaterThan(0.85);
    }
  });

  it("sets the bits that the formulas set, where the print can see", () => {
    const [finger] = FINGERS;
    if (finger === undefined) throw new Error("no finger");
    const { cylinders } = prepare(finger);
    let compared = 0;
    let different = 0;
    for (const [m, minutia] of finger.minutiae.entries())
      for (const [at, value] of slowCylinder(finger.minutiae, minutia).entries()) {
        const bit = (at % SECTIONS) * CELLS + Math.floor(at / SECTIONS);
        const word = m * CYLINDER_WORDS + (bit >> 5);
        const read = (words: Int32Array): number => ((words[word] ?? 0) >>> (bit & 31)) & 1;
        if (read(cylinders.valid) === 0) continue;
        compared++;
        if (read(cylinders.bits) !== (value > 0.5 ? 1 : 0)) different++;
      }
    expect(compared).toBeGreaterThan(5000);
    // The directional Gaussian of the fast one comes from a table of 256 turns.
    expect(different / compared).toBeLessThan(0.003);
  });
});
