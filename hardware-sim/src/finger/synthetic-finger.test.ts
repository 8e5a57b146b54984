import { expect, test } from "vitest";
import { conditions } from "../world.ts";
import { impressionOf } from "./impression.ts";
import { type FingerMaster, synthesiseFinger } from "./master.ts";
import { createSyntheticFinger } from "./synthetic-finger.ts";

const adult = synthesiseFinger(11);
const child = synthesiseFinger(11, "child");

/** Ridge spacing from how often lines cross zero: (2/period)² is the sum of both squared crossing rates. */
function measuredPeriodPx(master: FingerMaster): number {
  const blockPx = 36;
  const periods: number[] = [];
  const { ridges, widthPx, heightPx } = master;
  const isCrossing = (a: number, b: number): number =>
    (ridges[a] ?? 0) > 0 === (ridges[b] ?? 0) > 0 ? 0 : 1;
  for (let top = 80; top + blockPx < heightPx - 80; top += blockPx) {
    for (let left = 80; left + blockPx < widthPx - 80; left += blockPx) {
      let across = 0;
      let down = 0;
      for (let i = 0; i < blockPx * blockPx; i++) {
        const at = (top + Math.floor(i / blockPx)) * widthPx + left + (i % blockPx);
        across += isCrossing(at, at + 1);
        down += isCrossing(at, at + widthPx);
      }
      periods.push((2 * master.size) / Math.hypot(across / blockPx ** 2, down / blockPx ** 2));
    }
  }
  return periods.toSorted((a, b) => a - b)[periods.length >> 1] ?? 0;
}

const meanGrey = (pixels: Uint8Array): number =>
  pixels.reduce((sum, grey) => sum + grey, 0) / pixels.length;
const darkShare = (pixels: Uint8Array): number =>
  pixels.filter((grey) => grey < 150).length / pixels.length;

test("ridges lie as far apart as the finger says, closer on a child", () => {
  expect(Math.abs(measuredPeriodPx(adult) - adult.ridgePeriodPx)).toBeLessThan(0.8);
  expect(Math.abs(measuredPeriodPx(child) - child.ridgePeriodPx)).toBeLessThan(0.8);
  expect(child.ridgePeriodPx / adult.ridgePeriodPx).toBeLessThan(0.93);
});

test("a seed is one finger, and a finger, an impression and a condition are one picture", () => {
  const again = synthesiseFinger(11);
  expect(again.ridges).toEqual(adult.ridges);
  expect(synthesiseFinger(12).ridges).not.toEqual(adult.ridges);
  const picture = impressionOf(adult, 3, "normal");
  expect(impressionOf(again, 3, "normal")).toEqual(picture);
  expect(impressionOf(adult, 4, "normal").pixels).not.toEqual(picture.pixels);
});

test("wet skin is darker than normal, dry skin lighter, a tilted finger smaller", () => {
  const shown = (condition: (typeof conditions)[number]): Uint8Array =>
    impressionOf(adult, 1, condition).pixels;
  expect(meanGrey(shown("wet"))).toBeLessThan(meanGrey(shown("normal")) - 15);
  expect(meanGrey(shown("dry"))).toBeGreaterThan(meanGrey(shown("normal")) + 8);
  expect(darkShare(shown("partial"))).toBeLessThan(darkShare(shown("normal")) * 0.6);
});

test("every condition leaves a finger that covers part of the glass and not all of it", () => {
  for (const condition of conditions) {
    const share = darkShare(impressionOf(child, 2, condition).pixels);
    expect(share, condition).toBeGreaterThan(0.03);
    expect(share, condition).toBeLessThan(0.75);
  }
});

test("a synthetic finger of the same world and name is the same finger", () => {
  const first = createSyntheticFinger({ fingerId: "siti-1", seed: 5, age: "child" });
  const second = createSyntheticFinger({ fingerId: "siti-1", seed: 5, age: "child" });
  expect(first.impression(0, "normal")).toEqual(second.impression(0, "normal"));
});
