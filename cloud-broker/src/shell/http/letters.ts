import type { DecisionKind, SchoolId } from "@saku/protocol";
import type { LetterView } from "../../core/reports/letters.ts";
import type { Order, OrderOutcome } from "./office.ts";

export type LetterPlace = {
  readonly device: string;
  readonly inc: string;
  readonly n: number;
  readonly hash: string;
};

/** Events that could not be booked, and terminals that wait for somebody to look at them. */
export interface LetterDesk {
  /** Those that block their terminal now, oldest first. */
  waiting(school: SchoolId): Promise<readonly LetterView[]>;
  /** One person's word; with the word of enough persons the watermark passes [N11]. */
  decide(
    order: Order,
    letter: LetterPlace,
    what: DecisionKind,
  ): Promise<OrderOutcome<{ readonly isDecided: boolean }>>;
  /** Somebody looked at a terminal with two histories: it gets money again [D1]. */
  clearTerminal(order: Order, device: string): Promise<OrderOutcome>;
  /** The terminal draws a new signing key at its next start [K1]. */
  rotateKey(order: Order, device: string): Promise<OrderOutcome>;
}
