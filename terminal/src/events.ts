import type { Log } from "./shell/log/log.ts";

// One function per business event, so that what is logged can be read in one place. Never here: names, templates,
// images, PINs, keys, student ids.

type Facts = Readonly<Record<string, string | number | boolean | null>>;

function info(event: string): (log: Log, facts: Facts) => void {
  return (log, facts) => {
    log.info({ event, ...rounded(facts) });
  };
}

function warning(event: string): (log: Log, facts: Facts) => void {
  return (log, facts) => {
    log.warn({ event, ...rounded(facts) });
  };
}

function rounded(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [
      key,
      typeof value === "number" ? Math.round(value * 100) / 100 : value,
    ]),
  );
}

type Event = (log: Log, facts: Facts) => void;

export const terminalReady: Event = info("terminal-ready");
export const terminalClosed: Event = info("terminal-closed");
export const terminalClaimed: Event = info("terminal-claimed");
export const saleBooked: Event = info("sale-booked");
export const saleRefused: Event = info("sale-refused");
export const saleVoided: Event = info("sale-voided");
export const saleRefunded: Event = info("sale-refunded");
export const cashTaken: Event = info("cash-taken");
export const dayClosed: Event = info("day-closed");
export const emergencyServed: Event = info("emergency-served");
export const hubAsked: Event = info("hub-asked");
export const hubAnswered: Event = info("hub-answered");
export const hubAskRefused: Event = warning("hub-ask-refused");
export const hubDoorOpened: Event = info("hub-door-opened");
export const hubDoorFailed: Event = warning("hub-door-failed");
export const dayOpened: Event = info("day-opened");
export const linkUp: Event = info("link-up");
export const linkDown: Event = info("link-down");
export const linkStopped: Event = warning("link-stopped");
export const outboxQuarantined: Event = warning("outbox-quarantined");
export const outboxHeld: Event = warning("outbox-held");
export const keyRotated: Event = info("key-rotated");
export const inService: Event = warning("in-service");
export const watermarksStored: Event = info("watermarks-stored");
export const termRaised: Event = warning("term-raised");
export const journalPruned: Event = info("journal-pruned");
export const commandApplied: Event = info("command-applied");
export const commandRefused: Event = warning("command-refused");
export const checkpointRefused: Event = info("checkpoint-refused");
export const checkpointContradicts: Event = warning("checkpoint-contradicts");
export const frameRefused: Event = warning("frame-refused");
export const clockStepped: Event = warning("clock-stepped");
export const rosterAccepted: Event = info("roster-accepted");
export const rosterRefused: Event = warning("roster-refused");
export const vaultItemUnreadable: Event = warning("vault-item-unreadable");
export const childErased: Event = info("child-erased");
export const childEnrolled: Event = info("child-enrolled");
export const matcherCrashed: Event = warning("matcher-crashed");
export const sensorEvent: Event = info("sensor");

/** A disk that refuses, or a bug: both are told with their sentence, which never holds a name. */
export function faultReported(log: Log, error: unknown): void {
  if (error instanceof Error && error.name === "DiskFailedError")
    log.error({ event: "disk-failed", sentence: error.message });
  else if (error instanceof Error)
    log.error({ event: "unexpected-error", sentence: error.message, stack: error.stack ?? "" });
  else log.error({ event: "unexpected-error", sentence: String(error) });
}
export const signalShown: Event = (log, facts) => {
  log.debug({ event: "signal-shown", ...facts });
};
export const fatal: Event = (log, facts) => {
  log.fatal({ event: "fatal", ...facts });
};
