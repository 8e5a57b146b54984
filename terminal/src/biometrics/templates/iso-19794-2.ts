import type { Minutia, Template } from "../engine-api.ts";
import { LIMITS, SCALING } from "../parameters.ts";
import { TWO_PI } from "../primitives/angles.ts";

/*
 * Finger minutiae record of ISO/IEC 19794-2:2005, clause 7 (record format), big-endian.
 * Header, 24 bytes: "FMR\0" · " 20\0" · record length (4) · capture equipment (2) · image width, height px (2, 2) · pixels per cm
 * (2, 2) · finger views (1) · reserved (1). A view: finger position (1) · view number and impression type (4 bits each) · finger
 * quality (1) · minutiae (1), then six bytes a minutia: type (2 bits) and x (14) · reserved (2) and y (14) · angle (1; 256 to
 * the turn, counter-clockwise from the right, along the ridge that ends or into the fork, as ours) · quality (1; 0 is "not
 * reported"), then the length of the extended data (2) and that data.
 */
const MAGIC = 0x464d5200;
const VERSION = 0x20323000;
const HEADER_BYTES = 24;
const VIEW_BYTES = 4;
const MINUTIA_BYTES = 6;
/** The count has eight bits, but readers in use hold 128 (OpenAFIS, MINEX) or take the count for signed. */
const MAX_MINUTIAE = 127;
const ANGLE_STEPS = 256;
const OWN_PIXELS_PER_CM = Math.round(SCALING.workingDpi / 2.54);
const MIN_PIXELS_PER_CM = Math.round(LIMITS.minDpi / 2.54);
const MAX_PIXELS_PER_CM = Math.round(LIMITS.maxDpi / 2.54);
const MAX_SIDE_PX = 2048;
const MAX_FINGER_POSITION = 10;
const TYPES = { ending: 1, bifurcation: 2 } as const;
/** Taken for a minutia whose quality the writer did not report. */
const UNREPORTED_QUALITY = 50;

/** One placement in a record. */
export type IsoView = {
  readonly template: Template;
  /** 0 unknown, 1 right thumb … 5 right little, 6 left thumb … 10 left little. */
  readonly fingerPosition: number;
  /** Quality of the whole placement, 0 … 100. */
  readonly quality: number;
};

const clamp = (value: number, min: number, max: number): number =>
  Math.min(max, Math.max(min, Math.round(value)));

const writeMinutia = (view: DataView, at: number, minutia: Minutia, side: Template): void => {
  view.setUint16(at, (TYPES[minutia.type] << 14) | clamp(minutia.x, 0, side.widthPx - 1));
  view.setUint16(at + 2, clamp(minutia.y, 0, side.heightPx - 1));
  view.setUint8(at + 4, Math.round((minutia.angleRad / TWO_PI) * ANGLE_STEPS) & 0xff);
  view.setUint8(at + 5, clamp(minutia.quality, 1, 100));
};

const writeHeader = (view: DataView, views: readonly IsoView[]): void => {
  view.setUint32(0, MAGIC);
  view.setUint32(4, VERSION);
  view.setUint32(8, view.byteLength);
  view.setUint16(14, Math.max(...views.map(({ template }) => template.widthPx)));
  view.setUint16(16, Math.max(...views.map(({ template }) => template.heightPx)));
  view.setUint16(18, OWN_PIXELS_PER_CM);
  view.setUint16(20, OWN_PIXELS_PER_CM);
  view.setUint8(22, views.length);
};

/** The `count` best minutiae, in the order they had. */
const bestOf = (minutiae: readonly Minutia[], count: number): readonly Minutia[] => {
  if (minutiae.length <= count) return minutiae;
  const byQuality = [...minutiae.keys()].toSorted(
    (a, b) => (minutiae[b]?.quality ?? 0) - (minutiae[a]?.quality ?? 0),
  );
  const best = new Set(byQuality.slice(0, count));
  return minutiae.filter((_, index) => best.has(index));
};

const kept = ({ minutiae }: Template): readonly Minutia[] => bestOf(minutiae, MAX_MINUTIAE);

/** Views before this one that show the same finger: the record numbers them. */
const viewNumber = (views: readonly IsoView[], index: number): number =>
  views.slice(0, index).filter((v) => v.fingerPosition === views[index]?.fingerPosition).length;

const fits = ({ template, fingerPosition }: IsoView): boolean =>
  [template.widthPx, template.heightPx].every(
    (side) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE_PX,
  ) &&
  Number.isInteger(fingerPosition) &&
  fingerPosition >= 0 &&
  fingerPosition <= MAX_FINGER_POSITION;

/** The record of 1 … 8 placements, of each the 127 minutiae of best quality, or null when there are more, none, or one that the format cannot say. */
export const encodeIsoRecord = (views: readonly IsoView[]): Uint8Array | null => {
  if (views.length < 1 || views.length > LIMITS.maxPlacements || !views.every(fits)) return null;
  const total = views.reduce(
    (sum, { template }) => sum + VIEW_BYTES + MINUTIA_BYTES * kept(template).length + 2,
    HEADER_BYTES,
  );
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  writeHeader(view, views);
  let at = HEADER_BYTES;
  for (const [index, { template, fingerPosition, quality }] of views.entries()) {
    const minutiae = kept(template);
    view.setUint8(at, fingerPosition);
    view.setUint8(at + 1, viewNumber(views, index) << 4);
    view.setUint8(at + 2, clamp(quality, 0, 100));
    view.setUint8(at + 3, minutiae.length);
    at += VIEW_BYTES;
    for (const minutia of minutiae) {
      writeMinutia(view, at, minutia, template);
      at += MINUTIA_BYTES;
    }
    at += 2;
  }
  return bytes;
};

type Frame = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scaleX: number;
  readonly scaleY: number;
};

const scaleOf = (pixelsPerCm: number): number | null => {
  if (pixelsPerCm < MIN_PIXELS_PER_CM || pixelsPerCm > MAX_PIXELS_PER_CM) return null;
  return OWN_PIXELS_PER_CM / pixelsPerCm;
};

const readFrame = (view: DataView): Frame | null => {
  if (view.byteLength < HEADER_BYTES || view.getUint32(0) !== MAGIC) return null;
  if (view.getUint32(4) !== VERSION || view.getUint32(8) !== view.byteLength) return null;
  const widthPx = view.getUint16(14);
  const heightPx = view.getUint16(16);
  const scaleX = scaleOf(view.getUint16(18));
  const scaleY = scaleOf(view.getUint16(20));
  if (scaleX === null || scaleY === null || widthPx < 1 || heightPx < 1) return null;
  if (widthPx * scaleX > MAX_SIDE_PX || heightPx * scaleY > MAX_SIDE_PX) return null;
  return { widthPx, heightPx, scaleX, scaleY };
};

const readMinutia = (view: DataView, at: number, frame: Frame): Minutia | null => {
  const type = view.getUint8(at) >> 6;
  const x = view.getUint16(at) & 0x3fff;
  const y = view.getUint16(at + 2) & 0x3fff;
  const quality = view.getUint8(at + 5);
  if (type > TYPES.bifurcation || quality > 100) return null;
  if (x >= frame.widthPx || y >= frame.heightPx) return null;
  return {
    x: x * frame.scaleX,
    y: y * frame.scaleY,
    angleRad: (view.getUint8(at + 4) * TWO_PI) / ANGLE_STEPS,
    type: type === TYPES.bifurcation ? "bifurcation" : "ending",
    quality: quality === 0 ? UNREPORTED_QUALITY : quality,
  };
};

type Step = { readonly view: IsoView; readonly next: number };

const readView = (view: DataView, at: number, frame: Frame): Step | null => {
  if (at + VIEW_BYTES > view.byteLength) return null;
  const fingerPosition = view.getUint8(at);
  const quality = view.getUint8(at + 2);
  const count = view.getUint8(at + 3);
  const end = at + VIEW_BYTES + count * MINUTIA_BYTES;
  if (fingerPosition > MAX_FINGER_POSITION || quality > 100) return null;
  if (end + 2 > view.byteLength) return null;
  const minutiae: Minutia[] = [];
  for (let from = at + VIEW_BYTES; from < end; from += MINUTIA_BYTES) {
    const minutia = readMinutia(view, from, frame);
    if (minutia === null) return null;
    minutiae.push(minutia);
  }
  const template = {
    widthPx: Math.ceil(frame.widthPx * frame.scaleX),
    heightPx: Math.ceil(frame.heightPx * frame.scaleY),
    minutiae: bestOf(minutiae, LIMITS.maxMergedMinutiae),
    placementCount: 1,
  };
  return { view: { template, fingerPosition, quality }, next: end + 2 + view.getUint16(end) };
};

/** The placements of a record at 500 dpi, or null for bytes that are none; extended data is skipped, never read. */
export const decodeIsoRecord = (bytes: Uint8Array): readonly IsoView[] | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frame = readFrame(view);
  if (frame === null) return null;
  const count = view.getUint8(22);
  if (count < 1 || count > LIMITS.maxPlacements) return null;
  const views: IsoView[] = [];
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    const step = readView(view, at, frame);
    if (step === null) return null;
    views.push(step.view);
    at = step.next;
  }
  return at === view.byteLength ? views : null;
};
