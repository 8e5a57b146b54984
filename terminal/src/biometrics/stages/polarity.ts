import { POLARITY } from "../parameters.ts";
import { createPlane, gaussianBlur, type Plane } from "../primitives/plane.ts";
import type { Enhanced } from "./enhancement.ts";
import { measureLevels } from "./levels.ts";
import type { Normalised } from "./normalisation.ts";
import type { Mask } from "./segmentation.ts";

/**
 * Cells around the print that no print encloses: along a row or a column nothing of the mask lies between them and the edge of
 * the image. (What a wet finger fills in its middle is no ground.)
 */
const openCells = ({ columns, rows, cells }: Mask): Uint8Array => {
  const open = new Uint8Array(cells.length);
  const sweep = (start: number, step: number, count: number): void => {
    for (let k = 0, at = start; k < count && cells[at] === 0; k++, at += step) open[at] = 1;
  };
  for (let row = 0; row < rows; row++) {
    sweep(row * columns, 1, columns);
    sweep((row + 1) * columns - 1, -1, columns);
  }
  for (let column = 0; column < columns; column++) {
    sweep(column, columns, rows);
    sweep((rows - 1) * columns + column, -columns, rows);
  }
  return open;
};

export type Polarity = {
  /** Per cell of ground, where its grey lies between the dark lines (−1) and the light ones (1); 0 elsewhere. */
  readonly ground: Plane;
  /** Mean over the ground; 0 when too little of it is seen. */
  readonly groundLevel: number;
  readonly groundCells: number;
  /** True when the light lines are the ridges. */
  readonly inverted: boolean;
};

/**
 * Whether ridges are really the dark lines. The ground around a finger is air, as are its valleys: where it is as dark as the dark
 * lines, those are the valleys. Prints that fill the image show no ground, and the usual polarity is believed.
 */
export const judgePolarity = (
  image: Plane,
  { moments }: Normalised,
  enhanced: Enhanced,
  mask: Mask,
): Polarity => {
  const { maxDeviationShare, minGroundCells, maxInvertedGround, clip } = POLARITY;
  const open = openCells(mask);
  const ground = createPlane(mask.columns, mask.rows);
  if (open.reduce((count, cell) => count + cell, 0) < minGroundCells)
    return { ground, groundLevel: 0, groundCells: 0, inverted: false };
  const { dark, light } = measureLevels(image, enhanced, mask);
  const brightness = gaussianBlur(moments.mean, 1);
  const meanSquare = gaussianBlur(moments.meanSquare, 1);
  let sum = 0;
  let groundCells = 0;
  for (let cell = 0; cell < open.length; cell++) {
    if (open[cell] === 0) continue;
    const grey = brightness.data[cell] ?? 0;
    const half = ((light.data[cell] ?? 0) - (dark.data[cell] ?? 0)) / 2;
    const deviation = Math.sqrt(Math.max(0, (meanSquare.data[cell] ?? 0) - grey * grey));
    // Neither ground far from any print (not a number) nor ridges too faint for the mask say anything.
    if (!(deviation < maxDeviationShare * half)) continue;
    const level = (grey - (dark.data[cell] ?? 0)) / half - 1;
    ground.data[cell] = Math.min(clip, Math.max(-clip, level));
    sum += ground.data[cell] ?? 0;
    groundCells++;
  }
  const groundLevel = groundCells < minGroundCells ? 0 : sum / groundCells;
  return { ground, groundLevel, groundCells, inverted: groundLevel < maxInvertedGround };
};

/** The print with ridges positive whatever their polarity was. */
export const upright = (ridges: Plane, { inverted }: Polarity): Plane =>
  inverted ? { ...ridges, data: ridges.data.map((value) => -value) } : ridges;
