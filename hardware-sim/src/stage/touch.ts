import type { Condition } from "../world.ts";
import type { FingerPosition, StageFleet, StageTerminal } from "./fleet-port.ts";

/** One press of a virtual finger. */
export type TouchOrder = {
  readonly terminal: number;
  /** A child's id, or null for a stranger. */
  readonly child: string | null;
  readonly finger: FingerPosition;
  readonly condition: Condition;
  /** Typed at the counter first; null = somebody types at the counter. */
  readonly amountRupiah: number | null;
};

export type TouchOutcome = "touched" | "unknown" | "cable-out" | "glass-busy" | "till-busy";

/** A finger stays until the module has handed over its picture, as people wait for a light. */
const shortestTouchMs = 700;
const longestTouchMs = 4500;

/** Charges when asked to, lays the finger on the glass, and lifts it when the picture is taken. */
export async function touch(fleet: StageFleet, order: TouchOrder): Promise<TouchOutcome> {
  const terminal = fleet.terminals[order.terminal];
  const fingerId = fingerOf(fleet, order);
  if (terminal === undefined || fingerId === null) return "unknown";
  if (terminal.module.isFingerOn) return "glass-busy";
  if (order.amountRupiah !== null && terminal.process.isRunning) {
    const answer = await terminal.charge(order.amountRupiah);
    if (answer === "till-busy") return "till-busy";
  }
  // Only now: the terminal's own screen shall say it too.
  if (!terminal.module.isPlugged) return "cable-out";
  terminal.module.place(fleet.world.place(fingerId, { condition: order.condition }));
  void liftWhenTaken(terminal);
  return "touched";
}

function fingerOf(fleet: StageFleet, order: TouchOrder): string | null {
  if (order.child !== null) {
    const child = fleet.children.find(({ id }) => id === order.child);
    return child?.fingers[order.finger] ?? null;
  }
  const strangers = fleet.strangerFingerIds;
  return strangers[Math.floor(Math.random() * strangers.length)] ?? null;
}

async function liftWhenTaken(terminal: StageTerminal): Promise<void> {
  const { module } = terminal;
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(finish, longestTouchMs);
    const stop = module.onEvent((event) => {
      if (event.kind === "command" && event.name === "UpImage") finish();
      if (event.kind === "cable") finish();
    });
  });
  const restMs = shortestTouchMs - (performance.now() - startedAt);
  setTimeout(() => module.lift(), Math.max(0, restMs));
}
