import { unreachable, type StudentId } from "@saku/protocol";
import { CHECKOUT_START, step } from "../../core/checkout/checkout.ts";
import type {
  CheckoutEffect,
  CheckoutEvent,
  CheckoutState,
  CounterLight,
  ShownSale,
} from "../../core/checkout/checkout-state.ts";
import type { Reading } from "../../core/identify/judgement.ts";
import type { RecentSale } from "../../core/wallet/sale-desk.ts";
import type { JourneyRecorder } from "../journey/journey-recorder.ts";
import { counterFailed, saleLeftUnconfirmed } from "./events.ts";
import { createFingerDesk } from "./finger-desk.ts";
import { runMachine, type Machine } from "./machine.ts";
import type { CounterDeps, CounterSignal } from "./ports.ts";

/** The checkout machine with its hands: sensor, matcher, wallet, vault, lamps and one timer. */
export interface Till extends Machine<CheckoutState, CheckoutEvent> {
  close(): void;
}

type SellEffect = Extract<CheckoutEffect, { kind: "sell" }>;

const SIGNAL_OF_LIGHT: Partial<Record<CounterLight, CounterSignal>> = {
  off: "idle",
  ready: "idle",
  waiting: "waiting",
};

export function openTill(deps: CounterDeps, journeys: JourneyRecorder, changed: () => void): Till {
  const fingers = createFingerDesk(deps.station, (report) => machine.send(report));
  const probes = new Map<number, Uint8Array>();
  let timer: NodeJS.Timeout | null = null;

  /** An outage of a port is never the counter's end: it is logged and answered with `instead`. */
  function ask<T>(
    what: string,
    work: Promise<T>,
    then: (answer: T) => void,
    instead: () => void,
  ): void {
    work.then(then, (error: unknown) => {
      counterFailed(deps.log, what, error);
      instead();
    });
  }

  async function readPlacement(capture: number, earlier: readonly number[]): Promise<Reading> {
    const captured = fingers.take(capture);
    if (captured === null) return { kind: "unread" };
    journeys.captured(captured.timings, captured.wholeMs);
    const evidence = earlier
      .map((number) => probes.get(number))
      .filter((probe) => probe !== undefined);
    const report = await deps.matcher.identify(captured.image, evidence);
    journeys.read(report.kind === "poor" ? report.reason : report.identification.kind, report);
    if (report.kind === "poor") return report;
    probes.set(capture, report.template);
    if (report.identification.kind !== "identified") return { kind: report.identification.kind };
    const student = report.identification.key as StudentId;
    const entry = await deps.directory.student(student);
    return {
      kind: "identified",
      student,
      isActive: entry?.isActive === true,
      hasConsent: entry?.consent.state === "granted",
    };
  }

  async function sell({ charge, student, amount, method }: SellEffect): Promise<CheckoutEvent> {
    const outcome = await deps.saleDesk.sell({ student, amount, purse: "snack", method });
    journeys.decided({ student, method }, outcome);
    return outcome.kind === "sold"
      ? { kind: "sold", charge, sale: outcome }
      : { kind: "refused", charge, reason: outcome.reason };
  }

  async function findChild(number: string): Promise<CheckoutEvent> {
    const entry = await deps.directory.studentByNumber(number);
    const child = entry?.isActive === true ? entry : null;
    return { kind: "child", number, child, nowMs: deps.now() };
  }

  function showLight(light: CounterLight): void {
    void deps.station.setLight(light);
    const signal = SIGNAL_OF_LIGHT[light];
    if (signal !== undefined) deps.indicator.show(signal);
  }

  function askPort(effect: CheckoutEffect): void {
    switch (effect.kind) {
      case "identify":
        ask(
          "identify",
          readPlacement(effect.capture, effect.earlier),
          (reading) => machine.send({ kind: "read", capture: effect.capture, reading }),
          () =>
            machine.send({ kind: "read", capture: effect.capture, reading: { kind: "unread" } }),
        );
        return;
      case "find-child":
        ask("find-child", findChild(effect.number), machine.send, () =>
          machine.send({ kind: "cancel" }),
        );
        return;
      case "check-pin": {
        const { charge, student } = effect;
        ask(
          "check-pin",
          deps.vault.checkPin(student, effect.pin),
          (isRight) =>
            machine.send({ kind: "pin-checked", charge, student, isRight, nowMs: deps.now() }),
          () => machine.send({ kind: "cancel" }),
        );
        return;
      }
      case "sell":
        ask("sell", sell(effect), machine.send, () => {
          journeys.left();
          machine.send({ kind: "sale-unknown", charge: effect.charge });
        });
        return;
      case "find-unconfirmed":
        ask(
          "find-unconfirmed",
          deps.saleDesk.lastUnconfirmedSale(),
          (sale) => {
            if (sale === null) return;
            saleLeftUnconfirmed(deps.log);
            machine.send({ kind: "unconfirmed", sale: shown(sale) });
          },
          () => undefined,
        );
        return;
      case "mark-shown":
        ask(
          "mark-shown",
          deps.saleDesk.markShown(effect.saleId),
          () => undefined,
          () => undefined,
        );
        return;
      case "void-sale":
        ask(
          "void-sale",
          deps.saleDesk.voidSale(effect.saleId, "not-delivered"),
          ({ kind }) =>
            machine.send({ kind: "voided", saleId: effect.saleId, isVoided: kind === "voided" }),
          () => machine.send({ kind: "voided", saleId: effect.saleId, isVoided: false }),
        );
        return;
      default:
        return;
    }
  }

  function perform(effect: CheckoutEffect): void {
    switch (effect.kind) {
      case "capture":
      case "cancel-finger":
      case "wait-lifted":
        fingers.order(effect);
        return;
      case "forget-probes":
        probes.clear();
        return;
      case "light":
        showLight(effect.light);
        return;
      case "signal":
        deps.indicator.show(effect.signal);
        return;
      case "start-timer":
        if (timer !== null) clearTimeout(timer);
        timer = setTimeout(() => machine.send({ kind: "timer", timer: effect.timer }), effect.ms);
        return;
      case "stop-timer":
        if (timer !== null) clearTimeout(timer);
        return;
      case "identify":
      case "find-child":
      case "check-pin":
      case "sell":
      case "find-unconfirmed":
      case "mark-shown":
      case "void-sale":
        askPort(effect);
        return;
      default:
        unreachable(effect);
    }
  }

  const machine = runMachine<CheckoutState, CheckoutEvent, CheckoutEffect>({
    start: CHECKOUT_START,
    step,
    face: ({ mode }) => mode,
    perform,
    changed: (before, after) => {
      followJourney(journeys, before, after);
      changed();
    },
  });
  return {
    ...machine,
    close: () => {
      fingers.close();
      if (timer !== null) clearTimeout(timer);
    },
  };
}

export function shown({ saleId, amount, firstName }: RecentSale): ShownSale {
  return { saleId, amount, firstName };
}

function followJourney(
  journeys: JourneyRecorder,
  before: CheckoutState,
  after: CheckoutState,
): void {
  if (after.charge > before.charge && "order" in after.mode)
    journeys.begin(after.mode.order.amount);
  else if ("order" in before.mode && after.mode.kind === "till") journeys.left();
}
