import type { CounterClient, CounterView } from "../fleet/counter-client.ts";
import type { Pupil } from "../fleet/pupils.ts";
import type { Random } from "../random.ts";
import type { Intention, Intentions, Knowledge } from "./intention.ts";

/** What a stall's queue of children works with. */
export type Queue = {
  readonly counter: CounterClient;
  readonly pupils: readonly Pupil[];
  readonly intentions: Intentions;
  readonly random: Random;
  /** Reasons of refusals, counted. */
  readonly refusals: Map<string, number>;
  isOpen(): boolean;
};

const RESULT_SCREENS = new Set(["approved", "not-this-time", "unconfirmed"]);
const AWAY_PAUSE_MS = 60;
const LOOK_EVERY_MS = 15;
/** A counter that does not come to an answer is asked no longer; the sale stays unknown. */
const PATIENCE_MS = 20_000;

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Looks at the screen until `isIt`; null when patience ends. Throws when the counter is away. */
async function lookFor(
  counter: CounterClient,
  isIt: (view: CounterView) => boolean,
): Promise<CounterView | null> {
  const endMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const view = await counter.view();
    if (isIt(view)) return view;
    if (Date.now() > endMs) return null;
    await pause(LOOK_EVERY_MS);
  }
}

/** A sale that was recorded and never shown: the merchant hands it over, or puts it back if the child has left. */
async function resolveUnconfirmed(queue: Queue, view: CounterView): Promise<void> {
  const { counter, intentions, random } = queue;
  const known = intentions.byAmount(view.amount, view.firstName);
  if (known?.knowledge === "unknown") intentions.settle(known, "recorded");
  const isVoid = view.canVoid && random.chance(0.4);
  await counter.press({ kind: isVoid ? "void" : "hand-over" });
  const after = await lookFor(
    counter,
    (now) => now.screen !== "unconfirmed" || now.isVoidRefused || now.amount !== view.amount,
  );
  // A void is refused once its minute is over: then it can only be handed over.
  if (isVoid && known !== null && after?.screen !== "unconfirmed")
    intentions.settle(known, "put-back");
}

/** The till free for the next child; false when the counter was not to be moved to it. */
async function freeTill(queue: Queue): Promise<boolean> {
  const { counter } = queue;
  const endMs = Date.now() + PATIENCE_MS;
  while (Date.now() < endMs) {
    const view = await counter.view();
    if (view.screen === "till") return true;
    if (view.screen === "unconfirmed") await resolveUnconfirmed(queue, view);
    else if (view.screen !== "starting" && view.screen !== "deciding")
      await counter.press({ kind: "cancel" });
    await pause(LOOK_EVERY_MS);
  }
  return false;
}

async function type(counter: CounterClient, digits: string): Promise<void> {
  for (const digit of digits) await counter.press({ kind: "digit", digit });
  await counter.press({ kind: "enter" });
}

async function noteRefusal(queue: Queue): Promise<void> {
  const refused = (await queue.counter.journeys()).findLast((one) => one.outcome === "refused");
  const reason = refused?.reason ?? "unknown";
  queue.refusals.set(reason, (queue.refusals.get(reason) ?? 0) + 1);
}

/** One purchase by PIN, as a child without a finger on file makes it. Throws when the counter dies meanwhile. */
async function buy(queue: Queue, intention: Intention, pupil: Pupil): Promise<Knowledge> {
  const { counter } = queue;
  await counter.press({ kind: "amount", amount: intention.amount });
  await counter.press({ kind: "charge" });
  await counter.press({ kind: "pin-start" });
  await type(counter, pupil.number);
  const code = await lookFor(
    counter,
    ({ pin }) => pin?.step === "code" || typeof pin?.note === "string",
  );
  if (code?.pin?.step !== "code") return "refused";
  await type(counter, pupil.pin);
  const result = await lookFor(counter, ({ screen }) => RESULT_SCREENS.has(screen));
  if (result?.screen === "approved" && result.amount === intention.amount) return "confirmed";
  if (result?.screen !== "not-this-time") return "unknown";
  await noteRefusal(queue);
  return "refused";
}

/** Children buy one after the other at this stall until the queue is closed. */
export async function runQueue(queue: Queue): Promise<void> {
  const { intentions, pupils } = queue;
  while (queue.isOpen()) {
    try {
      if (!(await freeTill(queue)) || !queue.isOpen()) continue;
      const intention = intentions.next();
      const pupil = pupils[intention.student];
      if (pupil === undefined) throw new RangeError(`No child ${intention.student}`);
      intentions.settle(intention, await buy(queue, intention, pupil));
    } catch (error) {
      if (error instanceof RangeError) throw error;
      // Killed: whatever was under way stays unknown until a screen speaks of it.
      await pause(AWAY_PAUSE_MS);
    }
  }
}

/** After the faults: whatever a restarted counter still asks is answered. */
export async function settleTill(queue: Queue): Promise<void> {
  if (!(await freeTill(queue))) throw new Error("A counter did not come back to its till");
}
