import type { Product } from "./commands.ts";

/** What no command tells: the geometry and dpi of a model, and whether its ring obeys AuraLedConfig. */
export type GrowProfile = {
  readonly model: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly resolutionDpi: number;
  readonly hasLightRing: boolean;
};

export type GrowModel = "R503" | "R307";

/** Four bits a pixel on every model of the family. */
export const GREY_LEVEL_COUNT = 16;

/**
 * 256·288/2 = 36,864 = 192·192: the byte count alone cannot tell a ZFM picture from an 8-bit R503 one
 * (CircuitPython #15), so a geometry is always named.
 */
export const PROFILES: Readonly<Record<GrowModel, GrowProfile>> = {
  R503: { model: "R503", widthPx: 192, heightPx: 192, resolutionDpi: 508, hasLightRing: true },
  R307: { model: "R307", widthPx: 256, heightPx: 288, resolutionDpi: 500, hasLightRing: false },
};

/** Wire bytes of one whole image. */
export function imageByteCount(profile: GrowProfile): number {
  return (profile.widthPx * profile.heightPx) / 2;
}

/** Named by the configuration first, else by the module's own product page, else null = refuse. */
export function chooseProfile(
  model: GrowModel | "auto",
  product: Product | null,
): GrowProfile | null {
  if (model !== "auto") return PROFILES[model];
  if (product === null) return null;
  const known = Object.values(PROFILES).find(
    (profile) =>
      product.name.startsWith(profile.model) &&
      product.widthPx === profile.widthPx &&
      product.heightPx === profile.heightPx,
  );
  if (known !== undefined) return known;
  // The ring's opcode and colours differ between clones (Adafruit #130), so an unknown one stays dark.
  const { name, widthPx, heightPx } = product;
  return { model: name || "GROW", widthPx, heightPx, resolutionDpi: 500, hasLightRing: false };
}
