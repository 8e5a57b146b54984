import { afterCapture, afterLift, afterTaken } from "../identify/glass.ts";
import { judge, type Reading } from "../identify/judgement.ts";
import type { CheckoutState, FingerState, Mode, Order } from "./checkout-state.ts";
import { IGNORED, type Reaction } from "./reaction.ts";
import { openPin } from "./pin.ts";

/** Nothing captured before an outage is trusted after it. */
export function onSensor(state: CheckoutState, sensor: "ready" | "away"): Reaction {
  const { glass } = state.finger;
  if (sensor === glass.sensor) return IGNORED;
  return { finger: { glass: { ...glass, sensor, glass: "held" }, early: null } };
}

export function onCaptured(
  state: CheckoutState,
  capture: number,
  outcome: "image" | "no-finger" | "poor",
): Reaction {
  const { finger, mode } = state;
  const glass = afterCapture(finger.glass, capture, outcome !== "no-finger");
  if (glass === null) return IGNORED;
  const seen: FingerState = { ...finger, glass };
  if (outcome === "no-finger") return { finger: seen };
  if (mode.kind === "till")
    return { finger: outcome === "image" ? { ...seen, early: capture } : seen };
  if (mode.kind !== "waiting") return { finger: seen };
  if (outcome === "poor")
    return { ...readPlacement(mode.order, null, { kind: "unread" }), finger: seen };
  return {
    finger: seen,
    mode: { kind: "identifying", order: mode.order, capture },
    effects: [{ kind: "identify", capture, earlier: mode.order.probes }],
  };
}

export function onTaken(state: CheckoutState, capture: number): Reaction {
  const glass = afterTaken(state.finger.glass, capture);
  return glass === null ? IGNORED : { finger: { ...state.finger, glass } };
}

export function onLifted(state: CheckoutState, isFree: boolean): Reaction {
  const glass = afterLift(state.finger.glass, isFree);
  if (glass === null) return IGNORED;
  // An early finger that left before the charge might be somebody else's by now (rule C5).
  return { finger: { glass, early: isFree ? null : state.finger.early } };
}

export function onRead(state: CheckoutState, capture: number, reading: Reading): Reaction {
  const { mode } = state;
  if (mode.kind !== "identifying" || mode.capture !== capture) return IGNORED;
  return readPlacement(mode.order, capture, reading);
}

function readPlacement(order: Order, capture: number | null, reading: Reading): Reaction {
  const judgement = judge(reading, order.attempt);
  switch (judgement.kind) {
    case "child":
      return {
        mode: { kind: "deciding", order },
        effects: [
          {
            kind: "sell",
            charge: order.charge,
            student: judgement.student,
            amount: order.amount,
            method: "finger",
          },
        ],
      };
    case "fallback":
      return { mode: openPin(order, true), effects: [{ kind: "signal", signal: "retry" }] };
    case "retry": {
      const keptProbes = judgement.keepsProbe && capture !== null ? [capture] : [];
      const probes = [...order.probes, ...keptProbes];
      const next: Mode = {
        kind: "waiting",
        order: { ...order, attempt: order.attempt + 1, probes },
        coach: judgement.coach,
      };
      return { mode: next, effects: [{ kind: "signal", signal: "retry" }] };
    }
  }
}
