import type { Random } from "@saku/hardware-sim/random";
import type { Agenda } from "./agenda.ts";
import type { Story } from "./story.ts";

/** What every part of one run shares. */
export type World = {
  readonly random: Random;
  readonly agenda: Agenda;
  readonly story: Story;
  /** True time, as the cloud's machine has it. */
  wallMs(): number;
  readonly backupEveryMs: number;
  /** Notes that a rule did not hold; the run ends at the next step. */
  broken(rule: string, sentence: string): void;
  /** Counts something that was done to the school on purpose. */
  fault(sentence: string): void;
};
