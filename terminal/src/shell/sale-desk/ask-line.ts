import type { AskRefusal, Purse, Rupiah, SchoolDay, StudentId } from "@saku/protocol";

export type AskQuestion = {
  readonly student: StudentId;
  readonly purse: Purse;
  readonly day: SchoolDay;
  readonly need: Rupiah;
};

export type AskAnswer =
  /** The grant is applied: the lease is on disk. */
  | { readonly kind: "granted" }
  | { readonly kind: "refused"; readonly reason: AskRefusal }
  | { readonly kind: "no-answer" };

/** The way to the cloud while a child stands at the counter. */
export interface AskLine {
  readonly isOnline: boolean;
  /** The cloud ended this terminal's service (S11). */
  readonly isStopped: boolean;
  ask(question: AskQuestion, timeoutMs: number): Promise<AskAnswer>;
}
