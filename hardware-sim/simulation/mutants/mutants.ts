import { ingestMutants, lendingMutants, restoreMutants } from "./cloud-mutants.ts";
import { hubMutants } from "./hub-mutants.ts";
import { moneyMutants } from "./money-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { syncMutants } from "./sync-mutants.ts";
import { terminalMutants } from "./terminal-mutants.ts";

/**
 * Where the simulator does not go: it runs no money desk, no week, no hostile terminal, no two clouds at once and no
 * copy that is overtaken or fails, and counts no frames that are under way; or a second guard makes the bug harmless as long as that
 * one stands. Their unit tests see these.
 */
const BEYOND: ReadonlySet<string> = new Set([
  "command-twice",
  "hub-ignores-a-freeze",
  "lower-term-obeyed",
  "pruned-on-ack",
  "parent-unchecked",
  "cloud-void-twice",
  "cloud-void-keeps-lease-closed",
  "safe-before-the-copy",
  "safe-beyond-the-copy",
  "revision-reused",
  "grants-not-repeated",
  "old-hello-believed",
  "accept-before-its-money",
  "credit-ignored",
  ...moneyMutants.map(({ name }) => name),
]);

const ALL: readonly Mutant[] = [
  ...terminalMutants,
  ...hubMutants,
  ...syncMutants,
  ...ingestMutants,
  ...lendingMutants,
  ...restoreMutants,
  ...moneyMutants,
];

/** Bugs that the simulator must see, and a unit test too. */
export const MUTANTS: readonly Mutant[] = ALL.filter(({ name }) => !BEYOND.has(name));

/** Bugs that a unit test alone must see. */
export const UNIT_MUTANTS: readonly Mutant[] = ALL.filter(({ name }) => BEYOND.has(name));

export function mutantNamed(name: string): Mutant {
  const mutant = ALL.find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`There is no mutant named ${name}`);
  return mutant;
}
