import type { Extract, Extraction, Tap, Template } from "./engine-api.ts";
import { ENHANCEMENT, LIMITS, SKELETON } from "./parameters.ts";
import type { GrayImage } from "./primitives/gray-image.ts";
import { padPlane } from "./primitives/plane.ts";
import { binarise } from "./stages/binarisation.ts";
import { enhance } from "./stages/enhancement.ts";
import { removeFalseMinutiae } from "./stages/false-minutiae.ts";
import { estimateWavelength } from "./stages/frequency.ts";
import { findMinutiae } from "./stages/minutiae.ts";
import { normalise } from "./stages/normalisation.ts";
import { estimateOrientation } from "./stages/orientation.ts";
import { judgePolarity, upright } from "./stages/polarity.ts";
import { judge, rate } from "./stages/quality.ts";
import { scaleToWorkingResolution } from "./stages/scaling.ts";
import { refine, segment } from "./stages/segmentation.ts";
import { pruneSpurs } from "./stages/skeleton.ts";
import { thin } from "./stages/thinning.ts";

const noTap: Tap = () => {};

/**
 * Reads the minutiae of one placement. Blank, flat and noise images come back as `poor` with a reason.
 * @throws InvalidImageError when size, resolution or pixel count is outside `LIMITS` (see `stages/scaling.ts`).
 */
export const extract: Extract = (image: GrayImage, tap: Tap = noTap): Extraction => {
  const scaled = scaleToWorkingResolution(image);
  tap("scaled", scaled);
  const normalised = normalise(scaled);
  tap("normalised", normalised);
  const print = segment(normalised);
  tap("print", print);
  const field = estimateOrientation(normalised.ridges);
  tap("orientation", field);
  const ridges = padPlane(normalised.ridges, ENHANCEMENT.paddingPx);
  const wavelength = estimateWavelength(ridges, field, print);
  tap("wavelength", wavelength);
  const enhanced = enhance(ridges, field, wavelength, print);
  tap("enhanced", enhanced);
  const mask = refine(print, enhanced.reliability);
  tap("mask", mask);
  const polarity = judgePolarity(scaled, normalised, enhanced, mask);
  tap("ground", polarity.ground);
  const binarised = binarise(upright(enhanced.ridges, polarity), mask);
  tap("binarised", binarised);
  const skeleton = thin(binarised);
  pruneSpurs(skeleton, SKELETON.spurPx);
  tap("skeleton", skeleton.bitmap);
  const candidates = findMinutiae(skeleton, field);
  tap("candidates", candidates);
  const genuine = removeFalseMinutiae(candidates, mask);
  const minutiae = rate(genuine, enhanced.reliability, field)
    .toSorted((a, b) => b.quality - a.quality)
    .slice(0, LIMITS.maxMinutiae);
  tap("minutiae", minutiae);
  const ridgesUp = upright(normalised.ridges, polarity);
  const { quality, weakness, isUsable } = judge({ mask, ridges: ridgesUp, normalised, minutiae });
  // A print with too few minutiae and nothing else to blame shows too little of the finger.
  if (!isUsable) return { kind: "poor", reason: weakness ?? "partial", quality };
  const { widthPx, heightPx } = scaled;
  const template: Template = { widthPx, heightPx, minutiae, placementCount: 1 };
  return { kind: "template", quality, template, ...(weakness === null ? {} : { weakness }) };
};
