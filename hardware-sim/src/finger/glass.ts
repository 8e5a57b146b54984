import type { GrayImage } from "../gray-image.ts";

/** What a sensor sees of a finger and how it delivers it. */
export type Glass = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly resolutionDpi: number;
  /** 16 where four bits a pixel come over the serial line, 256 where a whole byte does. */
  readonly greyLevels: 16 | 256;
};

export type SensorName = "R307" | "R503" | "optical";

/**
 * The two modules that Saku is built with, and an optical reader of FVC's size (388 × 374). Sizes and resolutions of the
 * modules: manuals of the R307 (ZFM-20 family) and the R503.
 */
export const glasses: Readonly<Record<SensorName, Glass>> = {
  R307: { widthPx: 256, heightPx: 288, resolutionDpi: 500, greyLevels: 16 },
  R503: { widthPx: 192, heightPx: 192, resolutionDpi: 508, greyLevels: 16 },
  optical: { widthPx: 388, heightPx: 374, resolutionDpi: 500, greyLevels: 256 },
};

export function isSensorName(text: string): text is SensorName {
  return Object.hasOwn(glasses, text);
}

/** Light ground of the modules' pictures: level 9 of 15, black 1 (seen in pictures that owners publish). */
const groundLevel = 9;
const groundGrey = 247;

/** The picture as the terminal's driver hands it on: four-bit levels spread over a byte. */
export function delivered(image: GrayImage, glass: Glass): GrayImage {
  if (glass.greyLevels === 256) return image;
  const steps = Uint8Array.from(
    { length: 256 },
    (_, grey) => 17 * Math.max(1, Math.min(15, Math.round((grey * groundLevel) / groundGrey))),
  );
  return { ...image, pixels: image.pixels.map((grey) => steps[grey] ?? 0) };
}
