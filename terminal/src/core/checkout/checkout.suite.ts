import { rupiah, studentId } from "@saku/protocol";
import type { Reading } from "../identify/judgement.ts";
import { CHECKOUT_START, step } from "./checkout.ts";
import type { CheckoutEffect, CheckoutEvent, CheckoutState, PinChild } from "./checkout-state.ts";

// A till in a school of two children, and short words for what happens at it.
export const aisyah = studentId("stu-aisyah");
export const budi = studentId("stu-budi");
export const till = {
  perSale: rupiah(50_000),
  quickKeys: [
    { label: "Nasi goreng", amount: rupiah(10_000) },
    { label: "Es teh", amount: rupiah(2_000) },
  ],
};
export const OPEN: readonly CheckoutEvent[] = [
  { kind: "stall", till },
  { kind: "sensor", sensor: "ready" },
  { kind: "lifted", isFree: true },
];
export const childOf = (student: typeof aisyah, hasPin = true): PinChild => ({
  student,
  firstName: "Aisyah",
  className: "3A",
  hasPin,
});
export const pinChild = (student: typeof aisyah, hasPin = true): CheckoutEvent => ({
  kind: "child",
  number: "17",
  child: childOf(student, hasPin),
  nowMs: 0,
});
export const sale = { saleId: "a".repeat(64), amount: rupiah(5_000), firstName: "Aisyah" };
export const known: Reading = {
  kind: "identified",
  student: aisyah,
  isActive: true,
  hasConsent: true,
};

export type Run = { readonly state: CheckoutState; readonly effects: readonly CheckoutEffect[] };

/** Effects are those of the last event only. */
export function run(events: readonly CheckoutEvent[], from: CheckoutState = CHECKOUT_START): Run {
  let last: Run = { state: from, effects: [] };
  for (const event of events) last = step(last.state, event);
  return last;
}

export const key = (name: string): CheckoutEvent => ({ kind: "key", key: name as "0" });
export const keys = (...names: string[]): CheckoutEvent[] => names.map(key);
export const digits = (text: string): CheckoutEvent[] =>
  [...text].map((digit) => ({ kind: "digit", digit }));
export const enter = (nowMs = 0): CheckoutEvent => ({ kind: "enter", nowMs });

export function opened(): CheckoutState {
  return run(OPEN).state;
}

export function runningCapture(state: CheckoutState): number {
  const { task } = state.finger.glass;
  if (task.kind !== "capture") throw new Error(`No capture runs but ${task.kind}`);
  return task.capture;
}

export function place(state: CheckoutState, reading: Reading): Run {
  const capture = runningCapture(state);
  return run(
    [
      { kind: "captured", capture, outcome: "image" },
      { kind: "read", capture, reading },
    ],
    state,
  );
}

export const lift: CheckoutEvent = { kind: "lifted", isFree: true };

export function charged(amount = 5_000): CheckoutState {
  return run([{ kind: "amount", amount: rupiah(amount) }, { kind: "charge" }], opened()).state;
}
