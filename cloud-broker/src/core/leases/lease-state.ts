/**
 * `granted` until the terminal has it on disk, `active` while something is left, `drained` when nothing is. `returned` and
 * `closed` are ended by the terminal's signed word. `expiring`: its day is over and that word has not come. `lost`: its
 * terminal was declared lost. `written-off`: the child has its money back without that word [G11].
 */
export type LeaseState =
  "granted" | "active" | "drained" | "returned" | "closed" | "expiring" | "lost" | "written-off";

/** States in which the terminal may still hold money, or get some back by a void: it is asked to return these. */
export const OPEN_STATES: readonly LeaseState[] = [
  "granted",
  "active",
  "drained",
  "expiring",
  "lost",
];

/** Ended for good: a void is the only thing that opens `returned` and `closed` again. */
export function isEnded(state: LeaseState): boolean {
  return !OPEN_STATES.includes(state);
}
