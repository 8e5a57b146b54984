import type { StudentId } from "@saku/protocol";
import type {
  CheckoutEffect,
  CheckoutEvent,
  ShownSale,
} from "../../core/checkout/checkout-state.ts";
import { mayOffer } from "../../core/emergency/emergency.ts";
import type { Reading } from "../../core/identify/judgement.ts";
import type { RecentSale } from "../../core/wallet/sale-desk.ts";
import type { JourneyRecorder } from "../journey/journey-recorder.ts";
import { saleLeftUnconfirmed } from "./events.ts";
import type { FingerDesk } from "./finger-desk.ts";
import type { CounterDeps } from "./ports.ts";

export type AskingEffect = Extract<
  CheckoutEffect,
  {
    readonly kind:
      | "identify"
      | "find-child"
      | "check-pin"
      | "sell"
      | "serve-reserve"
      | "find-unconfirmed"
      | "mark-shown"
      | "void-sale";
  }
>;
type Effect<Kind extends AskingEffect["kind"]> = Extract<AskingEffect, { kind: Kind }>;

export type TillTools = {
  readonly deps: CounterDeps;
  readonly fingers: FingerDesk;
  readonly journeys: JourneyRecorder;
  /** Templates of this charge's placements, by capture. */
  readonly probes: Map<number, Uint8Array>;
};

/** Asks the port that an effect is about; the event is its answer, null = there is nothing to tell. Outages throw. */
export async function answer(
  tools: TillTools,
  effect: AskingEffect,
): Promise<CheckoutEvent | null> {
  switch (effect.kind) {
    case "identify":
      return { kind: "read", capture: effect.capture, reading: await read(tools, effect) };
    case "find-child":
      return findChild(tools, effect);
    case "check-pin":
      return checkPin(tools, effect);
    case "sell":
      return sell(tools, effect);
    case "serve-reserve":
      return serveReserve(tools, effect);
    case "find-unconfirmed":
      return findUnconfirmed(tools.deps);
    case "mark-shown":
      await tools.deps.saleDesk.markShown(effect.saleId);
      return null;
    case "void-sale":
      return voidSale(tools, effect);
  }
}

/** What the machine is told when the port could not be asked: never that something happened. */
export function outage(effect: AskingEffect): CheckoutEvent | null {
  switch (effect.kind) {
    case "identify":
      return { kind: "read", capture: effect.capture, reading: { kind: "unread" } };
    case "find-child":
    case "check-pin":
      return { kind: "cancel" };
    case "sell":
    case "serve-reserve":
      return { kind: "sale-unknown", charge: effect.charge };
    case "void-sale":
      return { kind: "voided", saleId: effect.saleId, isVoided: false };
    case "find-unconfirmed":
    case "mark-shown":
      return null;
  }
}

async function read(tools: TillTools, effect: Effect<"identify">): Promise<Reading> {
  const { deps, fingers, journeys, probes } = tools;
  const captured = fingers.take(effect.capture);
  if (captured === null) return { kind: "unread" };
  journeys.captured(captured.timings, captured.wholeMs);
  const earlier = effect.earlier
    .map((number) => probes.get(number))
    .filter((probe) => probe !== undefined);
  const report = await deps.matcher.identify(captured.image, earlier);
  journeys.read(report.kind === "searched" ? report.identification.kind : report.reason, report);
  if (report.kind === "poor") return report;
  if (report.kind === "stopped") return { kind: "unread" };
  probes.set(effect.capture, report.template);
  const { identification } = report;
  if (identification.kind !== "identified") return { kind: identification.kind };
  const student = identification.key as StudentId;
  const entry = await deps.directory.student(student);
  return {
    kind: "identified",
    student,
    isActive: entry?.isActive === true,
    hasConsent: entry?.consent.state === "granted",
  };
}

async function findChild(
  { deps }: TillTools,
  { number }: Effect<"find-child">,
): Promise<CheckoutEvent> {
  const entry = await deps.directory.studentByNumber(number);
  const child = entry?.isActive === true ? entry : null;
  return { kind: "child", number, child, nowMs: deps.now() };
}

async function checkPin(
  { deps }: TillTools,
  { charge, student, pin }: Effect<"check-pin">,
): Promise<CheckoutEvent> {
  const isRight = await deps.vault.checkPin(student, pin);
  return { kind: "pin-checked", charge, student, isRight, nowMs: deps.now() };
}

async function sell(
  { deps, journeys }: TillTools,
  { charge, student, amount, method }: Effect<"sell">,
): Promise<CheckoutEvent> {
  const outcome = await deps.saleDesk.sell({ student, amount, purse: "snack", method });
  journeys.decided({ student, method }, outcome);
  if (outcome.kind === "sold") return { kind: "sold", charge, sale: outcome };
  const { reason } = outcome;
  const isOffered = mayOffer(reason, await deps.saleDesk.emergencyRoom(), amount);
  return isOffered
    ? { kind: "refused", charge, reason, reserve: { student, method } }
    : { kind: "refused", charge, reason };
}

async function serveReserve(
  { deps }: TillTools,
  { charge, student, amount, method }: Effect<"serve-reserve">,
): Promise<CheckoutEvent> {
  const outcome = await deps.saleDesk.serveEmergency({ student, amount, purse: "meal", method });
  return outcome.kind === "sold"
    ? { kind: "sold", charge, sale: outcome }
    : { kind: "refused", charge, reason: outcome.reason };
}

/** What the last life of this daemon, or a desk that threw, left on the disk (rule C13). */
export async function findUnconfirmed(deps: CounterDeps): Promise<CheckoutEvent | null> {
  const sale = await deps.saleDesk.lastUnconfirmedSale();
  if (sale === null) return null;
  saleLeftUnconfirmed(deps.log);
  return { kind: "unconfirmed", sale: shown(sale) };
}

async function voidSale(
  { deps }: TillTools,
  { saleId }: Effect<"void-sale">,
): Promise<CheckoutEvent> {
  const outcome = await deps.saleDesk.voidSale(saleId, "not-delivered");
  return { kind: "voided", saleId, isVoided: outcome.kind === "voided" };
}

function shown({ saleId, amount, firstName }: RecentSale): ShownSale {
  return { saleId, amount, firstName };
}
