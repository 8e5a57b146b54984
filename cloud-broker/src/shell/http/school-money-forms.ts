import type { Result, Rupiah } from "@saku/protocol";
import { readAmount } from "../../web/design/amount-input.ts";
import type { FormState } from "../../web/design/form.tsx";
import { formState } from "./forms-page.tsx";
import type { Fields } from "./forms.ts";
import type { Order, OrderOutcome } from "./office.ts";

/** What a page shows beside its rows: the form as it was typed. */
export type Shown = { readonly state: FormState; readonly orderKey?: string };

/** The form again with what is wrong, and the same key: it was never an order. */
export function wrong(fields: Fields, order: Order, problem: FormState["problems"]): Shown {
  return { state: formState(fields, problem), orderKey: order.idempotencyKey };
}

export const keyOf = (shown: Shown): { readonly orderKey?: string } =>
  shown.orderKey === undefined ? {} : { orderKey: shown.orderKey };

export function amountIn(fields: Fields, name: string): Result<Rupiah, "empty" | "not-an-amount"> {
  return readAmount((fields[name] ?? "").slice(0, 64));
}

/** A refusal that the person can mend is a problem of the form; any other has its own page. */
export function isMendable(
  outcome: OrderOutcome<unknown>,
): outcome is Extract<OrderOutcome<unknown>, { kind: "refused" }> {
  return outcome.kind === "refused" && (outcome.reason === "funds" || outcome.reason === "invalid");
}
