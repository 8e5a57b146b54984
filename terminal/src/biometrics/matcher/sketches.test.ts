import { describe, expect, it } from "vitest";

import type { Template } from "../engine-api.ts";
import { popcount32 } from "../primitives/popcount.ts";
import { placedAt, randomTemplate } from "../synthetic-print.suite.ts";
import { placesOf } from "./prepared.ts";
import { HALF_ONES_BYTE, SKETCH_BYTES, sketch, TURN_BYTE } from "./sketches.ts";

const finger = randomTemplate(34, 5000);
const sketched = (template: Template): Uint8Array => sketch(placesOf(template));

const bitsOf = (bytes: Uint8Array, minutia: number): number[] =>
  Array.from(bytes.subarray(minutia * SKETCH_BYTES, minutia * SKETCH_BYTES + TURN_BYTE));
const count = (bits: readonly number[]): number =>
  bits.reduce((sum, byte) => sum + popcount32(byte), 0);
const differing = (a: readonly number[], b: readonly number[]): number =>
  count(a.map((byte, k) => byte ^ (b[k] ?? 0)));

describe("the sketch of a minutia", () => {
  it("hardly changes when the finger is turned and shifted", () => {
    const [straight, turned] = [
      sketched(finger),
      sketched(placedAt(finger, { turnRad: 0.5, dx: 30, dy: -20 })),
    ];
    let [apart, ones] = [0, 0];
    for (let minutia = 0; minutia < 34; minutia++) {
      apart += differing(bitsOf(straight, minutia), bitsOf(turned, minutia));
      ones += count(bitsOf(straight, minutia));
    }
    expect(apart).toBeLessThan(ones / 8);
  });

  it("differs from another minutia's in about as many bits as it has", () => {
    const bytes = sketched(finger);
    let [apart, ones] = [0, 0];
    for (let minutia = 1; minutia < 34; minutia++) {
      apart += differing(bitsOf(bytes, 0), bitsOf(bytes, minutia));
      ones += count(bitsOf(bytes, minutia));
    }
    expect(apart).toBeGreaterThan(ones / 2);
  });

  it("notes its direction in 1/256 turn and half the number of its bits", () => {
    const bytes = sketched(finger);
    for (const [minutia, { angleRad }] of finger.minutiae.entries()) {
      const at = minutia * SKETCH_BYTES;
      expect(bytes[at + TURN_BYTE]).toBe(Math.round((angleRad * 128) / Math.PI) & 255);
      expect(bytes[at + HALF_ONES_BYTE]).toBe(Math.ceil(count(bitsOf(bytes, minutia)) / 2));
    }
  });

  it("sets the cell ahead of the minutia for a neighbour ahead, in the section of its direction", () => {
    const at = (x: number, y: number, angleRad: number): Template["minutiae"][number] => ({
      x,
      y,
      angleRad,
      type: "ending",
      quality: 80,
    });
    // Both neighbours 28 px ahead of a minutia that points right; the third minutia only makes two neighbours of them.
    const ahead = { ...finger, minutiae: [at(50, 50, 0), at(78, 50, 0.5), at(78, 51, 0.5)] };
    const turned = {
      ...finger,
      minutiae: [at(50, 50, Math.PI / 2), at(50, 22, 2.07), at(51, 22, 2.07)],
    };
    const bits = bitsOf(sketched(ahead), 0);
    // Cell (28, 0) is number 15 of section 0 … π/3.
    expect(
      bits.flatMap((byte, k) =>
        [0, 1, 2, 3, 4, 5, 6, 7].filter((b) => (byte >> b) & 1).map((b) => 8 * k + b),
      ),
    ).toEqual([15]);
    expect(bitsOf(sketched(turned), 0)).toEqual(bits);
  });

  it("says nothing with fewer than two neighbours, and nothing of no minutiae", () => {
    const pair = { ...finger, minutiae: finger.minutiae.slice(0, 2) };
    expect(bitsOf(sketched(pair), 0)).toEqual(Array.from({ length: 16 }, () => 0));
    expect(sketched(pair)[HALF_ONES_BYTE]).toBe(0);
    expect(sketched({ ...finger, minutiae: [] })).toEqual(new Uint8Array(0));
  });
});
