import { CELL_PX } from "../../biometrics/parameters.ts";
import { bitIndex, type Bitmap } from "../../biometrics/primitives/bitmap.ts";
import type { Plane } from "../../biometrics/primitives/plane.ts";
import { ridgeDirectionAt, type OrientationField } from "../../biometrics/stages/orientation.ts";
import type { Mask } from "../../biometrics/stages/segmentation.ts";
import type { Point, StageShape } from "./picture-shapes.ts";

export type Colour = readonly [red: number, green: number, blue: number];

/** A line in image pixels. */
export type Stroke = {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly colour: Colour;
};

/** Coloured pixels (three bytes each, row-major) with strokes over them. */
export type Drawing = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
  readonly strokes: readonly Stroke[];
};

const RIDGE: Colour = [220, 0, 40];
const OUTSIDE: Colour = [60, 90, 200];
const FLOW: Colour = [0, 130, 60];
const ENDING: Colour = [220, 0, 40];
const BIFURCATION: Colour = [0, 80, 220];
/** Half a flow line and the tail of a minutia, px. */
const FLOW_PX = 3.5;
const TAIL_PX = 12;
const BOX_PX = 3;

type ColourAt = (x: number, y: number, grey: number) => Colour;

const mix = (grey: number, colour: Colour, share: number): Colour => [
  grey + share * (colour[0] - grey),
  grey + share * (colour[1] - grey),
  grey + share * (colour[2] - grey),
];

const plain: ColourAt = (_x, _y, grey) => [grey, grey, grey];

const overMask =
  ({ columns, cells }: Mask): ColourAt =>
  (x, y, grey) => {
    const cell = Math.floor(y / CELL_PX) * columns + Math.floor(x / CELL_PX);
    return cells[cell] === 1 ? [grey, grey, grey] : mix(grey, OUTSIDE, 0.5);
  };

const overBitmap =
  (bitmap: Bitmap): ColourAt =>
  (x, y, grey) =>
    bitmap.bits[bitIndex(bitmap, x, y)] === 1 ? RIDGE : mix(grey, [255, 255, 255], 0.5);

const rangeOf = ({ data }: Plane): { readonly low: number; readonly span: number } => {
  let [low, high] = [Infinity, -Infinity];
  for (const value of data) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, span: Math.max(1e-9, high - low) };
};

/** Blue (lowest) over green to red (highest). */
const heat = (share: number): Colour => [
  255 * Math.max(0, 2 * share - 1),
  255 * (1 - Math.abs(2 * share - 1)),
  255 * Math.max(0, 1 - 2 * share),
];

const overPlane = (plane: Plane, image: Plane): ColourAt => {
  const { low, span } = rangeOf(plane);
  const shareAt = (x: number, y: number): number =>
    ((plane.data[y * plane.widthPx + x] ?? 0) - low) / span;
  if (plane.widthPx !== image.widthPx)
    return (x, y, grey) =>
      mix(grey, heat(shareAt(Math.floor(x / CELL_PX), Math.floor(y / CELL_PX))), 0.5);
  // Ridges are positive after normalisation and drawn dark; the scaled image is drawn as it is.
  const inverted = low < 0;
  return (x, y) => {
    const grey = 255 * (inverted ? 1 - shareAt(x, y) : shareAt(x, y));
    return [grey, grey, grey];
  };
};

/** A line along the ridge in every second cell, as long as it is certain. */
const flowStrokes = (field: OrientationField): Stroke[] => {
  const strokes: Stroke[] = [];
  const { widthPx: columns, heightPx: rows } = field.cos2;
  for (let row = 0; row < rows; row += 2)
    for (let column = 0; column < columns; column += 2) {
      const cell = row * columns + column;
      const rad = ridgeDirectionAt(field, cell);
      const half = FLOW_PX * Math.min(1, field.coherence.data[cell] ?? 0);
      const [x, y] = [(column + 0.5) * CELL_PX, (row + 0.5) * CELL_PX];
      const [dx, dy] = [half * Math.cos(rad), half * Math.sin(rad)];
      strokes.push({ from: [x - dx, y - dy], to: [x + dx, y + dy], colour: FLOW });
    }
  return strokes;
};

/** A box round the place and a tail that points where the minutia points. */
const pointStrokes = ({ x, y, rad, type }: Point): Stroke[] => {
  const colour = type === "ending" ? ENDING : BIFURCATION;
  const [left, top, right, bottom] = [x - BOX_PX, y - BOX_PX, x + BOX_PX, y + BOX_PX];
  return [
    { from: [left, top], to: [right, top], colour },
    { from: [right, top], to: [right, bottom], colour },
    { from: [right, bottom], to: [left, bottom], colour },
    { from: [left, bottom], to: [left, top], colour },
    { from: [x, y], to: [x + TAIL_PX * Math.cos(rad), y + TAIL_PX * Math.sin(rad)], colour },
  ];
};

const colouring = (shape: StageShape, image: Plane): ColourAt => {
  switch (shape.kind) {
    case "plane":
      return overPlane(shape.plane, image);
    case "mask":
      return overMask(shape.mask);
    case "bitmap":
      return overBitmap(shape.bitmap);
    case "field":
    case "points":
      return plain;
  }
};

const strokesOf = (shape: StageShape): Stroke[] => {
  if (shape.kind === "field") return flowStrokes(shape.field);
  return shape.kind === "points" ? shape.points.flatMap(pointStrokes) : [];
};

/** A stage over the image at working resolution. */
export const draw = (shape: StageShape, image: Plane): Drawing => {
  const { widthPx, heightPx, data } = image;
  const colourAt = colouring(shape, image);
  const rgb = new Uint8Array(3 * widthPx * heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++)
      rgb.set(colourAt(x, y, data[y * widthPx + x] ?? 0), 3 * (y * widthPx + x));
  return { widthPx, heightPx, rgb, strokes: strokesOf(shape) };
};
