import type { UnixMs } from "@saku/protocol";
import { totalOf, type Basket } from "../../core/checkout/basket.ts";
import type { CheckoutState, Mode, PinStep } from "../../core/checkout/checkout-state.ts";
import { isReading } from "../../core/identify/glass.ts";
import { ATTEMPT_MAX, type Coach } from "../../core/identify/judgement.ts";
import type { StallEntry } from "../../core/directory/directory.ts";
import type { LinkMode } from "../../core/hub/link-mode.ts";
import type { LinkStatus, SaleRefusal } from "../../core/wallet/sale-desk.ts";

export type Screen =
  | "starting"
  | "stopped"
  | "till"
  | "waiting"
  | "sensor-away"
  | "reading"
  | "deciding"
  | "approved"
  | "retry"
  | "pin"
  | "not-this-time"
  | "unconfirmed"
  | "enrolling";

/** Everything that the page shows, language-neutral; at most 2 kB as JSON. Never a balance, a limit or a PIN. */
export type CounterView = {
  /** Rises with every change of this daemon. */
  readonly rev: number;
  readonly screen: Screen;
  /** What the child should do now; "finger" until the image has come up. */
  readonly wants: "finger" | "lift" | null;
  readonly stall: string | null;
  /** Changes when the quick keys or the stall did: the page is to be loaded again. */
  readonly stallVersion: number;
  readonly amount: number;
  readonly perSale: number;
  readonly note: "over-cap" | null;
  /** The last lines of the basket, newest last, at most four. */
  readonly lines: readonly { readonly label: string | null; readonly amount: number }[];
  readonly lineCount: number;
  readonly repeatAmount: number | null;
  readonly sensor: "ready" | "away";
  /** 1 … 3 while a finger is awaited or read, else 0. */
  readonly attempt: number;
  readonly attemptMax: number;
  readonly coach: Coach | null;
  readonly pin: PinView | null;
  /** Who was served, on approved and unconfirmed only. */
  readonly firstName: string | null;
  /** Only while the merchant looks at it (rule C12). */
  readonly reason: SaleRefusal | null;
  /** The terminal itself cannot sell and needs a look. */
  readonly needsService: boolean;
  /** The school's reserve may pay instead. */
  readonly canReserve: boolean;
  readonly canVoid: boolean;
  readonly isVoidRefused: boolean;
  readonly isOnline: boolean;
  readonly linkMode: LinkMode;
  readonly unsentCount: number;
  readonly fingerCount: number;
};

export type PinView = {
  readonly step: PinStep["kind"];
  /** The child's number as typed; never the PIN. */
  readonly number: string;
  readonly dotCount: number;
  readonly firstName: string | null;
  readonly className: string | null;
  readonly note: "unknown-number" | "no-pin" | "cooling" | "wrong" | null;
  readonly triesLeft: number | null;
  readonly waitUntilMs: UnixMs | null;
  readonly canUseFinger: boolean;
};

export type ViewParts = {
  readonly rev: number;
  readonly state: CheckoutState;
  readonly stall: StallEntry | null;
  readonly stallVersion: number;
  readonly isLoaded: boolean;
  readonly link: LinkStatus;
  readonly fingerCount: number;
};

const LINE_COUNT = 4;

export function viewOf(parts: ViewParts): CounterView {
  const { state, stall, link } = parts;
  const { mode, till } = state;
  const basket = basketOf(mode);
  return {
    rev: parts.rev,
    screen: screenWith(parts),
    wants: wantsOf(state),
    stall: stall?.merchantName ?? null,
    stallVersion: parts.stallVersion,
    amount: amountOf(mode),
    perSale: till.perSale ?? 0,
    note: mode.kind === "till" ? mode.note : null,
    lines: basket.items.slice(-LINE_COUNT).map(({ label, amount }) => ({ label, amount })),
    lineCount: basket.items.length,
    repeatAmount: till.lastAmount,
    sensor: state.finger.glass.sensor,
    attempt: mode.kind === "waiting" || mode.kind === "identifying" ? mode.order.attempt : 0,
    attemptMax: ATTEMPT_MAX,
    coach: mode.kind === "waiting" ? mode.coach : null,
    pin: mode.kind === "pin" ? pinView(mode) : null,
    firstName: "sale" in mode ? mode.sale.firstName : null,
    reason: mode.kind === "not-this-time" && mode.isReasonShown ? mode.reason : null,
    needsService: mode.kind === "not-this-time" && isFault(mode.reason),
    canReserve: mode.kind === "not-this-time" && mode.reserve !== null,
    canVoid: mode.kind === "unconfirmed" && mode.step === "asking",
    isVoidRefused: mode.kind === "unconfirmed" && mode.step === "void-refused",
    isOnline: link.isOnline,
    linkMode: link.mode,
    unsentCount: link.unsentCount,
    fingerCount: parts.fingerCount,
  };
}

function isFault(reason: SaleRefusal): boolean {
  return reason === "terminal-not-ready" || reason === "disk-failed";
}

/** A terminal that was taken out of service shows it, as soon as nobody stands in the middle of a sale. */
function screenWith({ stall, isLoaded, link, state }: ViewParts): Screen {
  if (stall === null || !isLoaded) return "starting";
  const isIdle = state.mode.kind === "till" || state.mode.kind === "waiting";
  return link.isStopped && isIdle ? "stopped" : screenOf(state);
}

function screenOf({ mode, finger }: CheckoutState): Screen {
  switch (mode.kind) {
    case "waiting":
      if (finger.glass.sensor === "away") return "sensor-away";
      if (isReading(finger.glass)) return "reading";
      return mode.coach === null ? "waiting" : "retry";
    case "identifying":
      return "reading";
    case "paused":
      return "enrolling";
    default:
      return mode.kind;
  }
}

function wantsOf({ mode, finger }: CheckoutState): CounterView["wants"] {
  if (mode.kind !== "waiting" || finger.glass.sensor === "away") return null;
  return finger.glass.task.kind === "capture" ? "finger" : "lift";
}

function basketOf(mode: Mode): Basket {
  if ("basket" in mode) return mode.basket;
  if ("order" in mode) return mode.order.basket;
  return { items: [], entry: 0 as Basket["entry"] };
}

function amountOf(mode: Mode): number {
  if ("sale" in mode) return mode.sale.amount;
  if ("order" in mode) return mode.order.amount;
  return mode.kind === "not-this-time" ? mode.amount : totalOf(mode.basket);
}

function pinView({ pin, isFallback }: Extract<Mode, { kind: "pin" }>): PinView {
  const child = "child" in pin ? pin.child : null;
  const isWrong = pin.kind === "code" && pin.triesLeft !== null;
  const ownNote = pin.kind === "number" ? pin.note : null;
  return {
    step: pin.kind,
    number: pin.kind === "number" || pin.kind === "finding" ? pin.digits : "",
    dotCount: pin.kind === "code" ? pin.digits.length : 0,
    firstName: child?.firstName ?? null,
    className: child?.className ?? null,
    note: isWrong ? "wrong" : ownNote,
    triesLeft: pin.kind === "code" ? pin.triesLeft : null,
    waitUntilMs: pin.kind === "number" && pin.untilMs > 0 ? (pin.untilMs as UnixMs) : null,
    canUseFinger: !isFallback,
  };
}
