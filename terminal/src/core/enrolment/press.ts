import type { FingerName } from "../vault/vault.ts";
import type { Collection, EnrolChild, EnrolmentMode, EnrolmentState } from "./enrolment-state.ts";
import { newPlacing } from "./placement.ts";
import { IGNORED, type Press, type Reaction } from "./reaction.ts";

const ROSTER: EnrolmentMode = { kind: "roster", note: null };
const FINGER_COUNT_MAX = 2;

function askPin(collection: Collection): EnrolmentMode {
  return { kind: "pin", collection, first: null, note: null };
}

function pinOnly(child: EnrolChild): EnrolmentMode {
  return askPin({ child, fingers: [], done: [] });
}

/** A press of the operator. Leaving is possible everywhere but while the vault writes (rule E9). */
export function onPress(state: EnrolmentState, press: Press): Reaction {
  const { mode } = state;
  if (mode.kind === "closed") return press.kind === "open" ? { mode: ROSTER } : IGNORED;
  if (mode.kind === "saving") return IGNORED;
  if (press.kind === "close") return { mode: { kind: "closed" } };
  if (press.kind === "cancel") return { mode: ROSTER };
  switch (mode.kind) {
    case "roster":
      return onRoster(press);
    case "saved":
      return press.kind === "next" ? { mode: ROSTER } : onRoster(press);
    case "assent":
      return onAssent(mode.child, press);
    case "fingers":
      return onFingers(mode.child, press);
    case "placing":
    case "working":
    case "duplicate":
      return onPlacing(mode, press);
    case "pin":
      return onPin(mode, press);
    case "failed":
      return press.kind === "redo" ? save(mode.collection, mode.pin) : IGNORED;
  }
}

/** No recorded consent, no finger: the button is dead and so is the door behind it (rule E2). */
function onRoster(press: Press): Reaction {
  if (press.kind === "choose-pin") return { mode: pinOnly(press.child) };
  if (press.kind !== "choose") return IGNORED;
  return press.child.consent === "granted"
    ? { mode: { kind: "assent", child: press.child } }
    : { mode: { kind: "roster", note: "no-consent" } };
}

/** The child's own no needs no reason and costs nothing but the finger (rule E3). */
function onAssent(child: EnrolChild, press: Press): Reaction {
  if (press.kind !== "assent") return IGNORED;
  return { mode: press.isYes ? { kind: "fingers", child } : pinOnly(child) };
}

function onFingers(child: EnrolChild, press: Press): Reaction {
  if (press.kind === "pin-only") return { mode: pinOnly(child) };
  if (press.kind !== "fingers") return IGNORED;
  const fingers = [...new Set(press.fingers)];
  const [first] = fingers;
  if (first === undefined || fingers.length > FINGER_COUNT_MAX) return IGNORED;
  const collection: Collection = { child, fingers, done: [] };
  return { mode: { kind: "placing", collection, placing: newPlacing(first) } };
}

type PlacingMode = Extract<EnrolmentMode, { kind: "placing" | "working" | "duplicate" }>;

function onPlacing(mode: PlacingMode, press: Press): Reaction {
  const { collection } = mode;
  const current = mode.kind === "duplicate" ? mode.finger : mode.placing.finger;
  switch (press.kind) {
    case "pin-only":
      return { mode: pinOnly(collection.child) };
    case "redo":
      return { mode: { kind: "placing", collection, placing: newPlacing(current) } };
    case "other-finger":
      return swapFinger(collection, current, press.finger);
    default:
      return IGNORED;
  }
}

function swapFinger(collection: Collection, from: FingerName, to: FingerName): Reaction {
  if (collection.fingers.includes(to)) return IGNORED;
  const fingers = collection.fingers.map((finger) => (finger === from ? to : finger));
  return {
    mode: { kind: "placing", collection: { ...collection, fingers }, placing: newPlacing(to) },
  };
}

/** Four to six digits, twice the same (rule E8). */
function onPin(mode: Extract<EnrolmentMode, { kind: "pin" }>, press: Press): Reaction {
  const { collection, first } = mode;
  if (press.kind === "redo") return { mode: askPin(collection) };
  if (press.kind === "pin-skip") {
    const hasWay = collection.child.hasPin && collection.done.length > 0;
    return hasWay ? save(collection, null) : IGNORED;
  }
  if (press.kind !== "pin") return IGNORED;
  if (!/^[0-9]{4,6}$/.test(press.pin))
    return { mode: { kind: "pin", collection, first, note: "length" } };
  if (first === null) return { mode: { kind: "pin", collection, first: press.pin, note: null } };
  if (first !== press.pin)
    return { mode: { kind: "pin", collection, first: null, note: "differs" } };
  return save(collection, press.pin);
}

function save(collection: Collection, pin: string | null): Reaction {
  return {
    mode: { kind: "saving", collection, pin },
    effects: [{ kind: "save", student: collection.child.student, fingers: collection.done, pin }],
  };
}
