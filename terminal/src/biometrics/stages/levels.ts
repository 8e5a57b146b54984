import { CELL_PX, LEVELS } from "../parameters.ts";
import { createPlane, gaussianBlur, type Plane } from "../primitives/plane.ts";
import type { Enhanced } from "./enhancement.ts";
import type { Mask } from "./segmentation.ts";

/** Per cell, how dark the dark lines around it are and how light the light ones, in grey levels; not a number far from the print. */
export type Levels = { readonly dark: Plane; readonly light: Plane };

/** Grey level of the samples around every cell whose enhanced value times `sign` is clearly positive. */
const levelsOf = (
  image: Plane,
  { ridges, reliability }: Enhanced,
  mask: Mask,
  sign: 1 | -1,
): Plane => {
  const { minReliability, minStrength, reachSigmaCells } = LEVELS;
  const sum = createPlane(mask.columns, mask.rows);
  const count = createPlane(mask.columns, mask.rows);
  const { widthPx, heightPx, data } = image;
  for (let cell = 0; cell < mask.cells.length; cell++) {
    if (mask.cells[cell] !== 1 || (reliability.data[cell] ?? 0) < minReliability) continue;
    const left = (cell % mask.columns) * CELL_PX;
    const top = Math.floor(cell / mask.columns) * CELL_PX;
    for (let y = top; y < Math.min(heightPx, top + CELL_PX); y++)
      for (
        let at = y * widthPx + left;
        at < y * widthPx + Math.min(widthPx, left + CELL_PX);
        at++
      ) {
        if (sign * (ridges.data[at] ?? 0) < minStrength) continue;
        sum.data[cell] = (sum.data[cell] ?? 0) + (data[at] ?? 0);
        count.data[cell] = (count.data[cell] ?? 0) + 1;
      }
  }
  const level = gaussianBlur(sum, reachSigmaCells);
  const samples = gaussianBlur(count, reachSigmaCells);
  for (let cell = 0; cell < level.data.length; cell++) {
    const weight = samples.data[cell] ?? 0;
    level.data[cell] = weight < LEVELS.minSamples ? Number.NaN : (level.data[cell] ?? 0) / weight;
  }
  return level;
};

export const measureLevels = (image: Plane, enhanced: Enhanced, mask: Mask): Levels => ({
  dark: levelsOf(image, enhanced, mask, 1),
  light: levelsOf(image, enhanced, mask, -1),
});
