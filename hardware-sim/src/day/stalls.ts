import { type GrowModel, growProfiles } from "../devices/grow/profiles.ts";
import type { GrayImage } from "../gray-image.ts";

export type DayStall = { readonly name: string; readonly model: GrowModel };

export const STALL_NAMES = ["Kantin Bu Sri", "Koperasi"] as const;

/** The stall where children are enrolled. */
export const ENROL_STALL = 0;

/** Placements that the product asks for at a module: the R503's glass sees half of what an R307's sees. */
const ENROL_PLACEMENTS: Readonly<Record<GrowModel, number>> = { R307: 3, R503: 6 };

/** The module that delivers pictures of exactly this size, or null. */
export function moduleOfSize(image: Pick<GrayImage, "widthPx" | "heightPx">): GrowModel | null {
  const found = Object.values(growProfiles).find(
    ({ widthPx, heightPx }) => widthPx === image.widthPx && heightPx === image.heightPx,
  );
  return found?.model ?? null;
}

/** Two stalls with the wanted modules; otherwise with the one whose pictures these are, otherwise with one of each. */
export function dayStalls(
  wanted: readonly [GrowModel, GrowModel] | null,
  pictures: GrowModel | null,
): readonly DayStall[] {
  const models = wanted ?? (pictures === null ? (["R307", "R503"] as const) : [pictures, pictures]);
  return STALL_NAMES.map((name, index) => ({ name, model: models[index] ?? "R307" }));
}

/** Impressions shown at enrolment; the others are for sales. */
export function enrolImpressions(stalls: readonly DayStall[]): readonly number[] {
  const model = stalls[ENROL_STALL]?.model ?? "R307";
  return Array.from({ length: ENROL_PLACEMENTS[model] }, (_, index) => index);
}
