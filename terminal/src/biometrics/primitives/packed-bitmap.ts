import { bitIndex, fourBits, type Bitmap } from "./bitmap.ts";
import { popcount32 } from "./popcount.ts";

/**
 * A bitmap with 32 pixels a word, so that whole words are thinned at once: bit k of a word is the k-th pixel from the
 * left. One empty word stands before every row and one empty row above and below: neighbours need no bounds checks.
 */
export type PackedBitmap = {
  /** Words per row, the empty one included. */
  readonly stride: number;
  readonly rows: number;
  readonly words: Int32Array;
};

const WORD_PX = 32;

export const packBitmap = (bitmap: Bitmap): PackedBitmap => {
  const { widthPx, heightPx, bits } = bitmap;
  const stride = 1 + Math.ceil(widthPx / WORD_PX);
  const words = new Int32Array(stride * (heightPx + 2) + 1);
  const quads = new Int32Array(bits.buffer);
  for (let y = 0; y < heightPx; y++) {
    const from = bitIndex(bitmap, 0, y) / 4;
    const to = (y + 1) * stride + 1;
    for (let quad = 0; 4 * quad < widthPx; quad++)
      words[to + (quad >> 3)] =
        (words[to + (quad >> 3)] ?? 0) | (fourBits(quads[from + quad] ?? 0) << (4 * (quad & 7)));
  }
  return { stride, rows: heightPx, words };
};

/** Writes the pixels back and answers the places of those that are set, row by row. */
export const unpackBitmap = ({ stride, words }: PackedBitmap, into: Bitmap): Int32Array => {
  const { heightPx, bits } = into;
  const set = new Int32Array(words.reduce((sum, word) => sum + popcount32(word), 0));
  let count = 0;
  bits.fill(0);
  for (let y = 0; y < heightPx; y++)
    for (let i = 0; i < stride - 1; i++) {
      const start = bitIndex(into, i * WORD_PX, y);
      for (let word = words[(y + 1) * stride + 1 + i] ?? 0; word !== 0; word &= word - 1) {
        const at = start + 31 - Math.clz32(word & -word);
        bits[at] = 1;
        set[count++] = at;
      }
    }
  return set;
};
