import { totalOf } from "./basket.ts";
import type {
  CheckoutEffect,
  CheckoutState,
  CheckoutStep,
  CounterLight,
  FingerState,
  Mode,
  TimerName,
} from "./checkout-state.ts";

// What follows from a state by itself: which capture should run, which timer, which light, which probes are needed.

/** One capture asks the sensor to look this long; it is renewed as long as a finger is wanted. */
export const CAPTURE_WAIT_MS = 30_000;
export const LIFT_WAIT_MS = 30_000;

type Timer = { readonly timer: TimerName; readonly ms: number; readonly key: string };

export function settle(
  before: CheckoutState,
  after: CheckoutState,
  effects: readonly CheckoutEffect[],
): CheckoutStep {
  const { finger, orders } = followFinger(after);
  const state = finger === after.finger ? after : { ...after, finger };
  return {
    state,
    effects: [
      ...effects,
      ...orders,
      ...followTimer(before.mode, state.mode),
      ...followLight(before, state),
      ...(keepsProbes(before) && !keepsProbes(state) ? [{ kind: "forget-probes" } as const] : []),
    ],
  };
}

type Followed = { readonly finger: FingerState; readonly orders: readonly CheckoutEffect[] };

function wantsFinger({ mode, finger }: CheckoutState): boolean {
  if (mode.kind === "waiting") return true;
  return mode.kind === "till" && totalOf(mode.basket) > 0 && finger.early === null;
}

/** Nothing runs, nothing seen before counts, and the glass has to be looked at again. */
function restFinger(finger: FingerState): Followed {
  const rested: FingerState = { ...finger, task: { kind: "none" }, early: null, glass: "held" };
  return { finger: rested, orders: finger.task.kind === "none" ? [] : [{ kind: "cancel-finger" }] };
}

/** Exactly one capture runs when a finger is wanted and the glass was seen free since the last one (rule C6). */
function followFinger(after: CheckoutState): Followed {
  const { mode, finger } = after;
  if (finger.sensor === "away" || mode.kind === "paused") return restFinger(finger);
  const isEmptied = mode.kind === "till" && totalOf(mode.basket) === 0;
  const kept = isEmptied && finger.early !== null ? { ...finger, early: null } : finger;
  const isWanted = wantsFinger({ ...after, finger: kept });
  if (kept.task.kind === "capture" && !isWanted) {
    const { finger: rested, orders } = restFinger(kept);
    const lift = startTask(rested, false);
    return { finger: lift.finger, orders: [...orders, ...lift.orders] };
  }
  return kept.task.kind === "none" ? startTask(kept, isWanted) : { finger: kept, orders: [] };
}

function startTask(finger: FingerState, isWanted: boolean): Followed {
  if (finger.glass === "held")
    return {
      finger: { ...finger, task: { kind: "lift" } },
      orders: [{ kind: "wait-lifted", waitMs: LIFT_WAIT_MS }],
    };
  if (!isWanted) return { finger, orders: [] };
  const capture = finger.nextCapture;
  return {
    finger: { ...finger, task: { kind: "capture", capture }, nextCapture: capture + 1 },
    orders: [{ kind: "capture", capture, waitMs: CAPTURE_WAIT_MS }],
  };
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
  if (finger.sensor === "away" || mode.kind === "paused") return null;
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
