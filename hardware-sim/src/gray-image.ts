/** 8-bit grey, row-major from the top left, 0 = black (ridges dark). */
export type GrayImage = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly resolutionDpi: number;
  readonly pixels: Uint8Array;
};

/** Bilinear grey at a point between pixels; white outside the picture. */
export function greyAt(image: GrayImage, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const below = y - top;
  const upper = pixel(image, left, top) * (1 - right) + pixel(image, left + 1, top) * right;
  const lower = pixel(image, left, top + 1) * (1 - right) + pixel(image, left + 1, top + 1) * right;
  return upper * (1 - below) + lower * below;
}

function pixel(image: GrayImage, x: number, y: number): number {
  if (x < 0 || y < 0 || x >= image.widthPx || y >= image.heightPx) return 255;
  return image.pixels[y * image.widthPx + x] ?? 255;
}

/** The part of a picture that lies on a glass of another size and resolution, centred, white where nothing lies. */
export function imageOnGlass(
  image: GrayImage,
  glass: {
    readonly widthPx: number;
    readonly heightPx: number;
    readonly resolutionDpi: number;
  },
  shift: { readonly x: number; readonly y: number },
): GrayImage {
  const scale = image.resolutionDpi / glass.resolutionDpi;
  const pixels = new Uint8Array(glass.widthPx * glass.heightPx);
  const offsetX = image.widthPx / 2 - (glass.widthPx / 2) * scale + shift.x;
  const offsetY = image.heightPx / 2 - (glass.heightPx / 2) * scale + shift.y;
  for (let y = 0; y < glass.heightPx; y++) {
    for (let x = 0; x < glass.widthPx; x++) {
      pixels[y * glass.widthPx + x] = Math.round(
        greyAt(image, x * scale + offsetX, y * scale + offsetY),
      );
    }
  }
  return { ...glass, pixels };
}
