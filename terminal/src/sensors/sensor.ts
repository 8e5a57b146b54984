/**
 * What a fingerprint sensor can do, in the host's units. Every vendor's driver passes `sensor.suite.ts`.
 * The image goes up raw; the module's own matcher is never used.
 */

/** 8-bit grey, row-major from the top left, 0 = black (ridges dark). Modules of 16 levels are expanded ×17. */
export type SensorImage = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly resolutionDpi: number;
  readonly pixels: Uint8Array;
};

export type SensorInfo = {
  readonly vendor: "grow" | "adh" | "id809";
  /** Profile name, for example "R503" or "R307". */
  readonly model: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly resolutionDpi: number;
  /** Real grey levels behind the 8 bits. */
  readonly greyLevelCount: number;
  readonly baudRate: number;
  readonly hasLightRing: boolean;
  /** Usable placements of a finger that make a good template of what this glass sees. */
  readonly enrolPlacementCount: number;
};

/** A fingertip shows about 250 mm²; a glass with less than half of it lives on placements side by side. */
const SMALL_GLASS_MM2 = 125;
const MM_PER_INCH = 25.4;

/** R307 (190 mm²) 3, R503 (92 mm²) 6: measured in docs/fingerprint.md. */
export function enrolPlacementCountOf(
  glass: Pick<SensorInfo, "widthPx" | "heightPx" | "resolutionDpi">,
): number {
  const mmPerPx = MM_PER_INCH / glass.resolutionDpi;
  return glass.widthPx * glass.heightPx * mmPerPx ** 2 < SMALL_GLASS_MM2 ? 6 : 3;
}

/** Structurally an `AbortSignal`, so that pure flows need no DOM and no Node. */
export type Cancellation = { readonly aborted: boolean };

export type CaptureTimings = {
  /** From the first poll that saw the finger to the module's "image taken". */
  readonly captureMs: number;
  /** From the upload command to the last byte, retries included. */
  readonly transferMs: number;
  readonly transferRetryCount: number;
};

export type CaptureOutcome =
  | { readonly kind: "image"; readonly image: SensorImage; readonly timings: CaptureTimings }
  /** Nobody touched the sensor within `waitMs`. */
  | { readonly kind: "no-finger" }
  | { readonly kind: "cancelled" }
  /** The module saw something but could not take it, or no whole image came through after every retry. */
  | { readonly kind: "image-poor"; readonly reason: "capture-failed" | "transfer-failed" };

export type SensorLight = "off" | "ready" | "waiting" | "approved" | "not-this-time" | "retry";

export interface FingerSensor {
  readonly info: SensorInfo;
  /**
   * Waits up to `waitMs` for a finger and brings its image up. `onTaken` is called when the module has taken the image;
   * bringing it up may need seconds more. Throws `SensorGoneError` when the module does not answer.
   */
  capture(options: {
    readonly waitMs: number;
    readonly cancellation: Cancellation;
    readonly onTaken?: () => void;
  }): Promise<CaptureOutcome>;
  /** Resolves when the glass is free, or after `waitMs`: true = free. */
  waitLifted(options: {
    readonly waitMs: number;
    readonly cancellation: Cancellation;
  }): Promise<boolean>;
  /** Shows a state on the ring; does nothing where there is no ring. */
  setLight(light: SensorLight): Promise<void>;
}

/** The module is silent or unplugged: an outage, answered by the recovery ladder in the shell. */
export class SensorGoneError extends Error {
  override readonly name = "SensorGoneError";
  readonly code: "silent" | "unplugged" | "wrong-module" | "password-locked";
  constructor(code: SensorGoneError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
