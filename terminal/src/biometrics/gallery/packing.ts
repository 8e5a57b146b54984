import type { Minutia, Template } from "../engine-api.ts";
import { wrapTurn } from "../primitives/angles.ts";
import { decodeTemplate, encodeTemplate } from "../templates/codec.ts";

/** Into the positive quadrant and [0, 2π), where the stored form has room: a search does not care where a print lies. */
const movedIn = (template: Template): Template => {
  const { minutiae } = template;
  const left = minutiae.reduce((least, { x }) => Math.min(least, x), 0);
  const top = minutiae.reduce((least, { y }) => Math.min(least, y), 0);
  const moved = minutiae.map((minutia): Minutia => ({
    ...minutia,
    x: minutia.x - left,
    y: minutia.y - top,
    angleRad: wrapTurn(minutia.angleRad),
  }));
  return {
    ...template,
    widthPx: moved.reduce((most, { x }) => Math.max(most, Math.round(x) + 1), template.widthPx),
    heightPx: moved.reduce((most, { y }) => Math.max(most, Math.round(y) + 1), template.heightPx),
    minutiae: moved,
  };
};

/** A template in its stored form (8 bytes and 5 a minutia); one that came from there is packed without loss. */
export const packTemplate = (template: Template): Uint8Array => encodeTemplate(movedIn(template));

/** What was packed; without minutiae where the form has no room for it (a print wider than 4 inches). */
export const unpackTemplate = (bytes: Uint8Array): Template =>
  decodeTemplate(bytes) ?? { widthPx: 1, heightPx: 1, minutiae: [], placementCount: 1 };
