import type { DecodeTemplate, EncodeTemplate, Minutia, Template } from "../engine-api.ts";
import { LIMITS } from "../parameters.ts";
import { TWO_PI } from "../primitives/angles.ts";

/*
 * Layout, big-endian: version (1 byte, 1) · placements (1) · width px (2) · height px (2) · minutiae (2), then five bytes
 * a minutia: x 11 bits · y 11 bits · angle 10 bits (1024 to the turn) · bifurcation 1 bit · quality 7 bits.
 * One template has exactly one encoding; anything else is refused.
 */
const VERSION = 1;
const HEADER_BYTES = 8;
const MINUTIA_BYTES = 5;
const MAX_COORDINATE = 2047;
const ANGLE_STEPS = 1024;

const clamp = (value: number, max: number): number => Math.min(max, Math.max(0, Math.round(value)));

const writeMinutia = (view: DataView, at: number, minutia: Minutia): void => {
  // The mask also brings an angle outside of [0, 2π) back, which else would run over into the places.
  const angle = Math.round((minutia.angleRad / TWO_PI) * ANGLE_STEPS) & (ANGLE_STEPS - 1);
  const x = clamp(minutia.x, MAX_COORDINATE);
  const y = clamp(minutia.y, MAX_COORDINATE);
  view.setUint32(at, ((x << 21) | (y << 10) | angle) >>> 0);
  const type = minutia.type === "bifurcation" ? 0x80 : 0;
  view.setUint8(at + 4, type | clamp(minutia.quality, 100));
};

/** Compact stored form; coordinates are rounded to pixels and angles to 0.35°. */
export const encodeTemplate: EncodeTemplate = (template: Template) => {
  const minutiae = template.minutiae.slice(0, LIMITS.maxMergedMinutiae);
  const bytes = new Uint8Array(HEADER_BYTES + minutiae.length * MINUTIA_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, clamp(template.placementCount, LIMITS.maxPlacements));
  view.setUint16(2, clamp(template.widthPx, MAX_COORDINATE + 1));
  view.setUint16(4, clamp(template.heightPx, MAX_COORDINATE + 1));
  view.setUint16(6, minutiae.length);
  for (const [i, minutia] of minutiae.entries())
    writeMinutia(view, HEADER_BYTES + i * MINUTIA_BYTES, minutia);
  return bytes;
};

const readMinutia = (view: DataView, at: number): Minutia => {
  const word = view.getUint32(at);
  const last = view.getUint8(at + 4);
  return {
    x: word >>> 21,
    y: (word >>> 10) & MAX_COORDINATE,
    angleRad: ((word & (ANGLE_STEPS - 1)) * TWO_PI) / ANGLE_STEPS,
    type: last >= 0x80 ? "bifurcation" : "ending",
    quality: last & 0x7f,
  };
};

/** The template, or null for bytes that `encodeTemplate` cannot have written. */
export const decodeTemplate: DecodeTemplate = (bytes: Uint8Array) => {
  if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const placementCount = view.getUint8(1);
  const widthPx = view.getUint16(2);
  const heightPx = view.getUint16(4);
  const count = view.getUint16(6);
  if (placementCount < 1 || placementCount > LIMITS.maxPlacements) return null;
  if (widthPx < 1 || widthPx > MAX_COORDINATE + 1) return null;
  if (heightPx < 1 || heightPx > MAX_COORDINATE + 1) return null;
  if (count > LIMITS.maxMergedMinutiae) return null;
  if (bytes.length !== HEADER_BYTES + count * MINUTIA_BYTES) return null;
  const minutiae: Minutia[] = [];
  for (let i = 0; i < count; i++) {
    const minutia = readMinutia(view, HEADER_BYTES + i * MINUTIA_BYTES);
    if (minutia.x >= widthPx || minutia.y >= heightPx || minutia.quality > 100) return null;
    minutiae.push(minutia);
  }
  return { widthPx, heightPx, minutiae, placementCount };
};
