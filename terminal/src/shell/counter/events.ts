import type { CounterLog } from "./ports.ts";

// What the counter logs. Never names, numbers, PINs, codes, templates, images or student ids.

export function counterFailed(log: CounterLog, what: string, error: unknown): void {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  log.warn({ event: "counter-failed", what, cause }, `The counter could not ${what}`);
}

export function galleryLoaded(
  log: CounterLog,
  facts: { readonly keyCount: number; readonly skippedCount: number; readonly ms: number },
): void {
  log.info({ event: "gallery-loaded", ...facts }, "Fingers are loaded");
}

export function saleLeftUnconfirmed(log: CounterLog): void {
  log.warn({ event: "sale-unconfirmed" }, "A sale on disk was never shown; the operator is asked");
}

export function operatorRefused(
  log: CounterLog,
  where: "enrol" | "void" | "close" | "refund" | "cash-in",
): void {
  log.warn({ event: "operator-refused", where }, "A wrong operator code was given");
}

export function enrolmentOpened(log: CounterLog): void {
  log.info({ event: "enrolment-opened" }, "Enrolment has the sensor");
}

export function enrolmentClosed(log: CounterLog): void {
  log.info({ event: "enrolment-closed" }, "Enrolment gave the sensor back");
}

export function childEnrolled(
  log: CounterLog,
  facts: { readonly fingerCount: number; readonly hasPin: boolean },
): void {
  log.info({ event: "child-enrolled", ...facts }, "A child was enrolled");
}
