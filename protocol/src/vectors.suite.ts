import { readFileSync } from "node:fs";

/** What every vector says of itself. */
export type Vector = {
  readonly comment: string;
  readonly source: string;
  readonly tags: readonly string[];
};

type Repeat = { readonly hex: string; readonly times: number };
export type ByteVector = Vector & {
  readonly hex: string;
  readonly before?: Repeat;
  readonly after?: Repeat;
  readonly end?: string;
};

export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8")) as T;
}

export function bytesOfHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

export function bytesOf(vector: ByteVector): Uint8Array {
  const repeated = (piece: Repeat | undefined): string => piece?.hex.repeat(piece.times) ?? "";
  return bytesOfHex(
    repeated(vector.before) + vector.hex + repeated(vector.after) + (vector.end ?? ""),
  );
}

/** `{"$hex": …}` back to bytes, at any depth; keeps `__proto__` an own key. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  if ("$hex" in value && typeof value.$hex === "string") return bytesOfHex(value.$hex);
  const copy = {};
  for (const [key, item] of Object.entries(value))
    Object.defineProperty(copy, key, {
      value: revive(item),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return copy;
}

export function tagsOf(vectors: readonly Vector[]): string[] {
  return Array.from(new Set(vectors.flatMap((vector) => vector.tags))).toSorted();
}
