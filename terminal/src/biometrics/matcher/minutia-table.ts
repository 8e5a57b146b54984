import type { Template } from "../engine-api.ts";
import { LIMITS } from "../parameters.ts";
import { wrapTurn } from "../primitives/angles.ts";
import { convexHull } from "../primitives/hull.ts";

/** Minutiae as columns, y up, angles counter-clockwise: what every part of the matcher computes with. */
export type MinutiaColumns = {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [0, 2π). */
  readonly rad: Float32Array;
  /** 0 … 1. */
  readonly quality: Float32Array;
  readonly isEnding: Uint8Array;
};

/** The columns with what follows from them, computed once. */
export type MinutiaTable = MinutiaColumns & {
  readonly hull: Float32Array;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  readonly rootQuality: Float64Array;
  /** Numbers of the minutiae from left to right, and their x in that order: finds neighbours without looking at all. */
  readonly byX: Uint16Array;
  readonly sortedX: Float32Array;
  /** Where in that order each strip of `stripPx` from the leftmost minutia on begins. */
  readonly strips: Uint16Array;
  readonly stripPx: number;
};

const MIN_STRIP_PX = 8;
const MAX_STRIPS = 128;

const stripsOf = (sortedX: Float32Array): { strips: Uint16Array; stripPx: number } => {
  const left = sortedX[0] ?? 0;
  const width = (sortedX.at(-1) ?? 0) - left;
  const stripPx = Math.max(MIN_STRIP_PX, width / MAX_STRIPS);
  const strips = new Uint16Array(Math.floor(width / stripPx) + 2);
  let next = 0;
  for (const [at, x] of sortedX.entries()) {
    const strip = Math.floor((x - left) / stripPx);
    while (next <= strip) strips[next++] = at;
  }
  strips.fill(sortedX.length, next);
  return { strips, stripPx };
};

export const completeTable = (columns: MinutiaColumns): MinutiaTable => {
  const { count, x, y, rad, quality } = columns;
  const cos = new Float64Array(count);
  const sin = new Float64Array(count);
  const rootQuality = new Float64Array(count);
  const byX = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    cos[i] = Math.cos(rad[i] ?? 0);
    sin[i] = Math.sin(rad[i] ?? 0);
    rootQuality[i] = Math.sqrt(quality[i] ?? 0);
    byX[i] = i;
  }
  byX.sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || a - b);
  const sortedX = new Float32Array(count);
  for (let at = 0; at < count; at++) sortedX[at] = x[byX[at] ?? 0] ?? 0;
  return {
    ...columns,
    hull: convexHull(x, y),
    cos,
    sin,
    rootQuality,
    byX,
    sortedX,
    ...stripsOf(sortedX),
  };
};

/** The minutiae of a template (y down) as columns (y up); no more than a template may have. */
export const toColumns = (template: Template): MinutiaColumns => {
  const minutiae = template.minutiae.slice(0, LIMITS.maxMergedMinutiae);
  const count = minutiae.length;
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const rad = new Float32Array(count);
  const quality = new Float32Array(count);
  const isEnding = new Uint8Array(count);
  for (const [i, minutia] of minutiae.entries()) {
    x[i] = minutia.x;
    y[i] = -minutia.y;
    rad[i] = wrapTurn(minutia.angleRad);
    quality[i] = minutia.quality / 100;
    isEnding[i] = minutia.type === "ending" ? 1 : 0;
  }
  return { count, x, y, rad, quality, isEnding };
};

/** Position in `sortedX` from which on minutiae can lie at or right of `x`: at most a strip too early. */
export const firstFrom = ({ sortedX, strips, stripPx }: MinutiaTable, x: number): number => {
  const strip = Math.floor((x - (sortedX[0] ?? 0)) / stripPx);
  return strips[Math.min(Math.max(strip, 0), strips.length - 1)] ?? 0;
};
