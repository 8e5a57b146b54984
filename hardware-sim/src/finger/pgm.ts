import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GrayImage } from "../gray-image.ts";
import type { Finger } from "../world.ts";

/** Reads a binary PGM (P5, 8 bit), as netpbm's pgm(5) describes it. */
export function parsePgm(bytes: Uint8Array, resolutionDpi: number): GrayImage {
  let offset = 0;
  const token = (): string => {
    for (;;) {
      while (offset < bytes.length && isSpace(bytes[offset])) offset++;
      if (bytes[offset] !== 0x23) break;
      while (offset < bytes.length && bytes[offset] !== 0x0a) offset++;
    }
    const start = offset;
    while (offset < bytes.length && !isSpace(bytes[offset])) offset++;
    return Buffer.from(bytes.subarray(start, offset)).toString("latin1");
  };
  const magic = token();
  const [widthPx, heightPx, maximum] = [Number(token()), Number(token()), Number(token())];
  const pixels = bytes.slice(offset + 1, offset + 1 + widthPx * heightPx);
  const isUsable = magic === "P5" && maximum === 255 && widthPx * heightPx > 0;
  if (!isUsable || pixels.length !== widthPx * heightPx) {
    throw new Error("not an 8-bit binary PGM");
  }
  return { widthPx, heightPx, resolutionDpi, pixels };
}

/** Writes a binary PGM (P5, 8 bit) without comments. */
export function encodePgm(image: GrayImage): Uint8Array {
  const head = Buffer.from(`P5\n${image.widthPx} ${image.heightPx}\n255\n`, "latin1");
  return Buffer.concat([head, image.pixels]);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** Fingers from a folder of `<finger>_<impression>.pgm`, in the order of their names and impression numbers. */
export function fingersFromFolder(folder: string, resolutionDpi = 500): readonly Finger[] {
  const impressions = new Map<string, { readonly number: number; readonly path: string }[]>();
  for (const name of readdirSync(folder)) {
    const parts = /^(.+)_(\d+)\.pgm$/.exec(name);
    if (parts?.[1] === undefined) continue;
    const list = impressions.get(parts[1]) ?? [];
    list.push({ number: Number(parts[2]), path: join(folder, name) });
    impressions.set(parts[1], list);
  }
  return [...impressions]
    .toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([fingerId, list]) => {
      const paths = list.toSorted((a, b) => a.number - b.number).map((item) => item.path);
      return fingerOfFiles(fingerId, paths, resolutionDpi);
    });
}

/** Impressions of a folder are what they are: a condition does not change them, except that the finger can lie beside. */
function fingerOfFiles(fingerId: string, paths: readonly string[], resolutionDpi: number): Finger {
  return {
    fingerId,
    impressionCount: paths.length,
    impression: (index, condition) => {
      const path = paths[index % paths.length];
      if (path === undefined) throw new Error(`finger ${fingerId} has no impressions`);
      const image = parsePgm(readFileSync(path), resolutionDpi);
      if (condition === "shifted") return moved(image, Math.round(image.widthPx / 6));
      if (condition === "partial") return moved(image, Math.round(image.widthPx / 3));
      return image;
    },
  };
}

function moved(image: GrayImage, byPx: number): GrayImage {
  const pixels = new Uint8Array(image.pixels.length).fill(255);
  const { widthPx } = image;
  for (let y = 0; y < image.heightPx; y++) {
    const row = image.pixels.subarray(y * widthPx, (y + 1) * widthPx - byPx);
    pixels.set(row, y * widthPx + byPx);
  }
  return { ...image, pixels };
}
