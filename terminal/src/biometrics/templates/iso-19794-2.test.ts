import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Minutia } from "../engine-api.ts";
import { compare } from "../match.ts";
import { randomTemplate } from "../synthetic-print.suite.ts";
import { decodeIsoRecord, encodeIsoRecord, type IsoView } from "./iso-19794-2.ts";

const minutia: fc.Arbitrary<Minutia> = fc.record({
  x: fc.integer({ min: 0, max: 255 }),
  y: fc.integer({ min: 0, max: 287 }),
  angleRad: fc.integer({ min: 0, max: 255 }).map((step) => (step * 2 * Math.PI) / 256),
  type: fc.constantFrom("ending", "bifurcation"),
  quality: fc.integer({ min: 1, max: 100 }),
});

const view: fc.Arbitrary<IsoView> = fc.record({
  template: fc.record({
    widthPx: fc.constant(256),
    heightPx: fc.constant(288),
    minutiae: fc.array(minutia, { maxLength: 127 }),
    placementCount: fc.constant(1),
  }),
  fingerPosition: fc.integer({ min: 0, max: 10 }),
  quality: fc.integer({ min: 0, max: 100 }),
});

const FINGER = randomTemplate(30, 4);

const record = (...views: readonly IsoView[]): Uint8Array => {
  const bytes = encodeIsoRecord(views);
  if (bytes === null) throw new Error("the views do not fit a record");
  return bytes;
};

const GOOD = record({ template: FINGER, fingerPosition: 2, quality: 80 });

const changed = (at: number, value: number): Uint8Array => {
  const bytes = GOOD.slice();
  bytes[at] = value;
  return bytes;
};

describe("an ISO/IEC 19794-2 record", () => {
  it("says again what was written", () => {
    fc.assert(
      fc.property(fc.array(view, { minLength: 1, maxLength: 8 }), (views) => {
        expect(decodeIsoRecord(record(...views))).toEqual(views);
      }),
      { numRuns: 50 },
    );
  });

  it("has the bytes of the standard", () => {
    const one: Minutia = { x: 3, y: 258, angleRad: Math.PI / 2, type: "bifurcation", quality: 77 };
    const template = { widthPx: 256, heightPx: 288, minutiae: [one], placementCount: 3 };
    const bytes = record({ template, fingerPosition: 7, quality: 60 });
    expect(Buffer.from(bytes).toString("hex")).toBe(
      "464d520020323000000000240000010001200" +
        "0c500c50100" +
        "0700" +
        "3c01" +
        "800301024" +
        "04d0000",
    );
  });

  it("keeps the 127 best of a merged template, which is what readers in use hold", () => {
    const minutiae = Array.from({ length: 200 }, (_, i): Minutia => ({
      x: i,
      y: 1,
      angleRad: 0,
      type: "ending",
      quality: i % 2 === 0 ? 90 : 10 + (i % 50),
    }));
    const template = { widthPx: 256, heightPx: 288, minutiae, placementCount: 6 };
    const [back] = decodeIsoRecord(record({ template, fingerPosition: 1, quality: 1 })) ?? [];
    const qualities = back?.template.minutiae.map(({ quality }) => quality) ?? [];
    expect(qualities).toHaveLength(127);
    expect(qualities.filter((quality) => quality === 90)).toHaveLength(100);
    expect(back?.template.minutiae.map(({ x }) => x)).toEqual(
      back?.template.minutiae.map(({ x }) => x).toSorted((a, b) => a - b),
    );
  });

  it("still matches the finger it was made from", () => {
    const [back] = decodeIsoRecord(GOOD) ?? [];
    expect(back).toBeDefined();
    expect(compare(back?.template ?? FINGER, FINGER)).toBeGreaterThan(40);
  });

  it("is brought to 500 dpi and its extended data skipped", () => {
    const bytes = new Uint8Array([...GOOD, 9, 9, 9]);
    const fields = new DataView(bytes.buffer);
    fields.setUint32(8, bytes.length);
    fields.setUint16(bytes.length - 5, 3);
    fields.setUint16(18, 394);
    fields.setUint16(20, 394);
    const [back] = decodeIsoRecord(bytes) ?? [];
    const [plain] = decodeIsoRecord(GOOD) ?? [];
    expect(back?.template.minutiae[0]?.x).toBe((plain?.template.minutiae[0]?.x ?? -1) / 2);
  });

  it("is refused when anything in it is impossible", () => {
    const bad: readonly Uint8Array[] = [
      new Uint8Array(0),
      GOOD.subarray(0, 23),
      GOOD.subarray(0, GOOD.length - 1),
      new Uint8Array([...GOOD, 0]),
      changed(0, 0x47),
      changed(5, 0x33),
      changed(11, 1),
      changed(15, 0).with(14, 0),
      changed(19, 20),
      changed(22, 0),
      changed(22, 9),
      changed(22, 2),
      changed(24, 11),
      changed(26, 101),
      changed(27, 255),
      changed(27, 29),
      changed(28, 0xff),
      changed(30, 0x3f),
      changed(33, 101),
      changed(GOOD.length - 1, 1),
    ];
    for (const bytes of bad) expect(decodeIsoRecord(bytes)).toBeNull();
  });

  it("never throws at hostile bytes", () => {
    const answer = (bytes: Uint8Array): boolean => {
      const views = decodeIsoRecord(bytes);
      return views === null || views.length <= 8;
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), answer));
    const spoiled = fc.tuple(fc.nat(GOOD.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(fc.property(spoiled, ([at, value]) => answer(changed(at, value))));
  });

  it("is not made of nothing, of too much or of an unknown finger", () => {
    const one = { template: FINGER, fingerPosition: 1, quality: 50 };
    expect(encodeIsoRecord([])).toBeNull();
    expect(encodeIsoRecord(Array.from({ length: 9 }, () => one))).toBeNull();
    expect(encodeIsoRecord([{ ...one, fingerPosition: 11 }])).toBeNull();
    expect(encodeIsoRecord([{ ...one, template: { ...FINGER, widthPx: 5000 } }])).toBeNull();
  });
});
