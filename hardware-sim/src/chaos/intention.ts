/** One purchase that a child means to make: child and amount together are never meant twice. */
export type Intention = {
  readonly index: number;
  readonly student: number;
  readonly amount: number;
};

/** What the child and the merchant know of it afterwards. */
export type Knowledge =
  /** The approved screen was seen: exactly one sale must be on the books. */
  | "confirmed"
  /** A screen said no: no sale may be on the books. */
  | "refused"
  /** Killed meanwhile, and no screen spoke of it: at most one sale. */
  | "unknown"
  /** The restarted counter showed it as recorded: exactly one, put back or not. */
  | "recorded"
  /** And the merchant put it back, and a screen said so: one sale, and its void. */
  | "put-back";

export type Outcome = Intention & { knowledge: Knowledge };

const AMOUNT_FIRST = 500;

/** Every child's amounts are 500, 501, 502 …, so a sale on the books names its intention. */
export function intentionOf(index: number, studentCount: number): Intention {
  return {
    index,
    student: index % studentCount,
    amount: AMOUNT_FIRST + Math.floor(index / studentCount),
  };
}

/** Hands out intentions to the stalls' queues and keeps what became of them. */
export interface Intentions {
  readonly outcomes: readonly Outcome[];
  next(): Intention;
  settle(intention: Intention, knowledge: Knowledge): void;
  /** The newest intention of this amount: what a counter shows again after a restart carries no other name. */
  byAmount(amount: number, firstName: string | null): Outcome | null;
}

export function createIntentions(firstNames: readonly string[]): Intentions {
  const outcomes: Outcome[] = [];
  return {
    outcomes,
    next: () => {
      const intention = intentionOf(outcomes.length, firstNames.length);
      outcomes.push({ ...intention, knowledge: "unknown" });
      return intention;
    },
    settle: ({ index }, knowledge) => {
      const outcome = outcomes[index];
      if (outcome !== undefined) outcome.knowledge = knowledge;
    },
    byAmount: (amount, firstName) =>
      outcomes.findLast((one) => one.amount === amount && firstNames[one.student] === firstName) ??
      null,
  };
}
