import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";
import { pick, wholeBetween, type Random } from "./seeded.ts";

type Size = { readonly widthPx: number; readonly heightPx: number };
type Painter = (size: Size, random: Random) => (x: number, y: number) => number;

/** Most images are stamps: they find as much as palms and cost less. */
const MAX_SIDE_PX = 1040;
const USUAL_MAX_SIDE_PX = 200;
const LARGE_SHARE = 1 / 100;
/** Some sides too short to be an image at all. */
const MIN_SIDE_PX = 24;
const TINY_SHARE = 1 / 12;

/** Even in the logarithm: small sides as often as large ones. */
const sideBetween = (random: Random, minPx: number, maxPx: number): number =>
  Math.floor(minPx * Math.exp(random() * Math.log((maxPx + 1) / minPx)));

const side = (random: Random, maxPx: number): number =>
  random() < TINY_SHARE
    ? sideBetween(random, 1, MIN_SIDE_PX)
    : sideBetween(random, MIN_SIDE_PX, maxPx);

const flat: Painter = (_, random) => {
  const grey = pick(random, [0, 255, 128, wholeBetween(random, 0, 255)]);
  return () => grey;
};

const noise: Painter = (_, random) => {
  const spread = pick(random, [256, 256, 64, 8, 2]);
  const floor = random() * (256 - spread);
  return () => floor + random() * spread;
};

const specks: Painter = (_, random) => {
  const share = pick(random, [0.001, 0.01, 0.1, 0.5]);
  const [dot, ground] = random() < 0.5 ? [0, 255] : [255, 0];
  return () => (random() < share ? dot : ground);
};

const stripes: Painter = (_, random) => {
  const wavelengthPx = 1 + random() * 40;
  const rad = pick(random, [0, Math.PI / 2, Math.PI / 4, random() * Math.PI]);
  const [cos, sin, contrast] = [Math.cos(rad), Math.sin(rad), random() * 127];
  const square = random() < 0.3;
  return (x, y) => {
    const wave = Math.cos((2 * Math.PI * (x * cos + y * sin)) / wavelengthPx);
    return 128 + contrast * (square ? Math.sign(wave) : wave);
  };
};

const board: Painter = (_, random) => {
  const fieldPx = wholeBetween(random, 1, 40);
  return (x, y) => ((Math.floor(x / fieldPx) + Math.floor(y / fieldPx)) % 2) * 255;
};

const slope: Painter = ({ widthPx, heightPx }, random) => {
  const down = random();
  return (x, y) => 255 * ((1 - down) * (x / widthPx) + down * (y / heightPx));
};

/** Rings with dislocations under a fading edge: near enough to a print to reach every stage. */
const ridges: Painter = ({ widthPx, heightPx }, random) => {
  const wavelengthPx = 5 + random() * 9;
  const [centreX, centreY] = [(random() * 2 - 0.5) * widthPx, (random() * 2 - 0.5) * heightPx];
  const winds = Array.from({ length: wholeBetween(random, 0, 40) }, () => ({
    x: random() * widthPx,
    y: random() * heightPx,
    turn: random() < 0.5 ? 1 : -1,
  }));
  const [contrast, grain] = [20 + random() * 107, random() * 40];
  const inside = random() < 0.5 ? Infinity : 0.15 + random() * 0.4;
  return (x, y) => {
    if (Math.hypot(x / widthPx - 0.5, y / heightPx - 0.5) > inside) return 240;
    let phase = (2 * Math.PI * Math.hypot(x - centreX, y - centreY)) / wavelengthPx;
    for (const wind of winds) phase += wind.turn * Math.atan2(y - wind.y, x - wind.x);
    return 128 + contrast * Math.cos(phase) + grain * (random() - 0.5);
  };
};

const paint = (size: Size, random: Random): Uint8Array => {
  const painter = pick(random, [
    flat,
    noise,
    specks,
    stripes,
    board,
    slope,
    ridges,
    ridges,
    ridges,
  ]);
  const greyAt = painter(size, random);
  const { widthPx, heightPx } = size;
  const pixels = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++)
      pixels[y * widthPx + x] = Math.min(255, Math.max(0, Math.round(greyAt(x, y))));
  return pixels;
};

const repaint = (pixels: Uint8Array, { widthPx, heightPx }: Size, random: Random): void => {
  const change = pick(random, [
    (grey: number): number => 255 - grey,
    (grey: number): number => (grey >> 4) * 17,
    (grey: number): number => (grey > 128 ? 255 : 0),
    (): number => 255,
    (): number => 0,
    (grey: number): number => grey ^ 0x80,
  ]);
  const [left, top] = [wholeBetween(random, 0, widthPx - 1), wholeBetween(random, 0, heightPx - 1)];
  const [right, bottom] = [
    wholeBetween(random, left, widthPx),
    wholeBetween(random, top, heightPx),
  ];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++)
      pixels[y * widthPx + x] = change(pixels[y * widthPx + x] ?? 0);
};

const RESOLUTIONS = [250, 500, 508, 569, 1000] as const;

/** What a caller with a bug hands over: numbers that are no size, pixels that are too few. */
const broken = (image: GrayImage, random: Random): GrayImage =>
  pick(random, [
    { ...image, widthPx: image.widthPx + 1 },
    { ...image, pixels: image.pixels.subarray(1) },
    { ...image, widthPx: 0, heightPx: 0, pixels: new Uint8Array(0) },
    { ...image, widthPx: -image.widthPx, heightPx: -image.heightPx },
    { ...image, widthPx: image.widthPx / 2, heightPx: image.heightPx * 2 },
    { ...image, resolutionDpi: pick(random, [0, -500, 249.9, 1000.1, 1e9, Infinity]) },
    { ...image, widthPx: 2 ** 31, heightPx: 2 ** 31 },
  ]);

/** A piece of a real print, of any place and size, with its resolution. */
const cutOut = (print: GrayImage, { widthPx, heightPx }: Size, random: Random): GrayImage => {
  const width = Math.min(widthPx, print.widthPx);
  const height = Math.min(heightPx, print.heightPx);
  const left = wholeBetween(random, 0, print.widthPx - width);
  const top = wholeBetween(random, 0, print.heightPx - height);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * print.widthPx + left;
    pixels.set(print.pixels.subarray(start, start + width), y * width);
  }
  return { ...print, widthPx: width, heightPx: height, pixels };
};

const PRINT_SHARE = 1 / 3;

const original = (
  size: Size,
  random: Random,
  prints: readonly [GrayImage, ...GrayImage[]] | null,
): GrayImage => {
  if (prints !== null && random() < PRINT_SHARE) return cutOut(pick(random, prints), size, random);
  const resolutionDpi = pick(random, [...RESOLUTIONS, 500, 250 + random() * 750, random() * 1100]);
  return { ...size, resolutionDpi, pixels: paint(size, random) };
};

/** An image of any size, resolution and content, sometimes cut from one of `prints`; one in twelve is no image at all. */
export const growImage = (random: Random, prints: readonly GrayImage[] = []): GrayImage => {
  const maxPx = random() < LARGE_SHARE ? MAX_SIDE_PX : USUAL_MAX_SIDE_PX;
  const widthPx = side(random, maxPx);
  const size = { widthPx, heightPx: random() < 0.5 ? widthPx : side(random, maxPx) };
  const [first, ...others] = prints;
  const image = original(size, random, first === undefined ? null : [first, ...others]);
  for (let times = wholeBetween(random, 0, 2); times > 0; times--)
    repaint(image.pixels, image, random);
  return random() < 1 / 12 ? broken(image, random) : image;
};
