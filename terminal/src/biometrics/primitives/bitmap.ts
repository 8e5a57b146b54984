/** One byte per pixel, 0 or 1, with a border of one zero pixel on every side so that neighbours need no bounds checks. */
export type Bitmap = {
  /** Without the border. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Bytes per row, border included. */
  readonly stride: number;
  readonly bits: Uint8Array;
};

export const createBitmap = (widthPx: number, heightPx: number): Bitmap => ({
  widthPx,
  heightPx,
  stride: widthPx + 2,
  bits: new Uint8Array((widthPx + 2) * (heightPx + 2)),
});

/** Position of a pixel given without the border. */
export const bitIndex = (bitmap: Bitmap, x: number, y: number): number =>
  (y + 1) * bitmap.stride + x + 1;

/** Offsets of the eight neighbours, clockwise from north. */
export const neighbourOffsets = (stride: number): Int32Array =>
  Int32Array.of(-stride, 1 - stride, 1, 1 + stride, stride, stride - 1, -1, -1 - stride);
