import type { GrayImage } from "../primitives/gray-image.ts";

/** Side of the blocks whose contrast says where the print is, px of the image. */
const BLOCK_PX = 16;

/** Sum of the absolute differences between neighbours in every block: ridges have much of it, ground and smears little. */
const blockContrast = ({ widthPx, heightPx, pixels }: GrayImage, columns: number): Float64Array => {
  const contrast = new Float64Array(columns * Math.ceil(heightPx / BLOCK_PX));
  for (let y = 0; y < heightPx; y++)
    for (let x = 1; x < widthPx; x++) {
      const at = y * widthPx + x;
      const block = Math.floor(y / BLOCK_PX) * columns + Math.floor(x / BLOCK_PX);
      contrast[block] =
        (contrast[block] ?? 0) + Math.abs((pixels[at] ?? 0) - (pixels[at - 1] ?? 0));
    }
  return contrast;
};

/** First of `length` neighbouring sums that together are largest. */
const bestWindow = (sums: Float64Array, length: number): number => {
  let window = 0;
  let best = -1;
  let first = 0;
  for (let i = 0; i < sums.length; i++) {
    window += (sums[i] ?? 0) - (i >= length ? (sums[i - length] ?? 0) : 0);
    if (i < length - 1 || window <= best) continue;
    best = window;
    first = i - length + 1;
  }
  return first;
};

const crop = (
  image: GrayImage,
  from: { readonly x: number; readonly y: number },
  widthPx: number,
  heightPx: number,
): GrayImage => {
  const pixels = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    const start = (from.y + y) * image.widthPx + from.x;
    pixels.set(image.pixels.subarray(start, start + widthPx), y * widthPx);
  }
  return { ...image, widthPx, heightPx, pixels };
};

/**
 * The part of an image that one finger can fill: of sides longer than `maxSidePx` the stretch with most contrast, each
 * side for itself. Smaller images come back as they are. A sensor for a whole hand, or a resolution given wrongly, would
 * else cost seconds.
 */
export const frame = (image: GrayImage, maxSidePx: number): GrayImage => {
  const { widthPx, heightPx } = image;
  if (widthPx <= maxSidePx && heightPx <= maxSidePx) return image;
  const columns = Math.ceil(widthPx / BLOCK_PX);
  const contrast = blockContrast(image, columns);
  const byColumn = new Float64Array(columns);
  const byRow = new Float64Array(contrast.length / columns);
  for (const [block, value] of contrast.entries()) {
    byColumn[block % columns] = (byColumn[block % columns] ?? 0) + value;
    const row = Math.floor(block / columns);
    byRow[row] = (byRow[row] ?? 0) + value;
  }
  const blocks = Math.floor(maxSidePx / BLOCK_PX);
  const width = Math.min(widthPx, maxSidePx);
  const height = Math.min(heightPx, maxSidePx);
  const x = Math.min(widthPx - width, bestWindow(byColumn, blocks) * BLOCK_PX);
  const y = Math.min(heightPx - height, bestWindow(byRow, blocks) * BLOCK_PX);
  return crop(image, { x, y }, width, height);
};
