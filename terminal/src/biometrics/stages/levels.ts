import { CELL_PX, LEVELS } from "../parameters.ts";
import { createPlane, gaussianBlur, type Plane } from "../primitives/plane.ts";
import type { Enhanced } from "./enhancement.ts";
import type { Mask } from "./segmentation.ts";

/** Per cell, how dark the dark lines around it are and how light the light ones, in grey levels; not a number far from the print. */
export type Levels = { readonly dark: Plane; readonly light: Plane };

type Sums = Levels & { readonly darkCount: Plane; readonly lightCount: Plane };

/** Adds up the samples of a cell that lie clearly on a crest or in a trough of the enhanced print. */
const addCell = (image: Plane, ridges: Plane, cell: number, sums: Sums): void => {
  const { widthPx, heightPx, data } = image;
  const { minStrength } = LEVELS;
  const columns = sums.dark.widthPx;
  const left = (cell % columns) * CELL_PX;
  const top = Math.floor(cell / columns) * CELL_PX;
  const width = Math.min(widthPx - left, CELL_PX);
  let [dark, light, darkCount, lightCount] = [0, 0, 0, 0];
  for (let y = top; y < Math.min(heightPx, top + CELL_PX); y++)
    for (let at = y * widthPx + left; at < y * widthPx + left + width; at++) {
      const strength = ridges.data[at] ?? 0;
      if (strength >= minStrength) {
        dark += data[at] ?? 0;
        darkCount++;
      } else if (strength <= -minStrength) {
        light += data[at] ?? 0;
        lightCount++;
      }
    }
  sums.dark.data[cell] = dark;
  sums.light.data[cell] = light;
  sums.darkCount.data[cell] = darkCount;
  sums.lightCount.data[cell] = lightCount;
};

/** Sums over the cells around, divided by how many samples they hold. */
const level = (sum: Plane, count: Plane): Plane => {
  const around = gaussianBlur(sum, LEVELS.reachSigmaCells);
  const samples = gaussianBlur(count, LEVELS.reachSigmaCells);
  for (let cell = 0; cell < around.data.length; cell++) {
    const weight = samples.data[cell] ?? 0;
    around.data[cell] = weight < LEVELS.minSamples ? Number.NaN : (around.data[cell] ?? 0) / weight;
  }
  return around;
};

export const measureLevels = (
  image: Plane,
  { ridges, reliability }: Enhanced,
  { columns, rows, cells }: Mask,
): Levels => {
  const plane = (): Plane => createPlane(columns, rows);
  const sums = { dark: plane(), light: plane(), darkCount: plane(), lightCount: plane() };
  for (let cell = 0; cell < cells.length; cell++)
    if (cells[cell] === 1 && (reliability.data[cell] ?? 0) >= LEVELS.minReliability)
      addCell(image, ridges, cell, sums);
  return { dark: level(sums.dark, sums.darkCount), light: level(sums.light, sums.lightCount) };
};
