/** Empty pixels left of every row: four, so that rows can be read four pixels at a time. */
const BORDER_PX = 4;
/** Lengths are whole multiples of this many pixels. */
const WORD_PX = 32;

/** One byte per pixel, 0 or 1, with zero pixels around (a row's right border is the next one's left), so that neighbours need no bounds checks. */
export type Bitmap = {
  /** Without the border. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Bytes per row, border included. */
  readonly stride: number;
  readonly bits: Uint8Array;
};

export const createBitmap = (widthPx: number, heightPx: number): Bitmap => {
  const stride = BORDER_PX + Math.ceil(widthPx / BORDER_PX) * BORDER_PX;
  const length = Math.ceil((stride * (heightPx + 2) + BORDER_PX) / WORD_PX) * WORD_PX;
  return { widthPx, heightPx, stride, bits: new Uint8Array(length) };
};

/** Position of a pixel given without the border. */
export const bitIndex = (bitmap: Bitmap, x: number, y: number): number =>
  (y + 1) * bitmap.stride + x + BORDER_PX;

/** Column and row of a position, without the border. */
export const pixelAt = (
  { stride }: Bitmap,
  at: number,
): { readonly x: number; readonly y: number } => ({
  x: (at % stride) - BORDER_PX,
  y: Math.floor(at / stride) - 1,
});

/** Four pixels (one byte each, the first lowest) as four bits. */
export const fourBits = (fourPixels: number): number => Math.imul(fourPixels, 0x01020408) >>> 24;

/** Offsets of the eight neighbours, clockwise from north. */
export const neighbourOffsets = (stride: number): Int32Array =>
  Int32Array.of(-stride, 1 - stride, 1, 1 + stride, stride, stride - 1, -1, -1 - stride);
