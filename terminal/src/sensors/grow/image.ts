import type { SensorImage } from "../sensor.ts";
import { imageByteCount, type GrowProfile } from "./profiles.ts";
import { assert } from "@saku/protocol";

/**
 * Two pixels a byte, the high nibble on the left; ×17 spreads 0 … 15 over 0 … 255. `packed` has exactly
 * `imageByteCount(profile)` bytes.
 */
export function expandImage(packed: Uint8Array, profile: GrowProfile): SensorImage {
  assert(packed.length === imageByteCount(profile), "An image has the byte count of its profile");
  const pixels = new Uint8Array(packed.length * 2);
  packed.forEach((byte, index) => {
    pixels[index * 2] = (byte >> 4) * 17;
    pixels[index * 2 + 1] = (byte & 15) * 17;
  });
  const { widthPx, heightPx, resolutionDpi } = profile;
  return { widthPx, heightPx, resolutionDpi, pixels };
}
