import type { CounterClient, CounterJourney, CounterView } from "../fleet/counter-client.ts";
import type { Pupil } from "../fleet/pupils.ts";
import { until } from "../fleet/until.ts";
import type { SimulatedModule } from "../sensor-module.ts";
import type { World } from "../world.ts";

/** A child who wants to buy something, and the finger that the child lays on the glass. */
export type Customer = {
  readonly pupil: Pupil;
  readonly student: string;
  readonly fingerId: string;
};

export type Till = { readonly counter: CounterClient; readonly module: SimulatedModule };

export type Bought = {
  readonly kind: "bought";
  readonly how: "finger" | "retry" | "third-try" | "pin";
  /** The name on the approved screen. */
  readonly firstName: string | null;
  readonly journey: CounterJourney | null;
};

export type Purchase = Bought | { readonly kind: "refused"; readonly reason: string };

const BY_PLACEMENT = ["finger", "retry", "third-try"] as const;
const SCREEN_TIMEOUT_MS = 30_000;
const RESULT_SCREENS = new Set(["approved", "not-this-time", "unconfirmed"]);

/** The till as the next customer finds it: an old result is dismissed, a recorded sale is handed over. */
async function freeTill(counter: CounterClient): Promise<void> {
  await until(
    "a free till",
    async () => {
      const { screen } = await counter.view();
      if (screen === "till") return true;
      if (screen === "unconfirmed") await counter.press({ kind: "hand-over" });
      else if (screen !== "starting" && screen !== "deciding")
        await counter.press({ kind: "cancel" });
      return null;
    },
    { timeoutMs: SCREEN_TIMEOUT_MS },
  );
}

async function newestJourney(
  counter: CounterClient,
  firstName: string | null,
): Promise<CounterJourney | null> {
  const journeys = await counter.journeys();
  return firstName === null
    ? null
    : (journeys.findLast((one) => one.outcome === "approved") ?? null);
}

async function typePin(counter: CounterClient, pupil: Pupil): Promise<void> {
  const typed = async (digits: string): Promise<void> => {
    for (const digit of digits) await counter.press({ kind: "digit", digit });
    await counter.press({ kind: "enter" });
  };
  const atStep = (step: string): Promise<true> =>
    until(
      `the PIN pad at "${step}"`,
      async () => ((await counter.view()).pin?.step === step ? true : null),
      { timeoutMs: SCREEN_TIMEOUT_MS },
    );
  await atStep("number");
  await typed(pupil.number);
  await atStep("code");
  await typed(pupil.pin);
}

/** One placement: finger down when it is wanted, up when the module has its image. Gives the screen that follows. */
async function layFinger(till: Till, place: () => void, attempt: number): Promise<CounterView> {
  await until(
    "the counter to want a finger",
    async () => {
      const view = await till.counter.view();
      return view.wants === "finger" || RESULT_SCREENS.has(view.screen) || view.screen === "pin"
        ? true
        : null;
    },
    { timeoutMs: SCREEN_TIMEOUT_MS },
  );
  place();
  try {
    return await until(
      "an answer to the finger",
      async () => {
        const view = await till.counter.view();
        const isAnswered =
          RESULT_SCREENS.has(view.screen) || view.screen === "pin" || view.attempt > attempt;
        return isAnswered ? view : null;
      },
      { timeoutMs: SCREEN_TIMEOUT_MS },
    );
  } finally {
    till.module.lift();
  }
}

function resultOf(counter: CounterClient): Promise<CounterView> {
  return until(
    "the end of the sale",
    async () => {
      const now = await counter.view();
      return RESULT_SCREENS.has(now.screen) ? now : null;
    },
    { timeoutMs: SCREEN_TIMEOUT_MS },
  );
}

/** Buys once, the way a child does: finger, again as coached, then the PIN. Throws when the terminal dies meanwhile. */
export async function buy(
  till: Till,
  world: World,
  customer: Customer,
  sale: { readonly amount: number; readonly impressions: readonly number[] },
): Promise<Purchase> {
  const { counter, module } = till;
  await freeTill(counter);
  await counter.press({ kind: "amount", amount: sale.amount });
  await counter.press({ kind: "charge" });
  let view = await counter.view();
  let placed = 0;
  while (
    placed < sale.impressions.length &&
    !RESULT_SCREENS.has(view.screen) &&
    view.screen !== "pin"
  ) {
    const impressionIndex = sale.impressions[placed] ?? 0;
    placed += 1;
    view = await layFinger(
      till,
      () => module.place(world.place(customer.fingerId, { impressionIndex })),
      placed,
    );
  }
  const usedPin = !RESULT_SCREENS.has(view.screen);
  if (usedPin) {
    if (view.screen !== "pin") await counter.press({ kind: "pin-start" });
    await typePin(counter, customer.pupil);
  }
  if (usedPin) view = await resultOf(counter);
  if (view.screen === "approved") {
    const how = usedPin ? "pin" : (BY_PLACEMENT[placed - 1] ?? "third-try");
    const { firstName } = view;
    return { kind: "bought", how, firstName, journey: await newestJourney(counter, firstName) };
  }
  const refused = (await counter.journeys()).findLast((one) => one.outcome === "refused");
  await counter.press({ kind: "cancel" });
  return { kind: "refused", reason: refused?.reason ?? view.screen };
}
