import { Hono, type Context } from "hono";
import type { CheckoutEvent } from "../../core/checkout/checkout-state.ts";
import type { CounterDesk } from "./desk.ts";
import { readFields } from "./guard.ts";
import { parseCharge, parsePress } from "./presses.ts";

/*
 * The till for programs; the page itself uses nothing else.
 *
 *   GET  /counter/view                    the view (view.ts), as the screen shows it now
 *   GET  /counter/live                    the same as server-sent events, whole view on every change
 *   POST /counter/press  {"kind": …}      one press (presses.ts); answers {isAccepted, view}
 *   POST /counter/charge {"amount": 5000} amount and Tagih in one; 409 with the view while a sale is under way
 *
 * A press that means nothing in the present screen changes nothing and answers isAccepted: false.
 */
export function counterRoutes(desk: CounterDesk, now: () => number): Hono {
  const answer = (c: Context, isAccepted: boolean, status: 200 | 409 = 200): Response =>
    c.json({ isAccepted, view: desk.view() }, status);

  return new Hono()
    .get("/counter/view", (c) => c.json(desk.view()))
    .get("/counter/live", (c) => desk.tillLive.serve(c))
    .post("/counter/press", async (c) => {
      const event = parsePress(await readFields(c), now());
      if (event === null) return c.json({ error: "Not a press of this till" }, 400);
      return answer(c, isOpen(desk) && desk.till.send(event));
    })
    .post("/counter/charge", async (c) => {
      const order = parseCharge(await readFields(c));
      if (order === null) return c.json({ error: "amount must be whole rupiah, 1 or more" }, 400);
      const isDone = isOpen(desk) && charge(desk, order.amount);
      return answer(c, isDone, isDone ? 200 : 409);
    });
}

/** Until the stall and the fingers are known the screen has no keys. */
function isOpen(desk: CounterDesk): boolean {
  return desk.view().screen !== "starting";
}

function charge(
  desk: CounterDesk,
  amount: Extract<CheckoutEvent, { kind: "amount" }>["amount"],
): boolean {
  const { mode } = desk.till.state();
  if (mode.kind !== "till" && mode.kind !== "approved" && mode.kind !== "not-this-time")
    return false;
  const chargeBefore = desk.till.state().charge;
  desk.till.send({ kind: "amount", amount });
  desk.till.send({ kind: "charge" });
  return desk.till.state().charge > chargeBefore;
}
