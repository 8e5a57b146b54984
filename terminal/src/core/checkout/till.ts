import { must, type Rupiah } from "@saku/protocol";
import {
  addItem,
  EMPTY_BASKET,
  pressKey,
  totalOf,
  type Basket,
  type BasketStep,
} from "./basket.ts";
import type { CheckoutState, Mode, Order } from "./checkout-state.ts";
import { IGNORED, type Press, type Reaction } from "./reaction.ts";
import { openPin } from "./pin.ts";

type TillMode = Extract<Mode, { kind: "till" }>;

export function tillMode(basket: Basket): TillMode {
  return { kind: "till", basket, note: null };
}

function showStep(step: BasketStep): Reaction {
  return {
    mode: { kind: "till", basket: step.basket, note: step.isOverCap ? "over-cap" : null },
  };
}

function lump(amount: Rupiah): Basket {
  return { items: [], entry: amount };
}

/** Starts the one order of this charge; an early finger that is still on the glass is read at once (rule C5). */
function startCharge(state: CheckoutState, basket: Basket): Reaction {
  const amount = totalOf(basket);
  if (amount === 0 || state.till.perSale === null) return IGNORED;
  if (amount > state.till.perSale) return { mode: { kind: "till", basket, note: "over-cap" } };
  const charge = state.charge + 1;
  const order: Order = { charge, basket, amount, attempt: 1, probes: [] };
  const { early } = state.finger;
  if (early === null) return { charge, mode: { kind: "waiting", order, coach: null } };
  return {
    charge,
    mode: { kind: "identifying", order, capture: early },
    finger: { ...state.finger, early: null },
    effects: [{ kind: "identify", capture: early, earlier: [] }],
  };
}

export function onTill(state: CheckoutState, mode: TillMode, press: Press): Reaction {
  const { perSale, quickKeys, lastAmount } = state.till;
  if (press.kind === "pause") return { mode: { kind: "paused", basket: mode.basket } };
  if (perSale === null) return IGNORED;
  switch (press.kind) {
    case "key":
      return showStep(pressKey(mode.basket, press.key, perSale));
    case "quick": {
      const quick = quickKeys[press.index];
      return quick === undefined ? IGNORED : showStep(addItem(mode.basket, quick, perSale));
    }
    case "amount":
      return press.amount > perSale
        ? { mode: { ...mode, note: "over-cap" } }
        : { mode: tillMode(lump(press.amount)) };
    case "charge":
      return startCharge(state, mode.basket);
    case "repeat":
      return lastAmount === null ? IGNORED : startCharge(state, lump(lastAmount));
    case "cancel":
      return { mode: tillMode(EMPTY_BASKET) };
    default:
      return IGNORED;
  }
}

type OrderMode = Extract<Mode, { kind: "waiting" | "identifying" }>;

/** While the finger is awaited or read: PIN instead, or back to the amount, which is kept. */
export function pressOrder(mode: OrderMode, press: Press): Reaction {
  switch (press.kind) {
    case "cancel":
    case "timer":
      return { mode: tillMode(mode.order.basket) };
    case "pin-start":
      return { mode: openPin(mode.order, false) };
    default:
      return IGNORED;
  }
}

type ResultMode = Extract<Mode, { kind: "approved" | "not-this-time" }>;

/** The operator lets the school's reserve pay: the same child, the same amount, a charge of its own (rule C17). */
function askReserve(
  state: CheckoutState,
  { reserve }: Extract<Mode, { kind: "not-this-time" }>,
): Reaction {
  if (reserve === null) return IGNORED;
  const charge = state.charge + 1;
  const { student, method, order } = reserve;
  return {
    charge,
    mode: { kind: "deciding", order: { ...order, charge } },
    effects: [{ kind: "serve-reserve", charge, student, amount: order.amount, method }],
  };
}

/** A result never holds up the queue: any key starts the next sale (rule C11). */
export function pressResult(state: CheckoutState, mode: ResultMode, press: Press): Reaction {
  const basket = mode.kind === "approved" ? EMPTY_BASKET : mode.basket;
  const till = tillMode(basket);
  switch (press.kind) {
    case "timer":
    case "cancel":
      return { mode: till };
    case "reserve":
      return mode.kind === "not-this-time" ? askReserve(state, mode) : IGNORED;
    case "reason":
      return mode.kind === "not-this-time" ? { mode: { ...mode, isReasonShown: true } } : IGNORED;
    case "key":
    case "quick":
    case "amount":
    case "charge":
    case "repeat": {
      const after = onTill(state, till, press);
      return { ...after, mode: must(after.mode ?? till, "a mode") };
    }
    case "pause":
      return { mode: { kind: "paused", basket } };
    default:
      return IGNORED;
  }
}
