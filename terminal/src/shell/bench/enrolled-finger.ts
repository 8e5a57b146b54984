import type { Template } from "../../biometrics/engine-api.ts";
import { consolidate } from "../../biometrics/enrol.ts";
import { decodeTemplate, encodeTemplate } from "../../biometrics/templates/codec.ts";

/** A finger as a terminal keeps it: the merged template first, then the placements it was made of. */
export type EnrolledFinger = {
  readonly templates: readonly Template[];
  /** Placements that did not fit the others; a terminal asks for another one instead. */
  readonly droppedCount: number;
};

/** A template as it comes back from storage: places and angles in the steps of the codec. */
export const asStored = (template: Template): Template => {
  const read = decodeTemplate(encodeTemplate(template));
  if (read === null) throw new Error("the codec refuses its own encoding");
  return read;
};

/** Merges up to 8 placements as an enrolment does; none at all give an empty finger. */
export const enrolFinger = (placements: readonly Template[]): EnrolledFinger => {
  const kept = placements.map(asStored);
  while (kept.length > 1) {
    const result = consolidate(kept);
    if (result.kind === "merged")
      return {
        templates: [asStored(result.template), ...kept],
        droppedCount: placements.length - kept.length,
      };
    kept.splice(result.placementIndex, 1);
  }
  return { templates: kept, droppedCount: placements.length - kept.length };
};
