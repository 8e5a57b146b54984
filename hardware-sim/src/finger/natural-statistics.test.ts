import { expect, test } from "vitest";
import { createRandom, hashText } from "../random.ts";
import { roundedBox } from "./growth-plan.ts";
import { growPrint, type Print, synthesiseFinger } from "./master.ts";
import { drawFlow, type FingerClass } from "./orientation.ts";

const pixelMm = 25.4 / 500;
const cellMm = 2.5 * pixelMm;

/**
 * Minutiae are places where the wave of ridges and furrows is out of step: its phase turns once around them. Counts those
 * well inside the outline, per mm² of a finger with 9 px between ridges.
 */
function minutiaePerMm2(print: Print): number {
  const { grid, ridges, outline } = print;
  const slope = (at: number, step: number): number =>
    (ridges[at + step] ?? 0) - (ridges[at - step] ?? 0);
  let minutiae = 0;
  let cells = 0;
  for (let y = 2; y < grid.height - 3; y++) {
    for (let x = 2; x < grid.width - 3; x++) {
      const fromCentreX = (x - grid.width / 2) * 2.5;
      const fromCentreY = (y - grid.height / 2) * 2.5;
      const reach = roundedBox(
        fromCentreX / outline.halfWidthPx,
        fromCentreY / outline.halfHeightPx,
      );
      if (reach > 0.7) continue;
      cells++;
      const at = y * grid.width + x;
      const direction = grid.direction[at] ?? 0;
      const [acrossX, acrossY] = [-Math.sin(direction), Math.cos(direction)];
      const phaseAt = (cell: number): number =>
        Math.atan2(
          (acrossX * slope(cell, 1) + acrossY * slope(cell, grid.width)) / 2,
          ridges[cell] ?? 0,
        );
      const around = [at, at + 1, at + grid.width + 1, at + grid.width, at].map(phaseAt);
      const turned = around
        .slice(1)
        .reduce((sum, phase, i) => sum + wrapped(phase - (around[i] ?? 0)), 0);
      if (Math.abs(turned) > Math.PI) minutiae++;
    }
  }
  return minutiae / (cells * cellMm ** 2);
}

function wrapped(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

test("a finger has about 0.2 minutiae per mm², as many as the literature counts", () => {
  // 0.15 … 0.25 at an adult's ridge spacing: the figures that Pankanti, Prabhakar and Jain collect (PAMI 2002).
  const densities = Array.from({ length: 12 }, (_, i) => minutiaePerMm2(growPrint(900 + i)));
  const mean = densities.reduce((sum, density) => sum + density, 0) / densities.length;
  expect(mean).toBeGreaterThan(0.15);
  expect(mean).toBeLessThan(0.25);
  expect(Math.min(...densities)).toBeGreaterThan(0.08);
  expect(Math.max(...densities)).toBeLessThan(0.35);
});

test("classes of fingers have their natural shares", () => {
  // Cappelli and Maltoni, PAMI 2009, after NIST. Five standard errors of 4,000 draws.
  const natural: Readonly<Record<FingerClass, number>> = {
    "left-loop": 0.338,
    "right-loop": 0.317,
    whorl: 0.223,
    "twin-loop": 0.056,
    arch: 0.037,
    "tented-arch": 0.029,
  };
  const count = 4_000;
  const drawn = Array.from({ length: count }, (_, i) => {
    return drawFlow(createRandom(hashText(`flow ${i}`))).fingerClass;
  });
  for (const [fingerClass, share] of Object.entries(natural)) {
    const found = drawn.filter((one) => one === fingerClass).length / count;
    const error = Math.sqrt((share * (1 - share)) / count);
    expect(Math.abs(found - share), fingerClass).toBeLessThan(5 * error);
  }
});

test("ridges of adults and children lie as far apart as people's do", () => {
  const periodsMm = (age: "adult" | "child"): readonly number[] =>
    Array.from({ length: 14 }, (_, i) => synthesiseFinger(500 + i, age).ridgePeriodPx * pixelMm);
  for (const [age, low, high] of [
    ["adult", 0.38, 0.53],
    ["child", 0.3, 0.48],
  ] as const) {
    const periods = periodsMm(age);
    expect(Math.min(...periods), age).toBeGreaterThan(low);
    expect(Math.max(...periods), age).toBeLessThan(high);
  }
});
