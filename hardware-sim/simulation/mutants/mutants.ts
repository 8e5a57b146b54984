import { ingestMutants, lendingMutants, restoreMutants } from "./cloud-mutants.ts";
import { hubMutants } from "./hub-mutants.ts";
import { moneyMutants } from "./money-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { syncMutants } from "./sync-mutants.ts";
import { terminalMutants } from "./terminal-mutants.ts";

/** Bugs that the simulator must see, and a unit test too. */
export const MUTANTS: readonly Mutant[] = [
  ...terminalMutants,
  ...hubMutants,
  ...syncMutants,
  ...ingestMutants,
  ...lendingMutants,
  ...restoreMutants,
];

/** Bugs where the simulator does not go: it runs no money desk and no hostile terminal. Their unit tests see them. */
export const DESK_MUTANTS: readonly Mutant[] = moneyMutants;

export function mutantNamed(name: string): Mutant {
  const mutant = [...MUTANTS, ...DESK_MUTANTS].find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`There is no mutant named ${name}`);
  return mutant;
}
