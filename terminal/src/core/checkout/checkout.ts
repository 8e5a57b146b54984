import { GLASS_START, isReading } from "../identify/glass.ts";
import { EMPTY_BASKET } from "./basket.ts";
import type { CheckoutEvent, CheckoutState, CheckoutStep } from "./checkout-state.ts";
import { pressPin, onChildFound, onPinChecked } from "./pin.ts";
import { onCaptured, onLifted, onRead, onSensor, onTaken } from "./finger.ts";
import { onSaleEvent, pressUnconfirmed } from "./outcome.ts";
import { onTill, pressOrder, pressResult } from "./till.ts";
import { IGNORED, type Press, type Reaction } from "./reaction.ts";
import { settle, timerOf } from "./settle.ts";

/** The most rupiah per sale and the keys arrive later, with the stall. */
export const CHECKOUT_START: CheckoutState = {
  mode: { kind: "till", basket: EMPTY_BASKET, note: null },
  till: { perSale: null, quickKeys: [], lastAmount: null },
  finger: { glass: GLASS_START, early: null },
  lockouts: new Map(),
  charge: 0,
};

/** The counter's machine: see SPEC-counter.md. Pure; the shell owns sensor, matcher, desk and timer. */
export function step(state: CheckoutState, event: CheckoutEvent): CheckoutStep {
  const { effects = [], ...changes } = react(state, event);
  return settle(state, { ...state, ...changes }, effects);
}

function react(state: CheckoutState, event: CheckoutEvent): Reaction {
  switch (event.kind) {
    case "stall":
      return { till: { ...event.till, lastAmount: state.till.lastAmount } };
    case "sensor":
      return onSensor(state, event.sensor);
    case "captured":
      return onCaptured(state, event.capture, event.outcome);
    case "taken":
      return onTaken(state, event.capture);
    case "lifted":
      return onLifted(state, event.isFree);
    case "read":
      return onRead(state, event.capture, event.reading);
    case "child":
      return onChildFound(state, event);
    case "pin-checked":
      return onPinChecked(state, event);
    case "sold":
    case "refused":
    case "sale-unknown":
    case "unconfirmed":
    case "voided":
      return onSaleEvent(state, event);
    default:
      return onPress(state, event);
  }
}

function onPress(state: CheckoutState, press: Press): Reaction {
  const { mode } = state;
  if (press.kind === "timer" && timerOf(mode)?.timer !== press.timer) return IGNORED;
  // The finger came in time; its image is still on the way and ends the waiting by itself (rule C4).
  if (press.kind === "timer" && press.timer === "waiting" && isReading(state.finger.glass))
    return IGNORED;
  switch (mode.kind) {
    case "till":
      return onTill(state, mode, press);
    case "waiting":
    case "identifying":
      return pressOrder(mode, press);
    case "pin":
      return pressPin(state, mode, press);
    case "approved":
    case "not-this-time":
      return pressResult(state, mode, press);
    case "unconfirmed":
      return pressUnconfirmed(state, mode, press);
    case "paused":
      return press.kind === "resume"
        ? { mode: { kind: "till", basket: mode.basket, note: null } }
        : IGNORED;
    case "deciding":
      // Money may already be moving: nothing can be taken back here (rule C9).
      return IGNORED;
  }
}
