import { CHECKOUT_START, step } from "../../core/checkout/checkout.ts";
import type {
  CheckoutEffect,
  CheckoutEvent,
  CheckoutState,
  CounterLight,
} from "../../core/checkout/checkout-state.ts";
import type { JourneyRecorder } from "../journey/journey-recorder.ts";
import { counterFailed } from "./events.ts";
import { createFingerDesk } from "./finger-desk.ts";
import { runMachine, type Machine } from "./machine.ts";
import type { CounterDeps, CounterSignal } from "./ports.ts";
import { answer, outage, type AskingEffect, type TillTools } from "./till-answers.ts";

/** The checkout machine with its hands: sensor, matcher, wallet, vault, lamps and one timer. */
export interface Till extends Machine<CheckoutState, CheckoutEvent> {
  close(): void;
}

const SIGNAL_OF_LIGHT: Partial<Record<CounterLight, CounterSignal>> = {
  off: "idle",
  ready: "idle",
  waiting: "waiting",
};

export function openTill(deps: CounterDeps, journeys: JourneyRecorder, changed: () => void): Till {
  const fingers = createFingerDesk(deps.station, (report) => machine.send(report));
  const tools: TillTools = { deps, fingers, journeys, probes: new Map() };
  let timer: NodeJS.Timeout | undefined;

  function perform(effect: CheckoutEffect): void {
    switch (effect.kind) {
      case "capture":
      case "cancel-finger":
      case "wait-lifted":
        fingers.order(effect);
        return;
      case "forget-probes":
        tools.probes.clear();
        return;
      case "light":
        showLight(deps, effect.light);
        return;
      case "signal":
        deps.indicator.show(effect.signal);
        return;
      case "start-timer":
        clearTimeout(timer);
        timer = setTimeout(() => machine.send({ kind: "timer", timer: effect.timer }), effect.ms);
        return;
      case "stop-timer":
        clearTimeout(timer);
        return;
      default:
        ask(effect);
    }
  }

  /** An outage of a port is never the counter's end: it is logged, and the machine is told. */
  function ask(effect: AskingEffect): void {
    const tell = (event: CheckoutEvent | null): void => {
      if (event !== null) machine.send(event);
    };
    answer(tools, effect).then(tell, (error: unknown) => {
      counterFailed(deps.log, effect.kind, error);
      if (effect.kind === "sell") journeys.left();
      tell(outage(effect));
    });
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
      clearTimeout(timer);
    },
  };
}

function showLight(deps: CounterDeps, light: CounterLight): void {
  void deps.station.setLight(light);
  const signal = SIGNAL_OF_LIGHT[light];
  if (signal !== undefined) deps.indicator.show(signal);
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
