import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Minutia, Template } from "../engine-api.ts";
import { randomTemplate } from "../synthetic-print.suite.ts";
import { decodeTemplate, encodeTemplate } from "./codec.ts";

const minutia: fc.Arbitrary<Minutia> = fc.record({
  x: fc.integer({ min: 0, max: 799 }),
  y: fc.integer({ min: 0, max: 749 }),
  angleRad: fc.integer({ min: 0, max: 1023 }).map((step) => (step * 2 * Math.PI) / 1024),
  type: fc.constantFrom("ending", "bifurcation"),
  quality: fc.integer({ min: 0, max: 100 }),
});

const template: fc.Arbitrary<Template> = fc.record({
  widthPx: fc.constant(800),
  heightPx: fc.constant(750),
  minutiae: fc.array(minutia, { maxLength: 200 }),
  placementCount: fc.integer({ min: 1, max: 8 }),
});

describe("the template codec", () => {
  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(template, (original) => {
        expect(decodeTemplate(encodeTemplate(original))).toEqual(original);
      }),
    );
  });

  it("never exceeds 4 kB and keeps an ordinary print under 250 bytes", () => {
    fc.assert(
      fc.property(template, (original) => {
        expect(encodeTemplate(original).length).toBeLessThanOrEqual(4096);
      }),
    );
    expect(encodeTemplate(randomTemplate(40, 1)).length).toBeLessThan(250);
  });

  it("accepts no bytes that it would not have written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const decoded = decodeTemplate(bytes);
        if (decoded !== null) expect(encodeTemplate(decoded)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses a good encoding that was cut, grown or changed in its header", () => {
    const good = encodeTemplate(randomTemplate(20, 3));
    const changed = (at: number, value: number): Uint8Array => good.with(at, value);
    for (const bad of [
      good.subarray(0, -1),
      good.subarray(0, 7),
      new Uint8Array(0),
      Uint8Array.of(...good, 0),
      changed(0, 2),
      changed(1, 0),
      changed(1, 9),
      changed(2, 0x90),
      changed(3, 0).with(2, 0),
      changed(7, 19),
      changed(6, 1),
      changed(12, 0x7f),
    ])
      expect(decodeTemplate(bad)).toBeNull();
    expect(decodeTemplate(good)).not.toBeNull();
  });

  it("stores an angle outside of one turn as the same direction", () => {
    const [minutia] = randomTemplate(1, 1).minutiae;
    if (minutia === undefined) throw new Error("no minutia");
    const storedWith = (angleRad: number): Template | null =>
      decodeTemplate(
        encodeTemplate({
          widthPx: 800,
          heightPx: 750,
          minutiae: [{ ...minutia, angleRad }],
          placementCount: 1,
        }),
      );
    const quarter = storedWith(Math.PI / 2);
    expect(quarter?.minutiae[0]).toMatchObject({ x: minutia.x, y: minutia.y });
    expect(storedWith((-3 * Math.PI) / 2)).toEqual(quarter);
    expect(storedWith((9 * Math.PI) / 2)).toEqual(quarter);
  });

  it("reads from the middle of a larger buffer", () => {
    const good = encodeTemplate(randomTemplate(20, 3));
    const buffer = new Uint8Array(good.length + 10);
    buffer.set(good, 5);
    expect(decodeTemplate(buffer.subarray(5, 5 + good.length))).toEqual(decodeTemplate(good));
  });
});
