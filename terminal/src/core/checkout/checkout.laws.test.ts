import { rupiah } from "@saku/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { totalOf } from "./basket.ts";
import { step } from "./checkout.ts";
import { aisyah, childOf, keys, known, opened, sale, type Run } from "./checkout.suite.ts";
import type { CheckoutEvent, CheckoutState } from "./checkout-state.ts";

const anyEvent: fc.Arbitrary<CheckoutEvent> = fc.oneof(
  fc.constantFrom(...keys("1", "5", "000", "clear", "back", "plus")),
  fc.constantFrom<CheckoutEvent>(
    { kind: "charge" },
    { kind: "charge" },
    { kind: "repeat" },
    { kind: "cancel" },
    { kind: "pin-start" },
    { kind: "finger-start" },
    { kind: "digit", digit: "1" },
    { kind: "enter", nowMs: 5 },
    { kind: "reason" },
    { kind: "hand-over" },
    { kind: "void" },
    { kind: "pause" },
    { kind: "resume" },
    { kind: "unconfirmed", sale },
    { kind: "sensor", sensor: "away" },
    { kind: "sensor", sensor: "ready" },
    { kind: "lifted", isFree: true },
    { kind: "lifted", isFree: false },
    { kind: "timer", timer: "waiting" },
    { kind: "timer", timer: "approved" },
    { kind: "voided", saleId: sale.saleId, isVoided: true },
  ),
  fc.record({
    kind: fc.constant("amount" as const),
    amount: fc.integer({ min: 0, max: 60_000 }).map(rupiah),
  }),
);

/** How the world goes on: with what fits (`as-asked`), with its last word once more, or with an answer of any kind. */
const anyAnswer = fc.record({
  go: fc.constantFrom("as-asked", "as-asked", "as-asked", "again", "anything"),
  shift: fc.constantFrom(0, 0, -1),
  pick: fc.integer({ min: 0, max: 7 }),
});
type Answer = typeof anyAnswer extends fc.Arbitrary<infer T> ? T : never;

const anyHistory = fc.array(
  fc.oneof({ weight: 1, arbitrary: anyEvent }, { weight: 4, arbitrary: anyAnswer }),
  { maxLength: 150 },
);

function anyReply(state: CheckoutState, { shift, pick }: Answer): CheckoutEvent {
  const capture = state.finger.glass.nextCapture - 1 + shift;
  const charge = state.charge + shift;
  const replies: readonly CheckoutEvent[] = [
    { kind: "captured", capture, outcome: "image" },
    { kind: "read", capture, reading: known },
    { kind: "read", capture, reading: { kind: "not-found" } },
    { kind: "sold", charge, sale },
    { kind: "refused", charge, reason: "funds" },
    { kind: "child", number: "1", child: childOf(aisyah), nowMs: 5 },
    { kind: "pin-checked", charge, student: aisyah, isRight: true, nowMs: 5 },
    { kind: "lifted", isFree: true },
  ];
  return replies[pick] ?? { kind: "charge" };
}

function fittingReply(state: CheckoutState, answer: Answer): CheckoutEvent {
  const { mode, finger, charge } = state;
  if (mode.kind === "identifying") return { kind: "read", capture: mode.capture, reading: known };
  if (mode.kind === "deciding") return { kind: "sold", charge, sale };
  if (mode.kind === "till" && totalOf(mode.basket) === 0)
    return { kind: "amount", amount: rupiah(5_000) };
  if (mode.kind === "till") return { kind: "charge" };
  if (finger.glass.task.kind === "capture")
    return { kind: "captured", capture: finger.glass.task.capture, outcome: "image" };
  return finger.glass.task.kind === "lift"
    ? { kind: "lifted", isFree: true }
    : anyReply(state, answer);
}

/** Plays a history and hands every step to `look`. */
function play(
  history: readonly (CheckoutEvent | Answer)[],
  look: (before: CheckoutState, after: Run) => void,
): void {
  let state = opened();
  let last: CheckoutEvent = { kind: "cancel" };
  for (const turn of history) {
    if ("kind" in turn) last = turn;
    else if (turn.go === "as-asked") last = fittingReply(state, turn);
    else if (turn.go === "anything") last = anyReply(state, turn);
    const next = step(state, last);
    look(state, next);
    state = next.state;
  }
}

test("[C9] [C10] whatever happens, a charge orders at most one sale of its own amount and is approved at most once", () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const amountByCharge = new Map<number, number>();
      const soldCharges = new Set<number>();
      let approvedCount = 0;
      play(history, (before, { state, effects }) => {
        if (state.charge > before.charge && "order" in state.mode)
          amountByCharge.set(state.charge, state.mode.order.amount);
        for (const effect of effects) {
          if (effect.kind === "signal" && effect.signal === "approved") approvedCount += 1;
          if (effect.kind !== "sell") continue;
          expect(soldCharges.has(effect.charge)).toBe(false);
          expect(effect.amount).toBe(amountByCharge.get(effect.charge));
          soldCharges.add(effect.charge);
        }
      });
      expect(approvedCount).toBeLessThanOrEqual(soldCharges.size);
    }),
    { numRuns: 400 },
  );
});

test("[C6] whatever happens, a capture starts only on a ready sensor after the glass was seen free", () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      play(history, (_before, { state, effects }) => {
        for (const effect of effects)
          if (effect.kind === "capture")
            expect(state.finger.glass).toMatchObject({
              sensor: "ready",
              glass: "free",
              task: { kind: "capture", capture: effect.capture },
            });
      });
    }),
    { numRuns: 200 },
  );
});
