import type { StudentId } from "@saku/protocol";

/** What the counter said to a customer, remembered by nobody but us. */
export type Promised = {
  readonly saleId: string;
  readonly till: string;
  readonly student: StudentId;
  readonly amount: number;
};

export type Attempt = {
  readonly till: string;
  readonly student: StudentId;
  readonly amount: number;
};

/** The books of a stranger who only listens at the counters: no code of the product decides anything here. */
export class Oracle {
  readonly promised: Map<string, Promised> = new Map();
  /** Orders whose customer heard no answer: the sale may exist once or not at all. */
  readonly unanswered: Set<Attempt> = new Set();
  readonly voided: Map<string, number> = new Map();
  readonly voidsUnanswered: Set<string> = new Set();
  /** The highest daily limit in force on a day; null = none. */
  readonly limits: Map<string, number | null> = new Map();
  /** Sales of which the only copy was destroyed. */
  readonly physicallyLost: Set<string> = new Set();
  /** Sales that lie in the running cloud alone: a restored one may not have them. */
  readonly atRisk: Set<string> = new Set();
  readonly verdicts: Map<string, string> = new Map();
  /** A card or the ledger was set back to an older copy: from then on the two sides may differ. */
  hasRestored = false;
  /** Refunds and cash that an operator was told of, and where; each is an event of that card. */
  readonly deeds: Map<string, string> = new Map();
  /** Two terminals had one name. */
  hasTwin = false;
  /** The ledger was set back to a copy. */
  hasLostLedger = false;
  /** Terminals whose money was given back without them. */
  readonly wereLost: Set<string> = new Set();
  purchaseCount = 0;

  /**
   * A ledger that was set back waits for each of its terminals [BK8]. Of two with one name it hears the first; and for one that
   * persons gave up it does not wait, or has forgotten that they did.
   */
  get isLimitJudged(): boolean {
    return !(this.hasLostLedger && (this.hasTwin || this.wereLost.size > 0));
  }

  deed(eventId: string, till: string): void {
    this.deeds.set(eventId, till);
  }

  deedsAt(till: string): readonly string[] {
    return [...this.deeds].filter(([, where]) => where === till).map(([id]) => id);
  }

  order(attempt: Attempt): Attempt {
    this.unanswered.add(attempt);
    return attempt;
  }

  sold(attempt: Attempt, saleId: string): void {
    this.unanswered.delete(attempt);
    this.promised.set(saleId, { ...attempt, saleId });
    this.purchaseCount += 1;
  }

  refused(attempt: Attempt): void {
    this.unanswered.delete(attempt);
  }

  noteLimit(student: StudentId, day: number, limit: number | null): void {
    const key = `${student}/${day}`;
    const before = this.limits.get(key);
    const highest =
      before === undefined
        ? limit
        : before === null || limit === null
          ? null
          : Math.max(before, limit);
    this.limits.set(key, highest);
  }
}
