import type { Template } from "../engine-api.ts";
import { convexHull } from "../primitives/hull.ts";
import { sketch, type Sketches } from "./sketches.ts";
import { buildCylinders, type Cylinders, type MinutiaTable } from "./cylinders.ts";

/** A template with everything a comparison needs computed once. */
export type Prepared = {
  readonly table: MinutiaTable;
  readonly cylinders: Cylinders;
  readonly sketches: Sketches;
  readonly placementCount: number;
};

export const prepare = (template: Template): Prepared => {
  const count = template.minutiae.length;
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const rad = new Float32Array(count);
  const quality = new Float32Array(count);
  const isEnding = new Uint8Array(count);
  for (const [i, minutia] of template.minutiae.entries()) {
    x[i] = minutia.x;
    y[i] = -minutia.y;
    rad[i] = minutia.angleRad;
    quality[i] = minutia.quality / 100;
    isEnding[i] = minutia.type === "ending" ? 1 : 0;
  }
  const table = { count, x, y, rad, quality, isEnding, hull: convexHull(x, y) };
  const cylinders = buildCylinders(table);
  const sketches = sketch(table, cylinders);
  return { table, cylinders, sketches, placementCount: template.placementCount };
};
