import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CBOR_SIZE_MAX, decodeCbor, encodeCbor, type CborValue } from "./cbor.ts";
import { hasSoundSkeleton } from "./skeleton.ts";
import { bytesOf, readVectors, revive, tagsOf, type ByteVector } from "../vectors.suite.ts";

const vectors = readVectors<{
  readonly good: readonly (ByteVector & { readonly value?: unknown })[];
  readonly bad: readonly ByteVector[];
}>("cbor");

/** A slow, obvious second encoder: RFC 8949 §3 and §4.2.1, and nothing else. */
function slowEncode(value: CborValue): Buffer {
  const head = (major: number, argument: number): Buffer => {
    const first = major << 5;
    if (argument < 24) return Buffer.from([first | argument]);
    if (argument < 0x100) return Buffer.from([first | 24, argument]);
    const wide = Buffer.alloc(9);
    wide.writeBigUInt64BE(BigInt(argument), 1);
    const size = argument < 0x10000 ? 2 : argument < 0x100000000 ? 4 : 8;
    return Buffer.concat([
      Buffer.from([first | (size === 2 ? 25 : size === 4 ? 26 : 27)]),
      wide.subarray(9 - size),
    ]);
  };
  if (value === false) return Buffer.from([0xf4]);
  if (value === true) return Buffer.from([0xf5]);
  if (value === null) return Buffer.from([0xf6]);
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") {
    const text = Buffer.from(value, "utf8");
    return Buffer.concat([head(3, text.length), text]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value))
    return Buffer.concat([head(4, value.length), ...value.map((item) => slowEncode(item))]);
  const pairs = Object.entries(value as Record<string, CborValue>)
    .map(([key, item]): [Buffer, Buffer] => [slowEncode(key), slowEncode(item)])
    .toSorted(([a], [b]) => Buffer.compare(a, b));
  return Buffer.concat([head(5, pairs.length), ...pairs.flat()]);
}

const text = fc
  .string({ unit: "grapheme", maxLength: 30 })
  .filter((it) => !it.startsWith("\ufeff"));
const values = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.maxSafeInteger().map((it) => (Object.is(it, -0) ? 0 : it)),
    fc.integer({ min: -70_000, max: 70_000 }).map((it) => (Object.is(it, -0) ? 0 : it)),
    text,
    fc.uint8Array({ maxLength: 300 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 30 }),
    fc.dictionary(text, tie("value"), { maxKeys: 30, noNullPrototype: true }),
  ),
})).value;

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the encoder", () => {
  it("[P1] makes the bytes of every good vector", () => {
    for (const vector of vectors.good) {
      if (vector.value === undefined) continue;
      expect(hexOf(encodeCbor(revive(vector.value) as CborValue)), vector.comment).toBe(vector.hex);
    }
  });

  it("[P1] agrees with a slow encoder that only follows the paragraph", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(hexOf(encodeCbor(value))).toBe(slowEncode(value).toString("hex"));
      }),
    );
  });

  it("[P1] gives two values the same bytes only when they are equal", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        if (hexOf(encodeCbor(a)) === hexOf(encodeCbor(b))) expect(a).toEqual(b);
        else expect(a).not.toEqual(b);
      }),
    );
  });

  it.each([
    ["a float", 1.5],
    ["minus zero", -0],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["2^53", 2 ** 53],
    ["undefined", undefined],
    ["undefined in a map", { a: undefined }],
    ["a hole in an array", Array(1)],
    ["a bigint", 1n],
    ["a symbol", Symbol("x")],
    ["a function", () => 1],
    ["a Date", new Date(0)],
    ["a Map", new Map()],
    ["an object without prototype", Object.create(null)],
    ["a typed array of wider items", Uint16Array.of(1)],
    ["a lone surrogate", "a\ud800"],
    ["a lone surrogate in a key", { "\udc00": 1 }],
    ["a leading byte order mark", "\ufeffa"],
  ])("[P2] throws on %s", (_name, value) => {
    expect(() => encodeCbor(value as CborValue)).toThrow();
  });

  it("[P4] throws on nesting deeper than 16 and on more than 65,536 bytes", () => {
    const nested = (depth: number): CborValue => (depth === 0 ? 0 : [nested(depth - 1)]);
    expect(() => encodeCbor(nested(16))).not.toThrow();
    expect(() => encodeCbor(nested(17))).toThrow(RangeError);
    expect(() => encodeCbor(new Uint8Array(CBOR_SIZE_MAX - 3))).not.toThrow();
    expect(() => encodeCbor(new Uint8Array(CBOR_SIZE_MAX - 2))).toThrow(RangeError);
  });
});

describe("the decoder", () => {
  it("[P1] reads every good vector and encodes it back", () => {
    for (const vector of vectors.good) {
      const bytes = bytesOf(vector);
      const result = decodeCbor(bytes);
      expect(result.ok, vector.comment).toBe(true);
      if (!result.ok) continue;
      if (vector.value !== undefined) expect(result.value).toEqual(revive(vector.value));
      expect(hexOf(encodeCbor(result.value))).toBe(hexOf(bytes));
    }
  });

  it.each(vectors.bad.map((vector) => [vector.comment, vector] as const))(
    "[P3] refuses %s",
    (_comment, vector) => {
      expect(decodeCbor(bytesOf(vector)).ok).toBe(false);
    },
  );

  it("[P3] has a bad vector of every kind", () => {
    expect(tagsOf(vectors.bad)).toEqual([
      "deep",
      "duplicate-keys",
      "float",
      "hostile",
      "indefinite",
      "key-type",
      "non-minimal",
      "oversize",
      "reserved",
      "simple",
      "tag",
      "text",
      "trailing",
      "truncated",
      "unsafe-int",
      "unsorted-keys",
    ]);
  });

  it("[P3] accepts bytes only when they are what the encoder makes of the value", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const result = decodeCbor(bytes);
        if (result.ok) expect(hexOf(encodeCbor(result.value))).toBe(hexOf(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  it("[P1] undoes the encoder", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decodeCbor(encodeCbor(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it("[P5] never throws on canonical bytes with some of them changed", () => {
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(values, fc.array(change, { minLength: 1, maxLength: 4 }), (value, changes) => {
        const bytes = Uint8Array.from(encodeCbor(value));
        for (const { at, to } of changes) bytes[at % bytes.length] = to;
        const result = decodeCbor(bytes);
        if (result.ok) expect(hexOf(encodeCbor(result.value))).toBe(hexOf(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it("[P4] judges nesting and promises by the skeleton, before a recursive decoder sees them", () => {
    const shapes = ["deep", "indefinite", "tag", "float", "simple", "reserved", "trailing"];
    for (const vector of vectors.bad.filter((it) => it.tags.some((tag) => shapes.includes(tag))))
      if (vector.hex !== "f814")
        expect(hasSoundSkeleton(bytesOf(vector)), vector.comment).toBe(false);
    for (const vector of vectors.good)
      expect(hasSoundSkeleton(bytesOf(vector)), vector.comment).toBe(true);
  });

  it("[P5] returns bytes that do not change when the input buffer is used again", () => {
    for (const input of [Buffer.from("a1616143010203", "hex"), Uint8Array.from([0x43, 1, 2, 3])]) {
      const result = decodeCbor(input);
      input.fill(0);
      expect(JSON.stringify(result)).toContain('"0":1');
    }
  });

  it("[P5] keeps __proto__ an own key and pollutes nothing", () => {
    const result = decodeCbor(Buffer.from("a1695f5f70726f746f5f5fa1617801", "hex"));
    expect(result.ok && Object.hasOwn(result.value as object, "__proto__")).toBe(true);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    expect(result.ok && (result.value as Record<string, unknown>)["x"]).toBeUndefined();
  });
});
