import { describe, expect, it } from "vitest";

import type { Minutia } from "../engine-api.ts";
import { randomTemplate } from "../synthetic-print.suite.ts";
import { decodeIsoRecord, encodeIsoRecord, type IsoView } from "./iso-19794-2.ts";

/*
 * A reader written from the field table of ISO/IEC 19794-2:2005 (clauses 7.3 to 7.5), not from our code: bit by bit, every
 * rule of the table a check. What public readers demand beyond it stands at the end of `readRecord`.
 */

class Bits {
  #at = 0;
  readonly #bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const byte = this.#bytes[this.#at >> 3];
      if (byte === undefined) throw new Error("the record is too short");
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
      this.#at++;
    }
    return value;
  }
  get bytesTaken(): number {
    return this.#at / 8;
  }
}

type Field = {
  readonly name: string;
  readonly bits: number;
  readonly ok?: (value: number) => boolean;
};

const HEADER: readonly Field[] = [
  { name: "format identifier", bits: 32, ok: (value) => value === 0x464d5200 }, // "FMR\0"
  { name: "version", bits: 32, ok: (value) => value === 0x20323000 }, // " 20\0"
  { name: "record length", bits: 32, ok: (value) => value >= 24 },
  { name: "equipment certification", bits: 4 },
  { name: "capture device type", bits: 12 },
  { name: "width", bits: 16, ok: (value) => value > 0 },
  { name: "height", bits: 16, ok: (value) => value > 0 },
  { name: "x resolution", bits: 16, ok: (value) => value >= 99 }, // pixels per cm; 250 dpi and more
  { name: "y resolution", bits: 16, ok: (value) => value >= 99 },
  { name: "views", bits: 8, ok: (value) => value >= 1 },
  { name: "reserved", bits: 8, ok: (value) => value === 0 },
];
const VIEW: readonly Field[] = [
  { name: "finger position", bits: 8, ok: (value) => value <= 10 },
  { name: "view number", bits: 4 },
  { name: "impression type", bits: 4, ok: (value) => value <= 3 || value === 8 },
  { name: "finger quality", bits: 8, ok: (value) => value <= 100 },
  { name: "minutiae", bits: 8 },
];
const MINUTIA: readonly Field[] = [
  { name: "type", bits: 2, ok: (value) => value <= 2 }, // 0 other, 1 ending, 2 bifurcation
  { name: "x", bits: 14 },
  { name: "reserved", bits: 2, ok: (value) => value === 0 },
  { name: "y", bits: 14 },
  { name: "angle", bits: 8 }, // 360/256 degrees, counter-clockwise from the right
  { name: "quality", bits: 8, ok: (value) => value <= 100 }, // 0: not reported
];

type Values = Readonly<Record<string, number>>;

const readFields = (bits: Bits, fields: readonly Field[]): Values =>
  Object.fromEntries(
    fields.map(({ name, bits: count, ok }) => {
      const value = bits.take(count);
      if (ok !== undefined && !ok(value)) throw new Error(`${name} is ${value}`);
      return [name, value];
    }),
  );

type ReadView = { readonly head: Values; readonly minutiae: readonly Values[] };

const readRecord = (
  bytes: Uint8Array,
): { readonly header: Values; readonly views: readonly ReadView[] } => {
  const bits = new Bits(bytes);
  const header = readFields(bits, HEADER);
  const views = Array.from({ length: header["views"] ?? 0 }, (): ReadView => {
    const head = readFields(bits, VIEW);
    const count = head["minutiae"] ?? 0;
    // OpenAFIS holds 128 minutiae a view and 8 views; another reader takes the count for a signed byte.
    if (count > 127) throw new Error(`${count} minutiae`);
    const minutiae = Array.from({ length: count }, () => readFields(bits, MINUTIA));
    for (const { x = 0, y = 0 } of minutiae)
      if (x >= (header["width"] ?? 0) || y >= (header["height"] ?? 0))
        throw new Error(`${x},${y} is outside the picture`);
    for (let extended = bits.take(16); extended > 0; extended--) bits.take(8);
    return { head, minutiae };
  });
  if (bits.bytesTaken !== bytes.length) throw new Error("bytes are left over");
  if (header["record length"] !== bytes.length) throw new Error("the record length is wrong");
  return { header, views };
};

/** A record made by hand, field by field: two views of the left index finger. */
const GOLDEN = [
  "464d5200 20323000 0000003a", // "FMR\0", " 20\0", 58 bytes
  "0000 0100 0120 00c5 00c5", // equipment; 256 x 288 px; 197 px/cm both ways
  "02 00", // two views; reserved
  "07 00 50 02", // left index; view 0, live-scan plain; quality 80; two minutiae
  "4064 00c8 20 5a", // ending, x 100; y 200; 45 degrees; quality 90
  "8003 0102 80 00", // bifurcation, x 3; y 258; 180 degrees; quality not reported
  "0000", // no extended data
  "07 10 3c 01", // left index; view 1; quality 60; one minutia
  "00ff 011f ff 64", // other, x 255; y 287; 358.6 degrees; quality 100
  "0004 00000004", // four bytes of extended data
].join("");

const goldenBytes = Uint8Array.from(Buffer.from(GOLDEN.replaceAll(" ", ""), "hex"));

describe("a reader written from the standard's table", () => {
  it("accepts the golden record and reads from it what we read", () => {
    const { header, views } = readRecord(goldenBytes);
    expect(header).toMatchObject({ width: 256, height: 288, views: 2 });
    const ours = decodeIsoRecord(goldenBytes);
    expect(ours?.map(({ fingerPosition, quality }) => [fingerPosition, quality])).toEqual(
      views.map(({ head }) => [head["finger position"], head["finger quality"]]),
    );
    const read = ours?.flatMap(({ template }) => template.minutiae);
    expect(read).toEqual([
      { x: 100, y: 200, angleRad: Math.PI / 4, type: "ending", quality: 90 },
      { x: 3, y: 258, angleRad: Math.PI, type: "bifurcation", quality: 50 },
      { x: 255, y: 287, angleRad: (255 * Math.PI) / 128, type: "ending", quality: 100 },
    ]);
    expect(views.flatMap(({ minutiae }) => minutiae.map(({ angle }) => angle))).toEqual([
      32, 128, 255,
    ]);
  });

  const fingers: readonly IsoView[] = [0, 5, 60].map((count, seed) => ({
    template: randomTemplate(count, seed + 1),
    fingerPosition: 4,
    quality: 70 + seed,
  }));

  it("accepts what we write, and finds in it what we put there", () => {
    const bytes = encodeIsoRecord(fingers) ?? new Uint8Array(0);
    const { header, views } = readRecord(bytes);
    expect(header).toMatchObject({ "x resolution": 197, "y resolution": 197 });
    expect(views.map(({ head }) => head["view number"])).toEqual([0, 1, 2]);
    for (const [index, { head, minutiae }] of views.entries()) {
      const { template, quality } = fingers[index] ?? { template: null, quality: -1 };
      expect(head).toMatchObject({ "finger position": 4, "finger quality": quality });
      expect(minutiae.map(({ x, y }) => [x, y])).toEqual(
        template?.minutiae.map(({ x, y }: Minutia) => [Math.round(x), Math.round(y)]),
      );
      for (const [at, minutia] of (template?.minutiae ?? []).entries()) {
        const turns = (minutiae[at]?.["angle"] ?? 0) / 256 - minutia.angleRad / (2 * Math.PI);
        expect(Math.abs(turns - Math.round(turns))).toBeLessThanOrEqual(1 / 512 + 1e-9);
        expect(minutiae[at]?.["type"]).toBe(minutia.type === "ending" ? 1 : 2);
      }
    }
  });

  it("accepts the fullest record there is", () => {
    const [minutia] = randomTemplate(1, 9).minutiae;
    if (minutia === undefined) throw new Error("no minutia");
    const minutiae = Array.from({ length: 200 }, (_, x) => ({ ...minutia, x, y: 2047 }));
    const template = { widthPx: 2048, heightPx: 2048, minutiae, placementCount: 8 };
    const full = { template, fingerPosition: 10, quality: 100 };
    const bytes = encodeIsoRecord(Array.from({ length: 8 }, () => full)) ?? new Uint8Array(0);
    expect(readRecord(bytes).views.map(({ minutiae }) => minutiae.length)).toEqual(
      Array.from({ length: 8 }, () => 127),
    );
  });
});
