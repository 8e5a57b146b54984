import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/** Templates of a block of fingers, as one file: two bytes of length before each, big-endian. */
export const packBlock = (templates: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(
    templates.flatMap((bytes) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      return [length, bytes];
    }),
  );

/** Null unless the bytes are exactly `count` templates. */
export const unpackBlock = (bytes: Buffer, count: number): readonly Uint8Array[] | null => {
  const templates: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const end = at + 2 + bytes.readUInt16BE(at);
    templates.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return at === bytes.length && templates.length === count ? templates : null;
};

/** Every compiled file below the places, in the order of their names. */
const programFiles = (place: string): readonly string[] =>
  place.endsWith(".js")
    ? [place]
    : readdirSync(place, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".js"))
        .toSorted()
        .map((file) => path.join(place, file));

/** A name for what these programs and numbers are now: changed ones must not find others' templates. */
export const programVersion = (places: readonly string[], numbers: unknown): string => {
  const hash = createHash("sha256").update(JSON.stringify(numbers));
  for (const file of places.flatMap(programFiles)) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
};

export type BlockCache = {
  readonly read: (name: string, count: number) => readonly Uint8Array[] | null;
  readonly write: (name: string, templates: readonly Uint8Array[]) => void;
};

export const openBlockCache = (folder: string): BlockCache => ({
  read: (name, count) => {
    const file = path.join(folder, name);
    return existsSync(file) ? unpackBlock(readFileSync(file), count) : null;
  },
  write: (name, templates) => {
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, name);
    // In one step, so that a run that is interrupted leaves no half of a block.
    writeFileSync(`${file}.${process.pid}`, packBlock(templates));
    renameSync(`${file}.${process.pid}`, file);
  },
});
