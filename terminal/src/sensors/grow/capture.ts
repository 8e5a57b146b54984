import { SensorGoneError, type Cancellation, type CaptureOutcome } from "../sensor.ts";
import { pauseOn } from "../line.ts";
import {
  CODE_CAPTURE_FAILED,
  CODE_NO_FINGER,
  CODE_OK,
  TAKE_IMAGE,
  uploadImage,
} from "./commands.ts";
import type { Exchange } from "./exchange.ts";
import { expandImage } from "./image.ts";
import { fingerprintOfBytes, isPlausible } from "./plausible.ts";
import { imageByteCount, type GrowProfile } from "./profiles.ts";
import { askSurely } from "./session.ts";

/** The module wants at least 100 ms between two looks at the glass. */
const POLL_PERIOD_MS = 100;
/** A finger that moves makes a few bad exposures before it rests. */
const CAPTURE_FAILURE_MAX = 5;
/** The image stays in the module, so asking for it again costs only its time on the wire. */
const UPLOADS_PER_CAPTURE = 2;
const CAPTURES_PER_TOUCH = 2;

export type WaitOptions = { readonly waitMs: number; readonly cancellation: Cancellation };
export type CaptureOptions = WaitOptions & { readonly onTaken?: () => void };

type Touch =
  | { readonly kind: "taken"; readonly captureMs: number }
  | { readonly kind: "no-finger" | "cancelled" | "failed" };

async function waitForTouch(exchange: Exchange, options: WaitOptions): Promise<Touch> {
  const { line } = exchange;
  const deadlineMs = line.nowMs() + options.waitMs;
  let touchedAtMs: number | null = null;
  let failureCount = 0;
  for (;;) {
    if (options.cancellation.aborted) return { kind: "cancelled" };
    const askedAtMs = line.nowMs();
    const { code } = await askSurely(exchange, TAKE_IMAGE);
    if (code === CODE_OK)
      return { kind: "taken", captureMs: line.nowMs() - (touchedAtMs ?? askedAtMs) };
    if (code === CODE_NO_FINGER) touchedAtMs = null;
    else {
      touchedAtMs ??= askedAtMs;
      if (code !== CODE_CAPTURE_FAILED || ++failureCount >= CAPTURE_FAILURE_MAX)
        return { kind: "failed" };
    }
    const nowMs = line.nowMs();
    if (nowMs >= deadlineMs) return { kind: touchedAtMs === null ? "no-finger" : "failed" };
    await pauseOn(line, Math.max(0, Math.min(askedAtMs + POLL_PERIOD_MS, deadlineMs) - nowMs));
  }
}

type Upload =
  | { readonly kind: "whole"; readonly packed: Uint8Array }
  | { readonly kind: "damaged" | "refused" }
  /** Came to its end without noise, but is not the image of this profile. */
  | { readonly kind: "other-size"; readonly byteCount: number };

async function upload(exchange: Exchange, profile: GrowProfile): Promise<Upload> {
  const byteCount = imageByteCount(profile);
  const before = exchange.counters().discardedByteCount;
  const answer = await exchange.ask(uploadImage(byteCount, exchange.line.baudRate));
  if (answer.kind === "broken" && answer.reason === "too-long")
    return { kind: "other-size", byteCount: answer.byteCount };
  if (answer.kind !== "acknowledged") return { kind: "damaged" };
  if (answer.data === null) return { kind: "refused" };
  if (answer.data.length === byteCount) return { kind: "whole", packed: answer.data };
  const isNoisy = exchange.counters().discardedByteCount !== before;
  return isNoisy ? { kind: "damaged" } : { kind: "other-size", byteCount: answer.data.length };
}

function wrongGeometry(profile: GrowProfile): SensorGoneError {
  return new SensorGoneError(
    "wrong-module",
    `The image is not of the size of the model ${profile.model}: check the configured model`,
  );
}

/** True when the module has the finger on the glass again. */
async function recapture(exchange: Exchange): Promise<boolean> {
  return (await askSurely(exchange, TAKE_IMAGE)).code === CODE_OK;
}

type Transfer =
  | { readonly kind: "whole"; readonly packed: Uint8Array; readonly retryCount: number }
  | { readonly kind: "failed" }
  | { readonly kind: "cancelled" };

async function transfer(
  exchange: Exchange,
  profile: GrowProfile,
  cancellation: Cancellation,
): Promise<Transfer> {
  let retryCount = 0;
  let otherByteCount: number | null = null;
  for (let capture = 1; capture <= CAPTURES_PER_TOUCH; capture++) {
    if (capture > 1 && !(await recapture(exchange))) return { kind: "failed" };
    for (let attempt = 1; attempt <= UPLOADS_PER_CAPTURE; attempt++) {
      if (cancellation.aborted) return { kind: "cancelled" };
      const result = await upload(exchange, profile);
      if (result.kind === "whole") return { kind: "whole", packed: result.packed, retryCount };
      retryCount++;
      // Noise does not come to the same wrong size twice: this is not the module we were told.
      if (result.kind === "other-size") {
        if (result.byteCount === otherByteCount) throw wrongGeometry(profile);
        otherByteCount = result.byteCount;
      }
      if (result.kind === "refused") break;
    }
  }
  return { kind: "failed" };
}

/** What a driver remembers from image to image. */
export type CaptureMemory = { previousHash: number | null };

export type CaptureParts = {
  readonly exchange: Exchange;
  readonly profile: GrowProfile;
  readonly memory: CaptureMemory;
};

/** An image that cannot be of this touch is taken once more; two of them are a fault of the module. */
async function bringUp(
  { exchange, profile, memory }: CaptureParts,
  cancellation: Cancellation,
): Promise<Transfer | { readonly kind: "implausible" }> {
  let retryCount = 0;
  for (let attempt = 1; attempt <= CAPTURES_PER_TOUCH; attempt++) {
    if (attempt > 1 && !(await recapture(exchange))) break;
    const moved = await transfer(exchange, profile, cancellation);
    if (moved.kind !== "whole") return moved;
    retryCount += moved.retryCount;
    const isGood = isPlausible(moved.packed, memory.previousHash);
    memory.previousHash = fingerprintOfBytes(moved.packed);
    if (isGood) return { ...moved, retryCount };
  }
  return { kind: "implausible" };
}

/** Polls for a finger and brings its image up; see `FingerSensor.capture`. */
export async function captureImage(
  parts: CaptureParts,
  options: CaptureOptions,
): Promise<CaptureOutcome> {
  const { line } = parts.exchange;
  const touch = await waitForTouch(parts.exchange, options);
  if (touch.kind === "failed") return { kind: "image-poor", reason: "capture-failed" };
  if (touch.kind !== "taken") return { kind: touch.kind };
  options.onTaken?.();
  const startedAtMs = line.nowMs();
  const moved = await bringUp(parts, options.cancellation);
  if (moved.kind === "cancelled") return { kind: "cancelled" };
  if (moved.kind === "implausible") return { kind: "image-poor", reason: "capture-failed" };
  if (moved.kind === "failed") return { kind: "image-poor", reason: "transfer-failed" };
  return {
    kind: "image",
    image: expandImage(moved.packed, parts.profile),
    timings: {
      captureMs: touch.captureMs,
      transferMs: line.nowMs() - startedAtMs,
      transferRetryCount: moved.retryCount,
    },
  };
}

/** Polls until the glass is free; see `FingerSensor.waitLifted`. */
export async function waitForLift(exchange: Exchange, options: WaitOptions): Promise<boolean> {
  const { line } = exchange;
  const deadlineMs = line.nowMs() + options.waitMs;
  for (;;) {
    if (options.cancellation.aborted) return false;
    const askedAtMs = line.nowMs();
    if ((await askSurely(exchange, TAKE_IMAGE)).code === CODE_NO_FINGER) return true;
    const nowMs = line.nowMs();
    if (nowMs >= deadlineMs) return false;
    await pauseOn(line, Math.max(0, Math.min(askedAtMs + POLL_PERIOD_MS, deadlineMs) - nowMs));
  }
}
