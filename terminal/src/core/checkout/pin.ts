import type { StudentId } from "@saku/protocol";
import {
  isLockedOut,
  lockedUntilMs,
  recordRight,
  recordWrong,
  triesLeft,
  type LockoutRule,
} from "./lockout.ts";
import type { CheckoutEvent, CheckoutState, Mode, Order, PinStep } from "./checkout-state.ts";
import { IGNORED, type Press, type Reaction } from "./reaction.ts";

type PinMode = Extract<Mode, { kind: "pin" }>;

/** Five wrong PINs of one child make that child wait five minutes; no other child notices (rule C14). */
export const PIN_RULE: LockoutRule = { wrongMax: 5, coolDownMs: 300_000 };

const NUMBER_LENGTH_MAX = 10;
const PIN_LENGTH_MIN = 4;
const PIN_LENGTH_MAX = 6;

function askNumber(note: Extract<PinStep, { kind: "number" }>["note"], untilMs = 0): PinStep {
  return { kind: "number", digits: "", note, untilMs };
}

export function openPin(order: Order, isFallback: boolean): PinMode {
  return { kind: "pin", order, pin: askNumber(null), isFallback };
}

export function pressPin(state: CheckoutState, mode: PinMode, press: Press): Reaction {
  switch (press.kind) {
    case "cancel":
    case "timer":
      return { mode: { kind: "till", basket: mode.order.basket, note: null } };
    case "finger-start":
      // Three placements are all that one charge has (rule C7).
      return mode.isFallback || mode.pin.kind === "checking"
        ? IGNORED
        : { mode: { kind: "waiting", order: mode.order, coach: null } };
    case "digit":
      return typeDigit(mode, press.digit);
    case "back":
      return eraseDigit(mode);
    case "enter":
      return submit(state, mode, press.nowMs);
    default:
      return IGNORED;
  }
}

function typeDigit(mode: PinMode, digit: string): Reaction {
  const { pin } = mode;
  if (!/^[0-9]$/.test(digit)) return IGNORED;
  if (pin.kind === "number" && pin.digits.length < NUMBER_LENGTH_MAX)
    return { mode: { ...mode, pin: { ...pin, digits: pin.digits + digit, note: null } } };
  if (pin.kind === "code" && pin.digits.length < PIN_LENGTH_MAX)
    return { mode: { ...mode, pin: { ...pin, digits: pin.digits + digit } } };
  return IGNORED;
}

function eraseDigit(mode: PinMode): Reaction {
  const { pin } = mode;
  if (pin.kind !== "number" && pin.kind !== "code") return IGNORED;
  // Erasing an empty PIN goes back to the number: the wrong child was named.
  if (pin.kind === "code" && pin.digits === "") return { mode: { ...mode, pin: askNumber(null) } };
  return { mode: { ...mode, pin: { ...pin, digits: pin.digits.slice(0, -1) } } };
}

function submit(state: CheckoutState, mode: PinMode, nowMs: number): Reaction {
  const { pin, order } = mode;
  if (pin.kind === "number" && pin.digits !== "")
    return {
      mode: { ...mode, pin: { kind: "finding", digits: pin.digits } },
      effects: [{ kind: "find-child", number: pin.digits }],
    };
  if (pin.kind !== "code" || pin.digits.length < PIN_LENGTH_MIN) return IGNORED;
  const { child } = pin;
  if (isLockedOut(state.lockouts, child.student, nowMs)) return cool(state, mode, nowMs);
  return {
    mode: { ...mode, pin: { kind: "checking", child } },
    effects: [{ kind: "check-pin", charge: order.charge, student: child.student, pin: pin.digits }],
  };
}

function cool(state: CheckoutState, mode: PinMode, nowMs: number): Reaction {
  const { pin } = mode;
  if (pin.kind === "number" || pin.kind === "finding") return IGNORED;
  const untilMs = lockedUntilMs(state.lockouts, pin.child.student, nowMs);
  return { mode: { ...mode, pin: askNumber("cooling", untilMs) } };
}

export function onChildFound(
  state: CheckoutState,
  event: Extract<CheckoutEvent, { kind: "child" }>,
): Reaction {
  const { mode, lockouts } = state;
  if (mode.kind !== "pin" || mode.pin.kind !== "finding" || mode.pin.digits !== event.number)
    return IGNORED;
  const { child, nowMs } = event;
  if (child === null) return { mode: { ...mode, pin: askNumber("unknown-number") } };
  if (!child.hasPin) return { mode: { ...mode, pin: askNumber("no-pin") } };
  const untilMs = lockedUntilMs(lockouts, child.student, nowMs);
  if (untilMs > 0) return { mode: { ...mode, pin: askNumber("cooling", untilMs) } };
  return { mode: { ...mode, pin: { kind: "code", child, digits: "", triesLeft: null } } };
}

export function onPinChecked(
  state: CheckoutState,
  event: Extract<CheckoutEvent, { kind: "pin-checked" }>,
): Reaction {
  const { mode } = state;
  const { student, isRight, nowMs } = event;
  // A wrong PIN counts even when the screen has moved on, or cancelling would buy free guesses.
  const lockouts = isRight
    ? recordRight(state.lockouts, student)
    : recordWrong(state.lockouts, student, nowMs, PIN_RULE);
  if (
    mode.kind !== "pin" ||
    mode.pin.kind !== "checking" ||
    mode.order.charge !== event.charge ||
    mode.pin.child.student !== student
  )
    return { lockouts };
  if (isRight) return { lockouts, ...sellByPin(mode.order, student) };
  if (isLockedOut(lockouts, student, nowMs))
    return { ...cool({ ...state, lockouts }, mode, nowMs), lockouts };
  const left = triesLeft(lockouts, student, PIN_RULE);
  const code: PinStep = { kind: "code", child: mode.pin.child, digits: "", triesLeft: left };
  return { lockouts, mode: { ...mode, pin: code }, effects: [{ kind: "signal", signal: "retry" }] };
}

function sellByPin(order: Order, student: StudentId): Reaction {
  return {
    mode: { kind: "deciding", order },
    effects: [{ kind: "sell", charge: order.charge, student, amount: order.amount, method: "pin" }],
  };
}
