import {
  enrolPlacementCountOf,
  type FingerSensor,
  type SensorInfo,
  type SensorLight,
} from "../sensor.ts";
import { captureImage, waitForLift, type CaptureMemory } from "./capture.ts";
import { CODE_OK, setRing } from "./commands.ts";
import type { Exchange } from "./exchange.ts";
import { ringOf, simplerRing } from "./light.ts";
import { GREY_LEVEL_COUNT, type GrowModel, type GrowProfile } from "./profiles.ts";
import { settleSession } from "./session.ts";

function infoOf(exchange: Exchange, profile: GrowProfile): SensorInfo {
  return {
    vendor: "grow",
    model: profile.model,
    widthPx: profile.widthPx,
    heightPx: profile.heightPx,
    resolutionDpi: profile.resolutionDpi,
    greyLevelCount: GREY_LEVEL_COUNT,
    baudRate: exchange.line.baudRate,
    hasLightRing: profile.hasLightRing,
    enrolPlacementCount: enrolPlacementCountOf(profile),
  };
}

async function showLight(exchange: Exchange, light: SensorLight): Promise<void> {
  const ring = ringOf(light);
  const answer = await exchange.ask(setRing(ring));
  if (answer.kind !== "acknowledged" || answer.code === CODE_OK) return;
  const simpler = simplerRing(ring);
  if (simpler !== null) await exchange.ask(setRing(simpler));
}

/**
 * The driver of the GROW / ZFM family over a line on which a module has answered `knock`. Throws `SensorGoneError`:
 * "wrong-module" when its geometry cannot be known, "password-locked" when another owner locked it.
 */
export async function openGrowSensor(
  exchange: Exchange,
  model: GrowModel | "auto",
): Promise<FingerSensor> {
  const profile = await settleSession(exchange, model);
  const memory: CaptureMemory = { previousHash: null };
  return {
    info: infoOf(exchange, profile),
    capture: (options) => captureImage({ exchange, profile, memory }, options),
    waitLifted: (options) => waitForLift(exchange, options),
    setLight: async (light) => {
      // A light that does not obey must never stop a sale, so its answer is not looked at twice.
      if (profile.hasLightRing) await showLight(exchange, light);
    },
  };
}
