import type { Template } from "../engine-api.ts";
import { buildCylinders, type Cylinders } from "./cylinders.ts";
import { completeTable, toColumns, type MinutiaTable } from "./minutia-table.ts";
import type { Places } from "./sketches.ts";

/** A template with everything a comparison needs computed once. */
export type Prepared = {
  readonly table: MinutiaTable;
  readonly cylinders: Cylinders;
  readonly placementCount: number;
};

/** Where a template's minutiae are: what a sketch needs, much cheaper than preparing. */
export const placesOf = (template: Template): Places => toColumns(template);

export const prepare = (template: Template): Prepared => {
  const table = completeTable(toColumns(template));
  const cylinders = buildCylinders(table);
  return { table, cylinders, placementCount: template.placementCount };
};
