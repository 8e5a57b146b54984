import type { Template } from "../engine-api.ts";
import { convexHull } from "../primitives/hull.ts";
import { buildCylinders, type Cylinders, type MinutiaTable } from "./cylinders.ts";
import type { Places } from "./sketches.ts";

/** A template with everything a comparison needs computed once. */
export type Prepared = {
  readonly table: MinutiaTable;
  readonly cylinders: Cylinders;
  readonly placementCount: number;
};

type Columns = Omit<MinutiaTable, "hull">;

const toColumns = ({ minutiae }: Template): Columns => {
  const count = minutiae.length;
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const rad = new Float32Array(count);
  const quality = new Float32Array(count);
  const isEnding = new Uint8Array(count);
  for (const [i, minutia] of minutiae.entries()) {
    x[i] = minutia.x;
    y[i] = -minutia.y;
    rad[i] = minutia.angleRad;
    quality[i] = minutia.quality / 100;
    isEnding[i] = minutia.type === "ending" ? 1 : 0;
  }
  return { count, x, y, rad, quality, isEnding };
};

/** Where a template's minutiae are: what a sketch needs, much cheaper than preparing. */
export const placesOf = (template: Template): Places => toColumns(template);

export const prepare = (template: Template): Prepared => {
  const columns = toColumns(template);
  const table = { ...columns, hull: convexHull(columns.x, columns.y) };
  const cylinders = buildCylinders(table);
  return { table, cylinders, placementCount: template.placementCount };
};
