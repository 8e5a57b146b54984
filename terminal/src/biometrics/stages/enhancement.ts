import {
  filterInPasses,
  packFilters,
  type FilterBank,
  type FilterPass,
  type LineFilter,
} from "../kernels/line-filters.ts";
import { CELL_PX, ENHANCEMENT, FREQUENCY } from "../parameters.ts";
import { cellMoments } from "../primitives/cell-grid.ts";
import { cropPlane, gaussianBlur, type PaddedPlane, type Plane } from "../primitives/plane.ts";
import { ridgeDirectionAt, type OrientationField } from "./orientation.ts";
import type { Mask } from "./segmentation.ts";

const wavelengthIndex = (wavelengthPx: number): number => {
  const { minWavelengthPx, maxWavelengthPx } = FREQUENCY;
  const position =
    Math.log(wavelengthPx / minWavelengthPx) / Math.log(maxWavelengthPx / minWavelengthPx);
  const last = ENHANCEMENT.wavelengths - 1;
  return Math.min(last, Math.max(0, Math.round(position * last)));
};

const wavelengthOfIndex = (index: number): number =>
  FREQUENCY.minWavelengthPx *
  (FREQUENCY.maxWavelengthPx / FREQUENCY.minWavelengthPx) **
    (index / (ENHANCEMENT.wavelengths - 1));

/** Samples a profile along a direction: unit steps on the longer axis, linear interpolation on the other. */
const lineFilter = (
  rad: number,
  radiusPx: number,
  stride: number,
  profile: (distancePx: number) => number,
): LineFilter => {
  const dx = Math.cos(rad);
  const dy = Math.sin(rad);
  const steep = Math.abs(dy) > Math.abs(dx);
  const slope = steep ? dx / dy : dy / dx;
  const stepLength = Math.hypot(1, slope);
  const steps = Math.ceil(radiusPx / stepLength);
  const offsets = new Int32Array(2 * (2 * steps + 1));
  const weights = new Float32Array(offsets.length);
  for (let step = -steps; step <= steps; step++) {
    const minor = step * slope;
    const low = Math.floor(minor);
    const weight = profile(step * stepLength) * stepLength;
    const at = 2 * (step + steps);
    offsets[at] = steep ? step * stride + low : low * stride + step;
    offsets[at + 1] = steep ? step * stride + low + 1 : (low + 1) * stride + step;
    weights[at] = weight * (1 - (minor - low));
    weights[at + 1] = weight * (minor - low);
  }
  return { offsets, weights };
};

/** Makes the weights sum to `sum` by changing them evenly (for a filter without response to flat areas, sum 0). */
const balance = ({ offsets, weights }: LineFilter, envelope: LineFilter): LineFilter => {
  let sum = 0;
  let envelopeSum = 0;
  let strength = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i] ?? 0;
    envelopeSum += envelope.weights[i] ?? 0;
  }
  for (let i = 0; i < weights.length; i++) {
    weights[i] = (weights[i] ?? 0) - ((envelope.weights[i] ?? 0) * sum) / envelopeSum;
    strength += Math.abs(weights[i] ?? 0);
  }
  for (let i = 0; i < weights.length; i++) weights[i] = ((weights[i] ?? 0) * 1.6) / strength;
  return { offsets, weights };
};

const bell =
  (sigmaPx: number) =>
  (distancePx: number): number =>
    Math.exp((-distancePx * distancePx) / (2 * sigmaPx * sigmaPx));

const buildAlong = (stride: number): LineFilter[] => {
  const { directions, alongSigmaPx, alongRadiusPx } = ENHANCEMENT;
  return Array.from({ length: directions }, (_, d) => {
    const rad = (Math.PI * d) / directions;
    const filter = lineFilter(rad, alongRadiusPx, stride, bell(alongSigmaPx));
    const sum = filter.weights.reduce((a, b) => a + b, 0);
    return { offsets: filter.offsets, weights: filter.weights.map((w) => w / sum) };
  });
};

const buildAcross = (stride: number): LineFilter[] => {
  const { directions, wavelengths, acrossSigmaShare } = ENHANCEMENT;
  return Array.from({ length: directions * wavelengths }, (_, index) => {
    const rad = (Math.PI * Math.floor(index / wavelengths)) / directions + Math.PI / 2;
    const wavelengthPx = wavelengthOfIndex(index % wavelengths);
    const sigma = acrossSigmaShare * wavelengthPx;
    const radius = 1.25 * wavelengthPx;
    const wave = (t: number): number => bell(sigma)(t) * Math.cos((2 * Math.PI * t) / wavelengthPx);
    return balance(
      lineFilter(rad, radius, stride, wave),
      lineFilter(rad, radius, stride, bell(sigma)),
    );
  });
};

const banks = new Map<number, FilterBank>();

/** Filters depend only on the padded width; a terminal sees one or two widths in its life. */
const bankFor = (stride: number): FilterBank => {
  const known = banks.get(stride);
  if (known !== undefined) return known;
  if (banks.size >= 4) banks.clear();
  const bank = packFilters(stride, [...buildAlong(stride), ...buildAcross(stride)]);
  banks.set(stride, bank);
  return bank;
};

export type Enhanced = {
  /** Positive on ridges, negative on valleys, 0 outside the mask. */
  readonly ridges: Plane;
  /** Per cell: share of the local energy that is oriented ridge, 0 … about 1. */
  readonly reliability: Plane;
};

const energy = (plane: Plane): Plane => gaussianBlur(cellMoments(plane).meanSquare, 2);

const reliabilityOf = (ridges: Plane, enhanced: Plane): Plane => {
  const before = energy(ridges);
  const after = energy(enhanced);
  for (let i = 0; i < after.data.length; i++)
    after.data[i] = (after.data[i] ?? 0) / ((before.data[i] ?? 0) + 0.02);
  return after;
};

/** The cells of the mask with their filters of both passes. */
const planPasses = (
  field: OrientationField,
  wavelength: Plane,
  mask: Mask,
  layout: { readonly stride: number; readonly paddingPx: number },
): [along: FilterPass, across: FilterPass] => {
  const { directions, wavelengths } = ENHANCEMENT;
  const { stride, paddingPx } = layout;
  const positions = new Int32Array(mask.cellCount);
  const along = new Int32Array(mask.cellCount);
  const across = new Int32Array(mask.cellCount);
  let count = 0;
  for (let row = 0; row < mask.rows; row++)
    for (let column = 0; column < mask.columns; column++) {
      const cell = row * mask.columns + column;
      if (mask.cells[cell] !== 1) continue;
      const direction =
        Math.round((ridgeDirectionAt(field, cell) * directions) / Math.PI) % directions;
      const index = wavelengthIndex(wavelength.data[cell] ?? FREQUENCY.defaultWavelengthPx);
      positions[count] = (row * CELL_PX + paddingPx) * stride + column * CELL_PX + paddingPx;
      along[count] = direction;
      across[count] = directions + direction * wavelengths + index;
      count++;
    }
  return [
    { positions, filters: along, count },
    { positions, filters: across, count },
  ];
};

/** Smooths along the ridges, then keeps only the local wavelength across them: a Gabor filter that bends with the ridge. */
export const enhance = (
  ridges: PaddedPlane,
  field: OrientationField,
  wavelength: Plane,
  mask: Mask,
): Enhanced => {
  const { plane, inner, paddingPx } = ridges;
  const stride = plane.widthPx;
  const passes = planPasses(field, wavelength, mask, { stride, paddingPx });
  const data = filterInPasses(plane.data, bankFor(stride), passes);
  const enhanced = cropPlane({ ...plane, data }, paddingPx);
  return { ridges: enhanced, reliability: reliabilityOf(inner, enhanced) };
};
