import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";

/** A file that is no grey picture; the message is a sentence without the file's name. */
export class NotAPictureError extends Error {
  override readonly name = "NotAPictureError";
}

const WHITE = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);
const COMMENT = 0x23;
const NEWLINE = 0x0a;
const MAX_GREY = 65_535;

type Cursor = { readonly bytes: Uint8Array; at: number };

/** The next word of the header; comments run from "#" to the end of their line. */
const nextWord = (cursor: Cursor): string => {
  const { bytes } = cursor;
  while (WHITE.has(bytes[cursor.at] ?? -1) || bytes[cursor.at] === COMMENT)
    if (bytes[cursor.at] === COMMENT)
      while (cursor.at < bytes.length && bytes[cursor.at] !== NEWLINE) cursor.at++;
    else cursor.at++;
  const start = cursor.at;
  while (cursor.at < bytes.length && !WHITE.has(bytes[cursor.at] ?? 0)) cursor.at++;
  return Buffer.from(bytes.subarray(start, cursor.at)).toString("latin1");
};

const positive = (word: string, max: number): number => {
  const value = /^\d{1,9}$/.test(word) ? Number(word) : 0;
  if (value < 1 || value > max) throw new NotAPictureError("not a PGM with 8 or 16 bits a pixel");
  return value;
};

type Shape = { readonly count: number; readonly maxGrey: number };

const readPlain = (cursor: Cursor, { count, maxGrey }: Shape): Uint8Array => {
  const pixels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const word = nextWord(cursor);
    if (!/^\d+$/.test(word)) throw new NotAPictureError("PGM is cut short");
    pixels[i] = Math.min(255, Math.round((255 * Number(word)) / maxGrey));
  }
  return pixels;
};

const readBinary = (cursor: Cursor, { count, maxGrey }: Shape): Uint8Array => {
  const sampleBytes = maxGrey > 255 ? 2 : 1;
  // One white-space byte ends the header.
  const samples = cursor.bytes.slice(cursor.at + 1, cursor.at + 1 + count * sampleBytes);
  if (samples.length !== count * sampleBytes) throw new NotAPictureError("PGM is cut short");
  if (maxGrey === 255) return samples;
  const greyAt = (i: number): number =>
    sampleBytes === 1 ? (samples[i] ?? 0) : (samples[2 * i] ?? 0) * 256 + (samples[2 * i + 1] ?? 0);
  return Uint8Array.from({ length: count }, (_, i) =>
    Math.min(255, Math.round((255 * greyAt(i)) / maxGrey)),
  );
};

/**
 * PGM, binary ("P5", 8 or 16 bits) or plain ("P2"), with or without comments (netpbm's pgm(5)); greys are scaled to
 * 0 … 255.
 * @throws NotAPictureError for anything else.
 */
export const parsePgm = (bytes: Uint8Array, resolutionDpi: number): GrayImage => {
  const cursor: Cursor = { bytes, at: 0 };
  const magic = nextWord(cursor);
  if (magic !== "P5" && magic !== "P2") throw new NotAPictureError("not a PGM");
  const widthPx = positive(nextWord(cursor), MAX_GREY);
  const heightPx = positive(nextWord(cursor), MAX_GREY);
  const shape = { count: widthPx * heightPx, maxGrey: positive(nextWord(cursor), MAX_GREY) };
  // Before anything is allocated: the smallest sample takes a byte.
  if (shape.count > bytes.length) throw new NotAPictureError("PGM is cut short");
  const pixels = magic === "P5" ? readBinary(cursor, shape) : readPlain(cursor, shape);
  return { widthPx, heightPx, resolutionDpi, pixels };
};
