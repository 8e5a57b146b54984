import { followGlass, type GlassWish } from "../identify/glass.ts";
import { totalOf } from "./basket.ts";
import type {
  CheckoutEffect,
  CheckoutState,
  CheckoutStep,
  CounterLight,
  Mode,
  TimerName,
} from "./checkout-state.ts";

// What follows from a state by itself: which capture should run, which timer, which light, which probes are needed.

type Timer = { readonly timer: TimerName; readonly ms: number; readonly key: string };

export function settle(
  before: CheckoutState,
  after: CheckoutState,
  effects: readonly CheckoutEffect[],
): CheckoutStep {
  const early = mayKeepEarly(after) ? after.finger.early : null;
  const wish = wishOf({ ...after, finger: { ...after.finger, early } });
  const { glass, orders } = followGlass(after.finger.glass, wish);
  const state: CheckoutState = { ...after, finger: { glass, early } };
  const isDone = keepsProbes(before) && !keepsProbes(state);
  return {
    state,
    effects: [
      ...effects,
      ...orders,
      ...followTimer(before.mode, state.mode),
      ...followLight(before, state),
      ...(isDone ? [{ kind: "forget-probes" } as const] : []),
    ],
  };
}

function wishOf({ mode, finger }: CheckoutState): GlassWish {
  if (mode.kind === "paused") return "resting";
  if (mode.kind === "waiting") return "capture";
  const isEarly = mode.kind === "till" && totalOf(mode.basket) > 0 && finger.early === null;
  return isEarly ? "capture" : "nothing";
}

/** An early print belongs to the amount on the screen and to the sensor that took it. */
function mayKeepEarly({ mode, finger }: CheckoutState): boolean {
  if (mode.kind !== "till" || finger.glass.sensor === "away") return false;
  return totalOf(mode.basket) > 0;
}

const APPROVED_MS = 1_200;
const REFUSED_MS = 2_500;
const REASON_MS = 8_000;
const WAITING_MS = 30_000;
const PIN_MS = 60_000;

/** The mode's own deadline, or null where only an answer ends it. A new `key` starts it afresh. */
export function timerOf(mode: Mode): Timer | null {
  switch (mode.kind) {
    case "waiting": {
      const { charge, attempt } = mode.order;
      return { timer: "waiting", ms: WAITING_MS, key: `${charge}/${attempt}` };
    }
    case "pin":
      if (mode.pin.kind === "finding" || mode.pin.kind === "checking") return null;
      return { timer: "pin", ms: PIN_MS, key: `${mode.pin.kind}${mode.pin.digits.length}` };
    case "approved":
      return { timer: "approved", ms: APPROVED_MS, key: mode.sale.saleId };
    case "not-this-time":
      return mode.isReasonShown
        ? { timer: "not-this-time", ms: REASON_MS, key: "reason" }
        : mode.reserve !== null
          ? { timer: "not-this-time", ms: REASON_MS, key: "reserve" }
          : { timer: "not-this-time", ms: REFUSED_MS, key: "" };
    default:
      return null;
  }
}

function followTimer(before: Mode, after: Mode): readonly CheckoutEffect[] {
  const was = timerOf(before);
  const is = timerOf(after);
  if (was?.timer === is?.timer && was?.key === is?.key) return [];
  return is === null
    ? [{ kind: "stop-timer" }]
    : [{ kind: "start-timer", timer: is.timer, ms: is.ms }];
}

/** Null: the light belongs to somebody else (enrolment), or to nobody while the sensor is away. */
function lightOf({ mode, finger }: CheckoutState): CounterLight | null {
  if (finger.glass.sensor === "away" || mode.kind === "paused") return null;
  switch (mode.kind) {
    case "till":
      return "ready";
    case "waiting":
      return mode.coach === null ? "waiting" : "retry";
    case "identifying":
    case "deciding":
      return "waiting";
    case "approved":
    case "not-this-time":
      return mode.kind;
    case "pin":
    case "unconfirmed":
      return "off";
  }
}

function followLight(before: CheckoutState, after: CheckoutState): readonly CheckoutEffect[] {
  const light = lightOf(after);
  return light === null || light === lightOf(before) ? [] : [{ kind: "light", light }];
}

function keepsProbes({ mode, finger }: CheckoutState): boolean {
  return (
    finger.early !== null ||
    mode.kind === "waiting" ||
    mode.kind === "identifying" ||
    mode.kind === "pin"
  );
}
