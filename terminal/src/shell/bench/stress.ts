import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";
import type { Print, PrintSet } from "./print-folder.ts";
import { bell, seededItem, type Random } from "./seeded.ts";

/** Ways in which a placement goes wrong, with what physics says and nothing fitted. */
export const STRESSES = ["warp", "strong", "scale", "turn", "window", "dry", "faint"] as const;
export type Stress = (typeof STRESSES)[number];

type Point = { readonly x: number; readonly y: number };
/** Where in the original a pixel of the result comes from. */
type Source = (x: number, y: number) => Point;

const between = (random: Random, low: number, high: number): number =>
  low + random() * (high - low);

/** Brake of the skin: nothing moves inside the pressed ellipse, everything beyond the elastic rim (half a cosine between). */
const brake = (beyond: number, rim: number): number => {
  if (beyond <= 0) return 0;
  return beyond >= rim ? 1 : 0.5 * (1 - Math.cos((Math.PI * beyond) / rim));
};

/**
 * Skin distortion (Cappelli, Maio, Maltoni, "Modelling plastic distortion in fingerprint images", ICAPR 2001): the centre of
 * the contact holds, the rest is shifted and turned by the finger, with an elastic rim between.
 */
const skin = (random: Random, image: GrayImage, strength: number): Source => {
  const centre = {
    x: image.widthPx * between(random, 0.35, 0.65),
    y: image.heightPx * between(random, 0.35, 0.65),
  };
  const pressed = { x: between(random, 25, 55), y: between(random, 30, 65) };
  const rim = between(random, 70, 140);
  const bearing = between(random, 0, 2 * Math.PI);
  const shift = strength * between(random, 6, 12);
  const turn = strength * between(random, -0.1, 0.1);
  const [dx, dy] = [shift * Math.cos(bearing), shift * Math.sin(bearing)];
  return (x, y) => {
    const [fromX, fromY] = [x - centre.x, y - centre.y];
    const distance = Math.hypot(fromX, fromY);
    const reach = distance === 0 ? 1 : Math.hypot(fromX / pressed.x, fromY / pressed.y);
    const share = brake(distance - distance / Math.max(reach, 1e-9), rim);
    const [cos, sin] = [Math.cos(turn * share), Math.sin(turn * share)];
    return {
      x: centre.x + cos * fromX - sin * fromY + share * dx,
      y: centre.y + sin * fromX + cos * fromY + share * dy,
    };
  };
};

const turned = (image: GrayImage, rad: number, scale: number): Source => {
  const [cx, cy] = [image.widthPx / 2, image.heightPx / 2];
  const [cos, sin] = [Math.cos(rad) * scale, Math.sin(rad) * scale];
  return (x, y) => ({
    x: cx + cos * (x - cx) - sin * (y - cy),
    y: cy + sin * (x - cx) + cos * (y - cy),
  });
};

/** Level of bare glass: what most of the edge shows. */
const background = ({ pixels, widthPx, heightPx }: GrayImage): number => {
  const edge: number[] = [];
  for (let x = 0; x < widthPx; x++)
    edge.push(pixels[x] ?? 0, pixels[(heightPx - 1) * widthPx + x] ?? 0);
  return edge.toSorted((a, b) => a - b)[Math.floor(edge.length / 2)] ?? 255;
};

const sampled = (image: GrayImage, source: Source): GrayImage => {
  const { widthPx, heightPx, pixels } = image;
  const glass = background(image);
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= widthPx || y >= heightPx ? glass : (pixels[y * widthPx + x] ?? 0);
  const result = new Uint8Array(pixels.length);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const from = source(x, y);
      const [left, top] = [Math.floor(from.x), Math.floor(from.y)];
      const [sx, sy] = [from.x - left, from.y - top];
      const upper = at(left, top) * (1 - sx) + at(left + 1, top) * sx;
      const lower = at(left, top + 1) * (1 - sx) + at(left + 1, top + 1) * sx;
      result[y * widthPx + x] = Math.round(upper * (1 - sy) + lower * sy);
    }
  return { ...image, pixels: result };
};

const WINDOW_PX = 192;

/** What a small sensor sees: a window somewhere on the print, in sixteen grey levels. */
const windowed = (image: GrayImage, random: Random): GrayImage => {
  const { widthPx, heightPx, pixels } = image;
  const [width, height] = [Math.min(WINDOW_PX, widthPx), Math.min(WINDOW_PX, heightPx)];
  const place = (room: number): number =>
    Math.round(Math.min(room, Math.max(0, room / 2 + bell(random) * Math.min(22, room / 5))));
  const [left, top] = [place(widthPx - width), place(heightPx - height)];
  const result = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      result[y * width + x] = (pixels[(top + y) * widthPx + left + x] ?? 0) & 0xf0;
  return { ...image, widthPx: width, heightPx: height, pixels: result };
};

/** Blotches about two ridges wide, 0 … 1. */
const blotches = (random: Random, { widthPx, heightPx }: GrayImage): Source => {
  const side = 14;
  const across = Math.ceil(widthPx / side) + 2;
  const knots = Float64Array.from({ length: across * (Math.ceil(heightPx / side) + 2) }, random);
  const knot = (i: number, j: number): number => knots[j * across + i] ?? 0;
  return (x, y) => {
    const [i, j] = [Math.floor(x / side), Math.floor(y / side)];
    const [sx, sy] = [x / side - i, y / side - j];
    const upper = knot(i, j) * (1 - sx) + knot(i + 1, j) * sx;
    const lower = knot(i, j + 1) * (1 - sx) + knot(i + 1, j + 1) * sx;
    const level = upper * (1 - sy) + lower * sy;
    return { x: level, y: level };
  };
};

/** Contact fails in blotches (dry skin) or everywhere (little pressure): ridges fade towards the glass, grain is added. */
const faded = (
  image: GrayImage,
  random: Random,
  { worst, least, grain }: { worst: number; least: number; grain: number },
): GrayImage => {
  const glass = background(image);
  const blotch = blotches(random, image);
  const pixels = image.pixels.map((level, at) => {
    const { x: place } = blotch(at % image.widthPx, Math.floor(at / image.widthPx));
    const kept = Math.min(least, worst + (1 - worst) * Math.max(0, 2 * place - 0.4));
    const value = glass + (level - glass) * kept + grain * bell(random);
    return Math.min(255, Math.max(0, Math.round(value)));
  });
  return { ...image, pixels };
};

/** The print as it would have come under this stress; the same for the same seed. */
export const stressed = (image: GrayImage, stress: Stress, random: Random): GrayImage => {
  switch (stress) {
    case "warp":
      return sampled(image, skin(random, image, 1));
    case "strong":
      return sampled(image, skin(random, image, 2));
    case "scale":
      return sampled(image, turned(image, 0, between(random, 0.96, 1.04)));
    case "turn":
      return sampled(image, turned(image, between(random, -Math.PI / 4, Math.PI / 4), 1));
    case "window":
      return windowed(image, random);
    case "dry":
      return faded(image, random, { worst: 0.1, least: 0.9, grain: 10 });
    case "faint":
      return faded(image, random, { worst: 0.35, least: 0.35, grain: 5 });
  }
};

/** A set under stress, named `stress-<stress>_<set>`: every print in its own way, the same in every run. */
export const stressSet = (set: PrintSet, stress: Stress): PrintSet => ({
  ...set,
  name: `stress-${stress}_${set.name}`,
  prints: set.prints.map((print: Print, index) => ({
    ...print,
    load: () => stressed(print.load(), stress, seededItem(STRESSES.indexOf(stress), index)),
  })),
});
