import { unreachable } from "@saku/protocol";
import { EMPTY_BASKET } from "./basket.ts";
import type { CheckoutEvent, CheckoutState, Mode, ShownSale } from "./checkout-state.ts";
import { IGNORED, type Press, type Reaction } from "./reaction.ts";

type SaleEvent = Extract<
  CheckoutEvent,
  { kind: "sold" | "refused" | "sale-unknown" | "unconfirmed" | "voided" }
>;
type UnconfirmedMode = Extract<Mode, { kind: "unconfirmed" }>;

export function onSaleEvent(state: CheckoutState, event: SaleEvent): Reaction {
  switch (event.kind) {
    case "unconfirmed":
      return onUnconfirmed(state, event.sale);
    case "voided":
      return onVoided(state, event);
    case "sold":
    case "refused":
    case "sale-unknown":
      return onDecided(state, event);
    default:
      return unreachable(event);
  }
}

/** Only the answer to the charge that is being decided counts (rule C9). */
function onDecided(
  state: CheckoutState,
  event: Extract<SaleEvent, { kind: "sold" | "refused" | "sale-unknown" }>,
): Reaction {
  const { mode, till } = state;
  if (mode.kind !== "deciding" || mode.order.charge !== event.charge) return IGNORED;
  const { amount, basket } = mode.order;
  if (event.kind === "sold")
    return {
      mode: { kind: "approved", sale: event.sale },
      till: { ...till, lastAmount: amount },
      effects: [
        { kind: "signal", signal: "approved" },
        { kind: "mark-shown", saleId: event.sale.saleId },
      ],
    };
  const reason = event.kind === "refused" ? event.reason : "terminal-not-ready";
  const offer = event.kind === "refused" ? event.reserve : undefined;
  const reserve = offer === undefined ? null : { order: mode.order, ...offer };
  const refused: Mode = {
    kind: "not-this-time",
    basket,
    amount,
    reason,
    isReasonShown: false,
    reserve,
  };
  const signal = { kind: "signal", signal: "not-this-time" } as const;
  // The desk threw after it may have written: the disk decides, not the exception (rule C13).
  return event.kind === "sale-unknown"
    ? { mode: refused, effects: [signal, { kind: "find-unconfirmed" }] }
    : { mode: refused, effects: [signal] };
}

function onUnconfirmed(state: CheckoutState, sale: ShownSale): Reaction {
  // While a charge is decided the found sale could be its own; a result on the screen is left to its timer.
  if (["deciding", "approved", "paused", "unconfirmed"].includes(state.mode.kind)) return IGNORED;
  return { mode: { kind: "unconfirmed", sale, step: "asking" } };
}

export function pressUnconfirmed(
  state: CheckoutState,
  mode: UnconfirmedMode,
  press: Press,
): Reaction {
  if (mode.step === "voiding") return IGNORED;
  if (press.kind === "hand-over")
    return {
      mode: { kind: "till", basket: EMPTY_BASKET, note: null },
      till: { ...state.till, lastAmount: mode.sale.amount },
      effects: [{ kind: "mark-shown", saleId: mode.sale.saleId }],
    };
  if (press.kind === "void" && mode.step === "asking")
    return {
      mode: { ...mode, step: "voiding" },
      effects: [{ kind: "void-sale", saleId: mode.sale.saleId }],
    };
  return IGNORED;
}

function onVoided(state: CheckoutState, event: Extract<SaleEvent, { kind: "voided" }>): Reaction {
  const { mode } = state;
  if (mode.kind !== "unconfirmed" || mode.sale.saleId !== event.saleId) return IGNORED;
  if (!event.isVoided) return { mode: { ...mode, step: "void-refused" } };
  return { mode: { kind: "till", basket: EMPTY_BASKET, note: null } };
}
